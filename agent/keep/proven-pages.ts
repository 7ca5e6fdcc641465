import type { Entry } from "../../feed/format/entry.ts";
import { type Frontier, leafHash, pushLeaf, rootOf } from "../../feed/format/tree.ts";
import type { JournalReader } from "./open-journal.ts";
import { corrupt, notSigned } from "./recheck.ts";

/**
 * The entries [from, to) in pages of at most `page`, hashed on the way: each must have the hash that was kept with it, and
 * the tree the root of every checkpoint it passes. `to` is the size of a checkpoint, so all of them are proven when the
 * last page was taken. Throws Fault E_JOURNAL_CORRUPT naming the first entries concerned, and what reading throws.
 */
export function* provenPages(
  journal: JournalReader,
  from: number,
  to: number,
  page: number,
): Generator<readonly Entry[], void, void> {
  let frontier: Frontier = journal.frontierAt(from);
  let proven = from;
  while (frontier.size < to) {
    const entries = journal.read(frontier.size, Math.min(to, frontier.size + page));
    if (entries.length === 0) throw corrupt(`entry ${frontier.size} is missing`);
    const roots = new Map(journal.checkpoints(frontier.size, page).map(({ size, root }) => [size, root]));
    for (const { seq, bytes, hash } of entries) {
      if (seq !== frontier.size) throw corrupt(`entry ${frontier.size} is missing`);
      if (!leafHash(bytes).equals(hash)) throw corrupt(`entry ${seq} is not what was kept`);
      frontier = pushLeaf(frontier, hash);
      const signed = roots.get(frontier.size);
      if (signed === undefined) continue;
      if (!rootOf(frontier).equals(signed)) throw notSigned(proven, frontier.size);
      proven = frontier.size;
    }
    yield entries;
  }
}
