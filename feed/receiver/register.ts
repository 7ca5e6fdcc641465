import { parseVkey, type Vkey } from "../format/vkey.ts";
import type { Problem, Reporter } from "../yaml/problem.ts";
import type { Gateway } from "./gateway.ts";
import { gatewayRow } from "./settings-file.ts";

export interface Registered {
  /** In the order of the file: of one id the last is the newest generation. */
  readonly gateways: readonly Gateway[];
  readonly problems: readonly Problem[];
}

/**
 * The rows that fit their schema, each checked by itself and against those before it. An id may stand in several rows, one
 * for each generation; an origin and a key in one.
 */
export function register(rows: unknown, report: Reporter): Registered {
  const gateways: Gateway[] = [];
  const problems: Problem[] = [];
  for (const [index, raw] of (Array.isArray(rows) ? rows : []).entries()) {
    const row = gatewayRow.safeParse(raw);
    if (!row.success) continue;
    const { id, log, until, revoked } = row.data;
    const vkey = parseVkey(log);
    const path = ["gateways", index];
    const ownLog = "the verifier key that `cems-agent init` printed for this gateway";
    if (!vkey.ok) problems.push(report("E_CONFIG_VALUE", [...path, "log"], vkey.problem.detail, ownLog));
    else if (vkey.value.type !== 1)
      problems.push(report("E_CONFIG_VALUE", [...path, "log"], "this is the key of a witness, not of a log", ownLog));
    else if (gateways.some(({ log }) => log.keys.some((epoch) => sameLog(epoch.vkey, vkey.value))))
      problems.push(
        report("E_CONFIG_DUPLICATE", [...path, "log"], "this origin or key stands in another row already", ownLog),
      );
    else {
      const epoch = { vkey: vkey.value, from: 0, to: until ?? null, revoked: revoked ?? false };
      gateways.push({ id, log: { name: vkey.value.name, keys: [epoch] } });
    }
  }
  return { gateways, problems };
}

/** The registry's key, and what is wrong with it; rows beside a signed register would go past what it says. */
export function signedRegister(
  { key }: Readonly<Record<string, unknown>>,
  gateways: readonly Gateway[],
  report: Reporter,
): { readonly key?: Vkey; readonly problems: readonly Problem[] } {
  if (typeof key !== "string") return { problems: [] };
  const vkey = parseVkey(key);
  const path = ["register", "key"];
  const own = "the verifier key that `cems-receiver registry init` printed";
  if (!vkey.ok) return { problems: [report("E_CONFIG_VALUE", path, vkey.problem.detail, own)] };
  if (vkey.value.type !== 1) return { problems: [report("E_CONFIG_VALUE", path, "this is the key of a witness", own)] };
  if (gateways.length === 0) return { key: vkey.value, problems: [] };
  const beside = "with a register the gateways stand in it and nowhere else";
  return { problems: [report("E_CONFIG_VALUE", ["gateways"], beside, "gateways: [] or no register")] };
}

const sameLog = (a: Vkey, b: Vkey): boolean => a.name === b.name || a.key.equals(b.key);
