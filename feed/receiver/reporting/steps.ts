import type { VerifiedCertificate } from "../../cert/verify.ts";
import type { CheckCode } from "../../format/faults.ts";
import type { Policy } from "../../format/policy.ts";
import type { Register } from "../../format/registry.ts";
import type { Report, ReportFinding } from "../../format/report.ts";

/** Where the keys came from: the regulator's register, a policy of the verifier's own, or the folder itself. */
export type Source =
  | { readonly kind: "register"; readonly register: Register; readonly keyGiven: boolean }
  | { readonly kind: "policy"; readonly file: string }
  | { readonly kind: "folder" };

/** All that a report says is said of this. */
export interface Verification {
  readonly dir: string;
  readonly source: Source;
  /** Undefined where it cannot be read. */
  readonly policy: Policy | undefined;
  /** With the findings of the certificate. */
  readonly report: Report;
  /** Undefined where there is no certificate; without its object where it cannot be read. */
  readonly certified: VerifiedCertificate | undefined;
  /** Whether close.note and cert.tsr are in the folder. */
  readonly close: boolean;
  readonly token: boolean;
}

export type StepNumber = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 | 13 | 14;
export const stepNumbers: readonly StepNumber[] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14];
export type Outcome = "passed" | "remarks" | "failed" | "not-applicable";
/** Why a step was not done, or what its outcome must not be read without. */
export type Note =
  | "noRegister"
  | "compareKey"
  | "policyUnreadable"
  | "noCertificate"
  | "certificateUnreadable"
  | "noClose"
  | "noEntries"
  | "altered"
  | "unjudged"
  | "token"
  | "noToken"
  | "byHand";

export interface Step {
  readonly step: StepNumber;
  readonly is: Outcome;
  readonly findings: readonly ReportFinding[];
  readonly notes: readonly Note[];
}

/** The step to which a failed check belongs. */
export const stepOfCode: Readonly<Record<CheckCode, StepNumber>> = {
  REG_SIG: 1,
  REG_ROLLBACK: 1,
  KEY_POP: 4,
  KEY_REUSED: 4,
  CERT_MANIFEST: 3,
  ENV_SYNTAX: 4,
  CP_SYNTAX: 4,
  CP_ORIGIN: 4,
  KEY_UNKNOWN: 4,
  KEY_EPOCH: 4,
  KEY_REVOKED: 4,
  KEY_WEAK: 4,
  SIG_BAD: 4,
  COSIG_BAD: 4,
  QUORUM: 4,
  CP_FORK: 4,
  CP_ROLLBACK: 4,
  CP_INCONSISTENT: 4,
  CP_CONFLICT: 4,
  ACK_UNKNOWN: 4,
  ACK_SIG: 4,
  ACK_TEXT: 4,
  ACK_STALE: 4,
  GENESIS_BAD: 5,
  SEQ_GAP: 5,
  SEQ_ORDER: 5,
  PREV_MISMATCH: 5,
  DUPLICATE: 5,
  UNPROVEN: 5,
  REC_NONCANON: 5,
  REC_SCHEMA: 5,
  LOG_ENDED: 5,
  ROOT_MISMATCH: 6,
  LEAVES_MISSING: 6,
  CERT_RANGE: 6,
  CERT_TRUNCATED: 7,
  CERT_SUPERSEDED: 7,
  ANCHOR_BAD: 8,
  TIME_BRACKET: 8,
  TIME_FUTURE: 8,
  MONO_BACKWARD: 8,
  TIME_STEP: 8,
  TIME_BACKWARD: 8,
  TIME_DRIFT: 8,
  LATE_ANCHOR: 8,
  CLOCK_UNSYNC: 8,
  CFG_UNLOGGED: 9,
  RAW_MISMATCH: 9,
  CFG_CHANGED: 9,
  DERIVED_DIFFERS: 9,
  CERT_VALUE: 9,
  CERT_GAP_UNDECLARED: 10,
  CERT_COVERAGE: 10,
  CERT_NOT_LOGGED: 11,
  CERT_SYNTAX: 12,
  CERT_NONCANON: 12,
  CERT_SIG: 12,
  CERT_ORIGIN: 12,
  CERT_MONTH: 12,
  CERT_NOT_COUNTERSIGNED: 12,
};

const outcomeOf = (findings: readonly ReportFinding[]): Outcome => {
  if (findings.length === 0) return "passed";
  return findings.some(({ severity }) => severity === "F" || severity === "R") ? "failed" : "remarks";
};

/** What came out of each step. A step that was not done never says that it passed. */
export function stepsOf(verification: Verification): Step[] {
  const { report, policy } = verification;
  const of = (step: StepNumber): readonly ReportFinding[] =>
    report.findings.filter(({ code }) => (policy === undefined ? 2 : stepOfCode[code]) === step);
  const altered = outcomeOf([...of(5), ...of(6)]) === "failed";
  return stepNumbers.map((step) => {
    const findings = of(step);
    const undone = whyNot(step, verification);
    if (undone !== undefined && findings.length === 0) return { step, is: "not-applicable", findings, notes: [undone] };
    return { step, is: outcomeOf(findings), findings, notes: notesOf(step, verification, altered) };
  });
}

/** Why a step has nothing to work on. */
function whyNot(step: StepNumber, { source, policy, report, certified, close }: Verification): Note | undefined {
  if (step === 1) return source.kind === "register" ? undefined : "noRegister";
  if (step === 13) return "byHand";
  if (step === 2 || step === 14) return undefined;
  if (policy === undefined) return "policyUnreadable";
  if ([3, 7, 10, 11, 12].includes(step)) {
    if (certified === undefined) return "noCertificate";
    if (certified.certificate === undefined) return "certificateUnreadable";
  }
  if (step === 7 && !close) return "noClose";
  return report.entries === 0 && [5, 6, 8, 9].includes(step) ? "noEntries" : undefined;
}

function notesOf(step: StepNumber, { source, report, token }: Verification, altered: boolean): Note[] {
  const notes: Note[] = [];
  if (step === 1 && source.kind === "register" && !source.keyGiven) notes.push("compareKey");
  if (altered && step >= 8 && step <= 10) notes.push("altered");
  if (step === 9 && report.unjudged > 0) notes.push("unjudged");
  if (step === 12) notes.push(token ? "token" : "noToken");
  return notes;
}
