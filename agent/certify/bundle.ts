import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { encodeProof } from "../../feed/format/proof.ts";
import { inclusionProof } from "../../feed/format/tree.ts";
import { cosignedNote, exportBundle } from "../keep/export.ts";
import type { JournalReader } from "../keep/open-journal.ts";
import type { Sealed } from "../keep/state.ts";
import type { Range } from "./range.ts";

/** The bundle of a month but for the certificate itself: entries, checkpoints, the hourly table, entries from outside. */
export function writeMonth(
  dir: string,
  outDir: string,
  { range, hourly, policy }: { readonly range: Range; readonly hourly: string; readonly policy?: string | undefined },
): void {
  exportBundle(dir, outDir, {
    policy,
    from: range.from,
    to: range.to,
    wanted: thinned(),
    more: (folder, journal) => {
      writeFileSync(join(folder, "hourly.csv"), hourly);
      for (const { seq } of [...range.before, ...range.behind])
        writeProof(journal, seq, join(folder, `entry-${String(seq).padStart(16, "0")}.tlog-proof`), range.close);
    },
  });
}

/** No entry waits longer than this for a checkpoint of the bundle that it did not wait for in the journal: well within what counts as late. */
const apart = 300;

/** Of the cosigned checkpoints the first, the last before each long silence, and one about every five minutes between. */
function thinned(): (size: number, journal: JournalReader) => boolean {
  let last = Number.NEGATIVE_INFINITY;
  return (size, journal) => {
    const time = cosignedAt(journal, size);
    if (time === undefined) return false;
    const next = nextCosigned(journal, size);
    if (next !== undefined && next - last < apart) return false;
    last = time;
    return true;
  };
}

/** Seconds, of the first cosignature; undefined where there is none. */
function cosignedAt(journal: JournalReader, size: number): number | undefined {
  const times = journal.cosignatures(size).map(({ time }) => time);
  return times.length === 0 ? undefined : Math.min(...times);
}

function nextCosigned(journal: JournalReader, after: number): number | undefined {
  for (let size = after; ; ) {
    const [sealed] = journal.checkpoints(size, 1);
    if (sealed === undefined) return undefined;
    const time = cosignedAt(journal, sealed.size);
    if (time !== undefined) return time;
    size = sealed.size;
  }
}

/** Proof that an entry is in the tree of `close`, or where it lies behind, of the first checkpoint that covers it. */
export function writeProof(journal: JournalReader, index: number, path: string, close?: Sealed): boolean {
  const sealed = close !== undefined && index < close.size ? close : coveredBy(journal, index);
  if (sealed === undefined) return false;
  const extra = journal.read(index, index + 1)[0]?.bytes;
  const hashes = inclusionProof(index, sealed.size, journal.subtree);
  const note = Buffer.from(cosignedNote(journal, sealed).note);
  writeFileSync(path, encodeProof({ ...(extra && { extra }), index, hashes, note }));
  return true;
}

/** The first cosigned checkpoint over an entry; where there is none yet, the first. */
function coveredBy(journal: JournalReader, index: number): Sealed | undefined {
  let first: Sealed | undefined;
  for (let after = index; ; ) {
    const page = journal.checkpoints(after, 200);
    for (const sealed of page) {
      first ??= sealed;
      if (journal.cosignatures(sealed.size).length > 0) return sealed;
      after = sealed.size;
    }
    if (page.length === 0) return first;
  }
}
