import type { Entry } from "../../feed/format/entry.ts";
import { type Frontier, leafHash, pushLeaf, rootOf } from "../../feed/format/tree.ts";
import type { JournalReader } from "./open-journal.ts";
import { corrupt, notSigned } from "./recheck.ts";
import type { Sealed } from "./state.ts";

/**
 * The entries [from, to) in pages of at most `page`, hashed on the way: each must have the hash that was kept with it, and
 * the tree the root of every checkpoint it passes, or of those in `only`. `to` is the size of a checkpoint, and among them, so all of
 * the entries are proven when the last page was taken. Throws Fault E_JOURNAL_CORRUPT naming the first entries concerned, and what reading throws.
 */
export function* provenPages(
  journal: JournalReader,
  from: number,
  to: number,
  page: number,
  only?: ReadonlySet<number>,
): Generator<readonly Entry[], void, void> {
  let frontier: Frontier = journal.frontierAt(from);
  let proven = from;
  const ahead = checkpointsAfter(journal, from, page);
  let sealed = ahead.next().value;
  while (frontier.size < to) {
    const entries = journal.read(frontier.size, Math.min(to, frontier.size + page));
    if (entries.length === 0) throw corrupt(`entry ${frontier.size} is missing`);
    for (const { seq, bytes, hash } of entries) {
      if (seq !== frontier.size) throw corrupt(`entry ${frontier.size} is missing`);
      if (!leafHash(bytes).equals(hash)) throw corrupt(`entry ${seq} is not what was kept`);
      frontier = pushLeaf(frontier, hash);
      if (sealed?.size !== frontier.size) continue;
      if (only?.has(sealed.size) ?? true) {
        if (!rootOf(frontier).equals(sealed.root)) throw notSigned(proven, frontier.size);
        proven = frontier.size;
      }
      sealed = ahead.next().value;
    }
    yield entries;
  }
}

/** Each is read once: a plant that seals every ten seconds has half as many of them as entries. */
function* checkpointsAfter(journal: JournalReader, from: number, page: number): Generator<Sealed, undefined, void> {
  for (let after = from; ; ) {
    const sealed = journal.checkpoints(after, page);
    yield* sealed;
    const last = sealed.at(-1);
    if (last === undefined) return undefined;
    after = last.size;
  }
}
