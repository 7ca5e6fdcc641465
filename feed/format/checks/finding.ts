import type { CheckCode } from "../faults.ts";

/** What a check found about one entry. */
export interface EntryFinding {
  readonly code: CheckCode;
  readonly seq: number;
  /** In words that name the bytes: what the entry says, and what it should say. */
  readonly detail: string;
  /** It was so at the entry before too: whoever counts intervals counts the first alone. */
  readonly again?: true;
}

/** The cosignature that covers an entry: of the smallest cosigned tree that holds it. */
export interface Upper {
  readonly size: number;
  /** Unix ms. */
  readonly time: number;
}
