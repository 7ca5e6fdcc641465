import { type CheckCode, type Finding, type Severity, severityOf } from "./faults.ts";

/** A failed check, once a code: the first detail, how often, and the first and last entry it concerns. */
export interface ReportFinding extends Finding {
  readonly severity: Severity;
  readonly times: number;
  readonly first?: number;
  readonly last?: number;
  /** Exact bytes of the first entry concerned. */
  readonly bytes?: Buffer;
}

export interface ReportedCheckpoint {
  readonly file: string;
  readonly size: number;
  readonly cosigned: readonly { readonly name: string; readonly time: number }[];
  /** Whether the cosignatures make the quorum of the policy. */
  readonly quorate: boolean;
}

/** REFUSED as soon as one check of severity F or R failed, WITH REMARKS where others did. */
export type ReportVerdict = "VALID" | "VALID WITH REMARKS" | "REFUSED";

/** What an offline verifier found. */
export interface Report {
  /** The log whose checkpoints these are; left out where there is none that holds. */
  readonly origin?: string;
  readonly verdict: ReportVerdict;
  readonly findings: readonly ReportFinding[];
  readonly checkpoints: readonly ReportedCheckpoint[];
  /** Number of the first entry, and how many there are. */
  readonly first: number;
  readonly entries: number;
  /** Root of the tree of all entries. */
  readonly root: Buffer;
  /** Entries from here on are under no checkpoint that carries the quorum. */
  readonly covered: number;
  /** Values that could not be recomputed: their configuration is not here, or says too little. */
  readonly unjudged: number;
}

export function verdictOf(findings: readonly ReportFinding[]): ReportVerdict {
  if (findings.length === 0) return "VALID";
  return findings.some(({ severity }) => severity === "F" || severity === "R") ? "REFUSED" : "VALID WITH REMARKS";
}

/** Gathers findings by code, in the order of their first appearance. */
export class Findings {
  readonly #byCode = new Map<CheckCode, ReportFinding>();

  add({ code, detail }: Finding, seq?: number, bytes?: Buffer): void {
    const known = this.#byCode.get(code);
    const first = known?.first ?? seq;
    const last = seq ?? known?.last;
    this.#byCode.set(code, {
      code,
      severity: severityOf(code),
      detail: known?.detail ?? detail,
      times: (known?.times ?? 0) + 1,
      ...(first !== undefined && { first }),
      ...(last !== undefined && { last }),
      ...bytesOf(known, bytes),
    });
  }

  list(): readonly ReportFinding[] {
    return [...this.#byCode.values()];
  }
}

/** A chunk of a file may be read over: the bytes are copied. */
function bytesOf(known: ReportFinding | undefined, bytes: Buffer | undefined): { readonly bytes?: Buffer } {
  if (known !== undefined) return known.bytes === undefined ? {} : { bytes: known.bytes };
  return bytes === undefined ? {} : { bytes: Buffer.from(bytes) };
}
