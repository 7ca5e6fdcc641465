import { setImmediate as turn } from "node:timers/promises";
import { readEntry, type StoredEntry } from "../../feed/format/entry.ts";
import { seconds } from "../../feed/format/vocabulary.ts";
import type { Journal } from "../keep/journal.ts";

/** A poll that ended with the minute is in the journal this long after it. */
export const grace = seconds(2);
/** Entries read at once: a moment of work, then the meters have their turn. */
export const portion = 256;

/** Every entry from `from` up to the head as it is now. Ends early when `signal` aborts. */
export async function* entriesFrom(
  journal: Pick<Journal, "head" | "read">,
  from: number,
  signal: AbortSignal,
): AsyncGenerator<StoredEntry> {
  const end = journal.head().size;
  for (let next = from; next < end && !signal.aborted; ) {
    const entries = journal.read(next, Math.min(next + portion, end));
    next += portion; // not by what was read: polls may have been pruned
    for (const { bytes } of entries) {
      const entry = readEntry(bytes);
      if (entry.ok) yield entry.value;
    }
    await turn();
  }
}

/** Number of the first entry that was made at or after `t` (ISO text), if every entry was made after the one before it. */
export function firstSince(journal: Pick<Journal, "head" | "read">, t: string): number {
  let [low, high] = [0, journal.head().size];
  while (low < high) {
    const middle = (low + high) >> 1;
    const entry = journal.read(middle, middle + 1)[0];
    const read = entry && readEntry(entry.bytes);
    // Of what was pruned nothing says when it was made: long ago.
    if (read === undefined || (read.ok && read.value.t < t)) low = middle + 1;
    else high = middle;
  }
  return low;
}
