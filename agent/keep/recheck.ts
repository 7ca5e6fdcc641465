import type { Entry } from "../../feed/format/entry.ts";
import { Fault } from "../../feed/format/faults.ts";
import { emptyFrontier, type Frontier, frontierAt, leafHash, pushLeaf, rootOf } from "../../feed/format/tree.ts";
import type { Leaves } from "./leaves.ts";
import { mayBeMissing } from "./pruned.ts";
import type { State } from "./state.ts";
import { subtreeOf, type Tile, tilesCompletedBy } from "./tiles.ts";

/** What is hashed again: the entries [from, size). `root` is what they must come to, where that is known. */
export interface Extent {
  readonly from: number;
  readonly size: number;
  readonly root?: Buffer;
  /** So many entries at each step. */
  readonly portion: number;
}

/**
 * Hashes entries again, rebuilds the tree and compares it with every stored hash, tile and checkpoint on the way. Yields
 * after each portion, and reads nothing while it rests: entries may be appended meanwhile. Returns the rebuilt frontier.
 * Throws Fault E_JOURNAL_CORRUPT naming the first entries concerned.
 * SQLite's own integrity check would not do: it says "ok" after a digit was changed in the file.
 */
export function* recheck(leaves: Leaves, state: State, extent: Extent): Generator<Frontier, Frontier, void> {
  const { from, size: end, root, portion } = extent;
  const openings = new Map(leaves.openings().map((opening) => [opening.size, rootOf(opening)]));
  let frontier = from === 0 ? emptyFrontier : frontierAt(from, subtreeOf(leaves.hashes));
  const isPruned = mayBeMissing(leaves);
  let proven = 0;
  const expectRoot = (signed: Buffer | undefined): void => {
    if (signed === undefined) return;
    if (!rootOf(frontier).equals(signed)) throw notSigned(proven, frontier.size);
    proven = frontier.size;
  };

  expectRoot(state.at(from)?.root);
  while (frontier.size < end) {
    const to = Math.min(end, frontier.size + portion);
    const entries = new Map(leaves.read(frontier.size, to).map((entry) => [entry.seq, entry]));
    const roots = new Map(state.after(frontier.size, to - frontier.size).map((sealed) => [sealed.size, sealed.root]));
    while (frontier.size < to) {
      const found = hashOf(entries.get(frontier.size), frontier.size, leaves, isPruned);
      expectTiles(leaves, tilesCompletedBy(frontier, found));
      frontier = pushLeaf(frontier, found);
      expectRoot(roots.get(frontier.size));
      expectOpening(frontier, openings.get(frontier.size));
    }
    yield frontier;
  }
  expectRoot(root);
  return frontier;
}

/** Of an entry that was pruned the hash that was kept: it must give the trees that were signed. */
function hashOf(entry: Entry | undefined, seq: number, leaves: Leaves, isPruned: (seq: number) => boolean): Buffer {
  if (entry !== undefined) {
    const found = leafHash(entry.bytes);
    if (!found.equals(entry.hash)) throw corrupt(`entry ${seq} is not what was kept`);
    return found;
  }
  const [kept] = isPruned(seq) ? leaves.hashes(0, seq, seq + 1) : [];
  if (kept === undefined) throw corrupt(`entry ${seq} is missing`);
  return kept;
}

/** Takes all the steps at once. */
export function toTheEnd<T>(steps: Iterator<unknown, T, void>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

export const corrupt = (detail: string): Fault => new Fault("E_JOURNAL_CORRUPT", detail);

/** Whoever changes an entry can change its stored hash too; then the tree says between which two roots it lies. */
export const notSigned = (from: number, to: number): Fault =>
  corrupt(
    from < to ? `entries ${from} to ${to - 1} do not give the root of ${to}` : `the tree of ${to} has another root`,
  );

function expectOpening(frontier: Frontier, opening: Buffer | undefined): void {
  if (opening !== undefined && !rootOf(frontier).equals(opening)) {
    throw corrupt(`the month that begins with entry ${frontier.size} did not begin with this tree`);
  }
}

function expectTiles(leaves: Leaves, tiles: readonly Tile[]): void {
  for (const { level, index, hash } of tiles) {
    const [stored] = leaves.hashes(level, index, index + 1);
    const [from, to] = [index * 2 ** level, (index + 1) * 2 ** level - 1];
    if (!stored?.equals(hash)) throw corrupt(`the stored hash of entries ${from} to ${to} is not theirs`);
  }
}
