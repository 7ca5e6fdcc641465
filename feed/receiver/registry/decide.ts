import { parseCheckpoint } from "../../format/checkpoint.ts";
import type { Enrolment } from "../../format/enrol.ts";
import type { KeyEpoch } from "../../format/epoch.ts";
import { bad, good, type Result } from "../../format/faults.ts";
import { openNote, parseNote, type Vkey } from "../../format/note.ts";
import { quorumMet } from "../../format/policy.ts";
import { logOf, type Register, type RegisteredLog, type Succession } from "../../format/registry.ts";
import { openCheckpoint } from "../../format/verify.ts";

/** The register after a change. Each of these decides and changes nothing; serial and time are the signer's to set. */
type Changed = Result<Register>;

/** In the place of the log's own row, or last: of one gateway the last is the newest generation. */
function withLog(register: Register, log: RegisteredLog): Register {
  const at = register.logs.findIndex(({ origin }) => origin === log.origin);
  return { ...register, logs: at < 0 ? [...register.logs, log] : register.logs.with(at, log) };
}

/**
 * Registers what a request asks for: a new log, or a new key of one that is registered. `raw` is the request itself, for the
 * signature of the key that is replaced. KEY_REUSED, GENESIS_BAD, KEY_POP, KEY_EPOCH, KEY_REVOKED.
 */
export function admit(register: Register, request: Enrolment, raw: Buffer): Changed {
  const reused = request.keys.find((vkey) => keysOf(register).some((other) => other.key.equals(vkey.key)));
  if (reused !== undefined) return bad("KEY_REUSED", `${reused.text} is registered already`);
  return request.from === null ? admitLog(register, request) : admitKey(register, request, request.from, raw);
}

/** Every key that has a purpose already: one key, one purpose. */
const keysOf = ({ key, policy, logs }: Register): readonly Vkey[] => [
  key,
  ...(policy.control ? [policy.control] : []),
  ...policy.witnesses.map(({ vkey }) => vkey),
  ...logs.flatMap(({ keys }) => keys.map(({ vkey }) => vkey)),
];

function admitLog(register: Register, { genesis, gateway, keys, hash }: Enrolment): Changed {
  const { origin, after } = genesis;
  if (logOf(register, origin) !== undefined) return bad("KEY_REUSED", `${origin} is registered already`);
  const before = register.logs.find(({ next }) => next?.origin === origin);
  const others = register.logs.filter((log) => log.gateway === gateway);
  if (!continues(after, before) || (before === undefined && others.length > 0)) {
    const now = others.map((log) => log.origin).join(", ") || "no log of this gateway";
    return bad("GENESIS_BAD", `${now}: nobody authorised ${origin} to continue it as its entry 0 says`);
  }
  const epochs = keys.map((vkey): KeyEpoch => ({ vkey, from: 0, to: null, revoked: false }));
  return good(withLog(register, { origin, gateway, genesis: hash, keys: epochs, after, next: null }));
}

/** Whether entry 0 says of the log before it what the registry authorised: nothing where there is none. */
function continues(after: Succession | null, before: RegisteredLog | undefined): boolean {
  if (after === null || before?.next == null) return after === null && before === undefined;
  const { size, root, auth } = before.next;
  return after.origin === before.origin && after.size === size && after.root === root && after.auth === auth;
}

/** A key of the twin tree is not rotated with that of the log. */
const isCurrent = ({ to, vkey }: KeyEpoch): boolean => to === null && vkey.type === 1;

function admitKey(register: Register, { genesis, keys, hash }: Enrolment, from: number, raw: Buffer): Changed {
  const log = logOf(register, genesis.origin);
  if (!log?.genesis.equals(hash)) return bad("GENESIS_BAD", `${genesis.origin} is not registered with this entry 0`);
  const current = log.keys.filter(isCurrent);
  if (current.length === 0) return bad("KEY_REVOKED", `${log.origin} has no key left that could be replaced`);
  if (current.some((epoch) => epoch.from >= from))
    return bad("KEY_EPOCH", `${log.origin} was rotated later than ${from}`);
  const vouched = openNote(
    raw,
    current.map(({ vkey }) => vkey),
  );
  if (!vouched.ok) return bad("KEY_POP", `the key of ${log.origin} in force did not sign the request`);
  const ended = log.keys.map((epoch) => (isCurrent(epoch) ? { ...epoch, to: from } : epoch));
  const begun = keys.map((vkey): KeyEpoch => ({ vkey, from, to: null, revoked: false }));
  return good(withLog(register, { ...log, keys: [...ended, ...begun] }));
}

/** Ends every key of a log at a size. CP_ORIGIN where there is no such log; KEY_REVOKED where that changes nothing. */
export function revoke(register: Register, origin: string, size: number): Changed {
  const log = logOf(register, origin);
  if (log === undefined) return bad("CP_ORIGIN", `${origin} is not registered`);
  const revoked = (epoch: KeyEpoch): boolean => epoch.to === null || epoch.to > size;
  if (!log.keys.some(revoked)) return bad("KEY_REVOKED", `no key of ${origin} is valid beyond ${size}`);
  const keys = log.keys.map((epoch) => (revoked(epoch) ? { ...epoch, to: size, revoked: true } : epoch));
  return good(withLog(register, { ...log, keys }));
}

export interface LastTree {
  readonly origin: string;
  readonly size: number;
  readonly root: string;
}

/** The tree at which a log ends: a checkpoint of it that the register's quorum countersigned. QUORUM, and as `openCheckpoint`. */
export function lastTree(register: Register, note: Buffer): Result<LastTree> {
  const parsed = parseNote(note);
  if (!parsed.ok) return parsed;
  const named = parseCheckpoint(parsed.value.text);
  if (!named.ok) return named;
  const log = logOf(register, named.value.origin);
  if (log === undefined) return bad("CP_ORIGIN", `${named.value.origin} is not registered`);
  const logKeys = log.keys.map(({ vkey }) => vkey);
  const checkpoint = openCheckpoint(note, { origin: log.origin, logKeys, epochs: log.keys });
  if (!checkpoint.ok) return checkpoint;
  const open = openNote(note, [...logKeys, ...register.policy.witnesses.map(({ vkey }) => vkey)]);
  if (!open.ok) return open;
  const seen = open.value.cosignatures.map(({ vkey }) => vkey);
  if (!quorumMet(register.policy, seen)) return bad("QUORUM", "the service did not countersign this checkpoint");
  const { size, root } = checkpoint.value.checkpoint;
  return good({ origin: log.origin, size, root: root.toString("base64") });
}

/** Closes a log at its last tree and names the one that may continue it. GENESIS_BAD where either name is taken. */
export function succeed(register: Register, { origin, size, root }: LastTree, next: string, auth: string): Changed {
  const log = logOf(register, origin);
  if (log === undefined) return bad("CP_ORIGIN", `${origin} is not registered`);
  if (log.next !== null) return bad("GENESIS_BAD", `${origin} is continued by ${log.next.origin} already`);
  const taken = register.logs.some((other) => other.origin === next || other.next?.origin === next);
  if (taken) return bad("GENESIS_BAD", `${next} stands in the register already`);
  const closed = revoke(register, origin, size);
  const now = closed.ok ? (logOf(closed.value, origin) ?? log) : log;
  return good(withLog(register, { ...now, next: { origin: next, size, root, auth } }));
}
