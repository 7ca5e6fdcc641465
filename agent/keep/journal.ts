import type { Entry, EntryBody } from "../../feed/format/entry.ts";

/** The newest size of a tree and its root. */
export interface Head {
  readonly size: number;
  readonly root: Buffer;
}

/**
 * Append-only history of one site.
 * `append` MUST NOT return before the entries would survive a power cut, and MUST number entries without gaps.
 * Nothing updates an entry. One process holds a journal at a time; readers open it read-only.
 */
export interface Journal {
  readonly origin: string;
  head(): Head;
  /** Appends in one transaction; returns the entries in order. Throws Fault E_JOURNAL_FULL, E_JOURNAL_BUSY, E_JOURNAL_IO; then nothing was kept. */
  append(...bodies: readonly EntryBody[]): readonly Entry[];
  /** Entries [from, to), exact bytes; fewer if the journal ends before. */
  read(from: number, to: number): readonly Entry[];
}
