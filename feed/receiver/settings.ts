import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { type ToleranceId, toleranceIds } from "../derive/difference.ts";
import { Fault } from "../format/faults.ts";
import { GATEWAY } from "../format/topics.ts";
import { KEY_NAME, parseVkey } from "../format/vkey.ts";
import { addressOf } from "../link/settings.ts";
import type { LinkSettings } from "../link.ts";
import type { Gateway } from "./examine.ts";

export interface ReceiverSettings {
  /** The service's domain: w1.NAME, m1.NAME and ctl.NAME are its keys. */
  readonly name: string;
  readonly keys: string;
  readonly ledger: string;
  readonly broker: LinkSettings;
  readonly gateways: ReadonlyMap<string, Gateway>;
  readonly logLevel: string;
  /** Which share of the derived periods is computed again, 0 to 1, and how far apart the values may be. */
  readonly recompute: { readonly share: number; readonly tolerances: ToleranceId };
}

const path = z.string().min(1);
const gatewaySchema = z.strictObject({
  id: z.string().regex(GATEWAY),
  log: z.string(),
  until: z.int().min(0).optional(),
  revoked: z.boolean().optional(),
});
const schema = z.strictObject({
  name: z.string().regex(KEY_NAME),
  keys: path,
  ledger: path,
  broker: z.strictObject({
    url: z.string(),
    clientId: z.string().min(1).max(64).default("cems-receiver"),
    username: z.string().optional(),
    passwordFile: path.optional(),
    tls: z
      .strictObject({ ca: path, cert: path.optional(), key: path.optional(), servername: z.string().optional() })
      .optional(),
  }),
  gateways: z.array(gatewaySchema),
  logLevel: z.enum(["trace", "debug", "info", "warn", "error"]).default("info"),
  recompute: z
    .strictObject({ share: z.number().min(0).max(1).default(0.1), tolerances: z.enum(toleranceIds).default("exact") })
    .prefault({}),
});

/** Reads receiver.yaml; its paths are relative to its folder. Throws Fault E_RECEIVER_SETTINGS with every problem. */
export function readSettings(file: string): ReceiverSettings {
  const from = (name: string): string => resolve(dirname(file), name);
  const read = schema.safeParse(readYaml(file));
  if (!read.success)
    throw unusable(
      file,
      read.error.issues.map(({ path: at, message }) => `${at.join(".")}: ${message}`),
    );
  const { name, keys, ledger, broker, gateways, logLevel, recompute } = read.data;
  const { tls, passwordFile, ...plain } = broker;
  const optional = (value: string | undefined): string | undefined => (value === undefined ? undefined : from(value));
  const settings: LinkSettings = {
    ...plain,
    passwordFile: optional(passwordFile),
    ...(tls && { tls: { ...tls, ca: from(tls.ca), cert: optional(tls.cert), key: optional(tls.key) } }),
  };
  addressOf(settings);
  return {
    name,
    keys: from(keys),
    ledger: from(ledger),
    broker: settings,
    gateways: register(file, gateways),
    logLevel,
    recompute,
  };
}

function register(file: string, rows: readonly z.infer<typeof gatewaySchema>[]): ReadonlyMap<string, Gateway> {
  const gateways = new Map<string, Gateway>();
  const problems: string[] = [];
  for (const [index, { id, log, ...validity }] of rows.entries()) {
    const vkey = parseVkey(log);
    const others = [...gateways.values()];
    if (!vkey.ok) problems.push(`gateways.${index}.log: ${vkey.problem.detail}`);
    else if (vkey.value.type !== 1) problems.push(`gateways.${index}.log: a log's key has type 1`);
    else if (gateways.has(id)) problems.push(`gateways.${index}.id: ${id} stands here twice`);
    else if (others.some((g) => g.log.name === vkey.value.name || g.log.key.equals(vkey.value.key)))
      problems.push(`gateways.${index}.log: this origin or key belongs to another gateway already`);
    else gateways.set(id, { id, log: vkey.value, ...validity });
  }
  if (problems.length > 0) throw unusable(file, problems);
  return gateways;
}

function readYaml(file: string): unknown {
  try {
    return parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw unusable(file, [error instanceof Error ? error.message : String(error)], error);
  }
}

const unusable = (file: string, problems: readonly string[], cause?: unknown): Fault =>
  new Fault("E_RECEIVER_SETTINGS", `${file}: ${problems.join("; ")}`, { cause });
