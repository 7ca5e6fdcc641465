import type { CheckCode, Finding } from "./faults.ts";

/** A failed check, once a code: the first detail, how often, and the first and last entry it concerns. */
export interface ReportFinding extends Finding {
  readonly times: number;
  readonly first?: number;
  readonly last?: number;
}

export interface ReportedCheckpoint {
  readonly file: string;
  readonly size: number;
  readonly cosigned: readonly { readonly name: string; readonly time: number }[];
  /** Whether the cosignatures make the quorum of the policy. */
  readonly quorate: boolean;
}

/** What an offline verifier found. REFUSED as soon as there is one finding. */
export interface Report {
  readonly verdict: "VALID" | "REFUSED";
  readonly findings: readonly ReportFinding[];
  readonly checkpoints: readonly ReportedCheckpoint[];
  /** Number of the first entry, and how many there are. */
  readonly first: number;
  readonly entries: number;
  /** Root of the tree of all entries. */
  readonly root: Buffer;
  /** Entries from here on are under no checkpoint that carries the quorum. */
  readonly covered: number;
}

/** Gathers findings by code, in the order of their first appearance. */
export class Findings {
  readonly #byCode = new Map<CheckCode, ReportFinding>();

  add({ code, detail }: Finding, seq?: number): void {
    const known = this.#byCode.get(code);
    const first = known?.first ?? seq;
    const last = seq ?? known?.last;
    this.#byCode.set(code, {
      code,
      detail: known?.detail ?? detail,
      times: (known?.times ?? 0) + 1,
      ...(first !== undefined && { first }),
      ...(last !== undefined && { last }),
    });
  }

  list(): readonly ReportFinding[] {
    return [...this.#byCode.values()];
  }
}
