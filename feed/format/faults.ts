/**
 * What may go wrong. Checks return values (`Result`); `Fault` is thrown only for what must stop something.
 * Codes of checks and their severity: the regulator's side prints them, so they never change their meaning.
 */

/** F = evidence refused, W = accepted with a remark, I = information, R = retry asked for. */
export type Severity = "F" | "W" | "I" | "R";

export const checks = {
  ENV_SYNTAX: { severity: "F", means: "the message is too large, not UTF-8 or not of the bundle grammar" },
  CP_SYNTAX: { severity: "F", means: "the checkpoint note is not of the signed-note grammar" },
  CP_ORIGIN: { severity: "F", means: "the origin is unknown or not the one this gateway may write" },
  KEY_UNKNOWN: { severity: "F", means: "no signature line is of a registered log key" },
  KEY_EPOCH: { severity: "F", means: "the key is not valid for this tree size" },
  KEY_REVOKED: { severity: "F", means: "the key was revoked below this tree size" },
  KEY_WEAK: {
    severity: "F",
    means: "the key is no canonical point, or one of small order: anybody's signature would verify",
  },
  KEY_POP: { severity: "F", means: "the key's own signature, which proves possession, is missing or does not verify" },
  KEY_REUSED: { severity: "F", means: "the key or the log is registered already" },
  REG_SIG: { severity: "F", means: "the register is not one that the registry's key signed" },
  REG_ROLLBACK: { severity: "F", means: "the register is older than one that was used already" },
  GENESIS_BAD: { severity: "F", means: "entry 0 is not the registered one, or continues a log without authorisation" },
  SIG_BAD: { severity: "F", means: "a signature of a registered log key does not verify" },
  CP_ROLLBACK: { severity: "F", means: "the tree is smaller than one already witnessed" },
  CP_FORK: { severity: "F", means: "two signed trees of one size have different roots" },
  CP_INCONSISTENT: { severity: "F", means: "the tree does not extend the one already witnessed" },
  CP_CONFLICT: { severity: "R", means: "the proof starts from another size than the one witnessed last" },
  ROOT_MISMATCH: { severity: "F", means: "frontier and entries do not give the root of the note" },
  SEQ_GAP: { severity: "R", means: "entries are missing before these" },
  SEQ_ORDER: { severity: "F", means: "an entry's number is not its position" },
  PREV_MISMATCH: { severity: "F", means: "an entry does not name the hash of its predecessor" },
  DUPLICATE: { severity: "I", means: "the entry is stored already" },
  UNPROVEN: { severity: "I", means: "another entry of this number came without a signed checkpoint over it; dropped" },
  REC_NONCANON: { severity: "F", means: "the entry is not in canonical form" },
  REC_SCHEMA: { severity: "F", means: "the entry does not fit the schema of its type" },
  LOG_ENDED: { severity: "F", means: "an entry follows the one that closed its log" },
  ANCHOR_BAD: {
    severity: "F",
    means: "an embedded cosignature does not verify, or is of another tree than this log's",
  },
  TIME_BRACKET: { severity: "F", means: "an entry's time is before the cosignature embedded before it" },
  TIME_FUTURE: { severity: "F", means: "an entry's time is after the cosignature that covers it" },
  MONO_BACKWARD: { severity: "F", means: "the time since boot went back within one boot" },
  TIME_STEP: { severity: "W", means: "the clock was set: it and the time since boot differ between two frames" },
  TIME_BACKWARD: { severity: "W", means: "a frame's time is before that of an earlier frame" },
  TIME_DRIFT: { severity: "W", means: "on a whole day no frame came near the time of the cosignature that covers it" },
  LATE_ANCHOR: { severity: "W", means: "entries were cosigned long after their time" },
  CLOCK_UNSYNC: { severity: "W", means: "the gateway's clock followed no time source, or its error was large" },
  CFG_UNLOGGED: { severity: "F", means: "values were read under no earlier config entry of their device" },
  RAW_MISMATCH: { severity: "F", means: "a value is not what the bytes of the device's replies give" },
  CFG_CHANGED: { severity: "W", means: "the configuration of a device is another one than before" },
  DERIVED_DIFFERS: { severity: "W", means: "a derived value is not what the entries it was made of give" },
  COSIG_BAD: { severity: "F", means: "a cosignature of a known witness does not verify" },
  QUORUM: { severity: "F", means: "the cosignatures do not satisfy the policy" },
  LEAVES_MISSING: { severity: "F", means: "a checkpoint covers entries that are not here" },
  CERT_RANGE: { severity: "F", means: "the opening frontier does not fit the first entry" },
  CERT_SYNTAX: { severity: "F", means: "the certificate is not of its grammar" },
  CERT_NONCANON: { severity: "F", means: "the certificate is not in canonical form" },
  CERT_SIG: { severity: "F", means: "the certificate is not signed by the log, or a signature on it does not verify" },
  CERT_ORIGIN: { severity: "F", means: "the certificate is of another log" },
  CERT_MONTH: { severity: "F", means: "the certificate is of another month, or its span is not that month" },
  CERT_MANIFEST: { severity: "F", means: "a file is not the one that the certificate names, or is missing" },
  CERT_VALUE: { severity: "F", means: "what the certificate says is not what the entries give" },
  CERT_NOT_LOGGED: { severity: "F", means: "no entry of the log names the certificate" },
  CERT_NOT_COUNTERSIGNED: { severity: "F", means: "the service has not countersigned the certificate" },
  CERT_SUPERSEDED: { severity: "F", means: "a later certificate of the month stands in its place" },
  CERT_TRUNCATED: { severity: "F", means: "entries up to the close of the month are missing" },
  CERT_GAP_UNDECLARED: { severity: "F", means: "an interval without entries is not declared" },
  CERT_COVERAGE: { severity: "W", means: "a key parameter of the sector has no valid value" },
  ACK_UNKNOWN: { severity: "F", means: "the acknowledgement is of no key in the policy" },
  ACK_SIG: { severity: "F", means: "the acknowledgement's cosignature does not verify" },
  ACK_TEXT: { severity: "F", means: "the acknowledgement's text is not that of our own note" },
  ACK_STALE: { severity: "F", means: "the acknowledgement is older than the last one of the same name" },
} as const satisfies Record<string, { severity: Severity; means: string }>;
export type CheckCode = keyof typeof checks;

export const severityOf = (code: CheckCode): Severity => checks[code].severity;

/** A failed check: its code and the detail that lets a person find the bytes. */
export interface Finding {
  readonly code: CheckCode;
  readonly detail: string;
}

export type Result<T, F = Finding> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: F };
export const good = <T>(value: T): { readonly ok: true; readonly value: T } => ({ ok: true, value });
export const bad = (code: CheckCode, detail: string): { readonly ok: false; readonly problem: Finding } => ({
  ok: false,
  problem: { code, detail },
});

/** One row of a fault table: what the program does about it, what a person can do, and the exit status if it stops. */
export interface FaultRow {
  readonly consequence: string;
  readonly hint: string;
  readonly exit?: number;
}

/** Thrown for what must stop something. `code` is a key of one of the fault tables; never matched by its words. */
export class Fault extends Error {
  readonly code: string;
  constructor(code: string, detail: string, options?: ErrorOptions) {
    super(detail, options);
    this.name = "Fault";
    this.code = code;
  }
}
