import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { readEntry } from "../../feed/format/entry.ts";
import { encodeProof } from "../../feed/format/proof.ts";
import { inclusionProof } from "../../feed/format/tree.ts";
import { cosignedNote, exportBundle } from "../keep/export.ts";
import type { JournalReader } from "../keep/open-journal.ts";
import type { Cosigned, Sealed } from "../keep/state.ts";
import type { MonthStating } from "./issue.ts";
import type { Range } from "./range.ts";

interface Written {
  readonly range: Range;
  readonly stating: MonthStating;
  /** Is told how many bytes leaves.jsonl has by now. */
  readonly written: ((path: string, length: number) => void) | undefined;
  readonly policy?: string | undefined;
}

/**
 * The bundle of a month but for the certificate itself: entries, checkpoints, the hourly table, entries from outside. What the
 * month says is made on the way, so that nothing is read twice.
 */
export function writeMonth(
  dir: string,
  outDir: string,
  { range, stating, written, policy }: Written,
): ReturnType<MonthStating["finish"]> {
  let said: ReturnType<MonthStating["finish"]> | undefined;
  exportBundle(dir, outDir, {
    policy,
    from: range.from,
    to: range.to,
    wanted: (journal) => thinned(journal, range),
    take: stating.take,
    written,
    more: (folder, journal) => {
      said = stating.finish();
      writeFileSync(join(folder, "hourly.csv"), said.hourly);
      for (const { seq } of [...range.before, ...range.behind])
        writeProof(journal, seq, join(folder, `entry-${String(seq).padStart(16, "0")}.tlog-proof`), range.close);
    },
  });
  return said ?? stating.finish();
}

/** No entry waits longer than this for a checkpoint of the bundle that it did not wait for in the journal: within what counts as late. */
const apart = 600;

/**
 * Of the cosigned checkpoints those that anchors embed, whose cosignatures a verifier has to look at in any case; the first, the
 * last before each long silence, and one about every ten minutes where there is no anchor.
 */
function thinned(journal: JournalReader, { from, to }: Range): ReadonlySet<number> {
  const embedded = embeddedIn(journal, from);
  const wanted = new Set<number>();
  let last = Number.NEGATIVE_INFINITY;
  let before: Cosigned | undefined;
  const decide = ({ size, time }: Cosigned, next: Cosigned | undefined): void => {
    if (!embedded.has(size) && next !== undefined && next.time - last < apart) return;
    wanted.add(size);
    last = time;
  };
  for (let after = from; after < to; ) {
    const page = journal.cosigned(after, 500);
    for (const one of page) {
      if (one.size > to) break;
      if (before !== undefined) decide(before, one);
      before = one;
    }
    after = page.at(-1)?.size ?? to;
  }
  if (before !== undefined) decide(before, undefined);
  return wanted;
}

/** Sizes above `from`: an anchor lies behind the tree that it embeds. */
function embeddedIn(journal: JournalReader, from: number): ReadonlySet<number> {
  const sizes = new Set<number>();
  for (const { bytes } of journal.ofType("anchor", from)) {
    const read = readEntry(bytes);
    if (read.ok && read.value.type === "anchor") sizes.add(read.value.size);
  }
  return sizes;
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
