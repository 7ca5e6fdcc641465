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

/** Of many checkpoints about every three hundredth: with one each ten seconds, one an hour. */
function thinned(): (size: number) => boolean {
  let count = 0;
  return () => count++ % 360 === 0;
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
