import { readEntry } from "../../feed/format/entry.ts";
import type { Leaves } from "./leaves.ts";

/** Entries [from, to) of which only those of rare types are here, and the hashes of all. */
export type PrunedRange = readonly [from: number, to: number];

/** What the entries of type `prune` say is no longer here, in their order. */
export function prunedRanges(journal: {
  ofType(type: "prune", from: number): Iterable<{ bytes: Buffer }>;
}): PrunedRange[] {
  return [...journal.ofType("prune", 0)].flatMap(({ bytes }) => {
    const read = readEntry(bytes);
    return read.ok && read.value.type === "prune" ? [read.value.range] : [];
  });
}

/** Whether an entry may be missing: only where the journal itself says so. */
export function mayBeMissing(leaves: Pick<Leaves, "ofType">): (seq: number) => boolean {
  let ranges: readonly PrunedRange[] | undefined;
  return (seq) => {
    ranges ??= prunedRanges(leaves);
    return ranges.some(([from, to]) => seq >= from && seq < to);
  };
}
