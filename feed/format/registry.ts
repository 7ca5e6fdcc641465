import { z } from "zod";
import { canonical, type Json, parseCanonical } from "./canonical.ts";
import type { KeyEpoch } from "./epoch.ts";
import { bad, type Finding, good, type Result } from "./faults.ts";
import { openNote, parseNote, type Signer, signNote } from "./note.ts";
import { formatPolicy, type Policy, parsePolicy } from "./policy.ts";
import { hash } from "./schema.ts";
import { GATEWAY } from "./topics.ts";
import { sha256 } from "./tree.ts";
import { parseVkey, type Vkey } from "./vkey.ts";

/** A log that is continued by another, or continues one: the other's origin, and the last tree of the earlier one. */
export interface Succession {
  readonly origin: string;
  readonly size: number;
  /** Base64. */
  readonly root: string;
  /** Base64 of the SHA-256 of the registry's authorisation. */
  readonly auth: string;
}

export interface RegisteredLog {
  readonly origin: string;
  /** The id in the gateway's topics. */
  readonly gateway: string;
  /** Leaf hash of entry 0. */
  readonly genesis: Buffer;
  readonly keys: readonly KeyEpoch[];
  /** The log that it continues. */
  readonly after: Succession | null;
  /** The log that may continue it. */
  readonly next: Succession | null;
}

/** Who may write which log, and whose cosignatures count: what the regulator's offline key says. */
export interface Register {
  readonly serial: number;
  readonly t: string;
  /** The key that signs it. */
  readonly key: Vkey;
  readonly policy: Policy;
  readonly logs: readonly RegisteredLog[];
}

/** Which register was seen: never an earlier one, nor another of its number, is used after it. */
export interface SeenRegister {
  readonly serial: number;
  readonly digest: Buffer;
}

const HEAD = "cems-register/v1";
/** Some 20,000 logs. */
export const registerBytes = 8_388_608;

const size = z.int().min(0);
const name = z.string().min(1).max(255);
const succession = z.strictObject({ origin: name, size, root: hash, auth: hash }).nullable();
const headSchema = z.strictObject({
  key: z.string().max(512),
  logs: size,
  policy: z.array(z.string()).max(128),
  serial: z.int().min(1),
  t: z.iso.datetime(),
});
const logSchema = z.strictObject({
  origin: name,
  gateway: z.string().regex(GATEWAY),
  genesis: hash,
  keys: z
    .array(z.strictObject({ key: z.string().max(512), from: size, to: size.nullable(), revoked: z.boolean() }))
    .min(1)
    .max(64),
  after: succession,
  next: succession,
});

/** One line that says what it is, one of the register itself, and one for each log. */
export function signRegister({ serial, t, policy, logs }: Omit<Register, "key">, signer: Signer): Buffer {
  const lines = formatPolicy({ ...policy, logs: [] })
    .trimEnd()
    .split("\n");
  const head: Json = { key: signer.vkey.text, logs: logs.length, policy: lines, serial, t };
  const rows = logs.map(({ origin, gateway, genesis, keys, after, next }): Json => {
    const epochs = keys.map(({ vkey, from, to, revoked }) => ({ key: vkey.text, from, to, revoked }));
    return {
      origin,
      gateway,
      genesis: genesis.toString("base64"),
      keys: epochs,
      after: after && { ...after },
      next: next && { ...next },
    };
  });
  return Buffer.from(signNote([HEAD, ...[head, ...rows].map(canonical), ""].join("\n"), signer));
}

/**
 * Reads a register that `key` signed. Without a key it is the one that the register names itself: that shows only that it is
 * whole, and who looks at it MUST compare that key with the published one. REG_SIG.
 */
export function openRegister(raw: Buffer, key?: Vkey): Result<Register> {
  const note = parseNote(raw, registerBytes);
  if (!note.ok) return bad("REG_SIG", note.problem.detail);
  const [first, ...lines] = note.value.text.trimEnd().split("\n");
  if (first !== HEAD) return bad("REG_SIG", `the first line is not ${HEAD}`);
  const [headLine, ...rows] = lines.map((line) => parseCanonical(Buffer.from(line)));
  const head = headSchema.safeParse(headLine?.ok ? headLine.value : undefined);
  if (!head.success || head.data.logs !== rows.length)
    return bad("REG_SIG", "the second line is not that of a register");
  const named = parseVkey(head.data.key);
  if (!named.ok) return bad("REG_SIG", named.problem.detail);
  const open = openNote(raw, [key ?? named.value], registerBytes);
  if (!open.ok) return bad("REG_SIG", `not signed by ${(key ?? named.value).text}`);
  const policy = parsePolicy(`${head.data.policy.join("\n")}\n`);
  if (!policy.ok) return bad("REG_SIG", `its policy: ${policy.problem.detail}`);
  const logs: RegisteredLog[] = [];
  const origins = new Set<string>();
  for (const [index, row] of rows.entries()) {
    const log = readLog(row.ok ? row.value : undefined);
    if (log === undefined || origins.has(log.origin)) return bad("REG_SIG", `line ${index + 3} is not that of a log`);
    origins.add(log.origin);
    logs.push(log);
  }
  const { serial, t } = head.data;
  return good({ serial, t, key: key ?? named.value, policy: policy.value, logs });
}

function readLog(value: Json | undefined): RegisteredLog | undefined {
  const read = logSchema.safeParse(value);
  if (!read.success) return undefined;
  const { origin, gateway, genesis, keys, after, next } = read.data;
  const epochs: KeyEpoch[] = [];
  for (const { key, ...epoch } of keys) {
    const vkey = parseVkey(key);
    // C2SP tlog-checkpoint: the name of a log's key is its origin; type 4 only cosigns.
    if (!vkey.ok || vkey.value.name !== origin || vkey.value.type === 4) return undefined;
    epochs.push({ vkey: vkey.value, ...epoch });
  }
  return { origin, gateway, genesis: Buffer.from(genesis, "base64"), keys: epochs, after, next };
}

/** What is remembered of a register once it is used. */
export const seenOf = (register: Register, raw: Buffer): SeenRegister => ({
  serial: register.serial,
  digest: sha256(raw.subarray(0, raw.lastIndexOf("\n\n") + 1)),
});

/** Whether `found` may be used after `seen`: not an earlier one, and no other one of the same number. REG_ROLLBACK. */
export function checkSerial(found: SeenRegister, seen: SeenRegister | undefined): Finding | undefined {
  if (seen === undefined || found.serial > seen.serial) return undefined;
  if (found.serial === seen.serial && found.digest.equals(seen.digest)) return undefined;
  return { code: "REG_ROLLBACK", detail: `its serial is ${found.serial}; ${seen.serial} was used already` };
}

export const logOf = (register: Register, origin: string): RegisteredLog | undefined =>
  register.logs.find((log) => log.origin === origin);
