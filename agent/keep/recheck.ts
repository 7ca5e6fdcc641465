import { Fault } from "../../feed/format/faults.ts";
import { emptyFrontier, type Frontier, frontierAt, leafHash, pushLeaf, rootOf } from "../../feed/format/tree.ts";
import type { Leaves } from "./leaves.ts";
import type { State } from "./state.ts";
import { subtreeOf, tilesCompletedBy } from "./tiles.ts";

const PAGE = 1000;

/**
 * Hashes the entries [from, end) again, rebuilds the tree and compares it with every stored hash, tile and checkpoint on
 * the way. Returns the rebuilt frontier. Throws Fault E_JOURNAL_CORRUPT naming the first entry concerned.
 * SQLite's own integrity check would not do: it says "ok" after a digit was changed in the file.
 */
export function recheck(leaves: Leaves, state: State, from: number): Frontier {
  const end = leaves.end();
  let frontier = from === 0 ? emptyFrontier : frontierAt(from, subtreeOf(leaves.hashes));
  expectRoot(frontier, state.at(from)?.root);
  const openings = new Map(leaves.openings().map((opening) => [opening.size, rootOf(opening)]));
  while (frontier.size < end) {
    const entries = leaves.read(frontier.size, frontier.size + PAGE);
    if (entries.length === 0) throw corrupt(`entry ${frontier.size} is missing`);
    const roots = new Map(state.after(frontier.size, PAGE).map(({ size, root }) => [size, root]));
    for (const { seq, bytes, hash } of entries) {
      if (seq !== frontier.size) throw corrupt(`entry ${frontier.size} is missing`);
      const found = leafHash(bytes);
      if (!found.equals(hash)) throw corrupt(`entry ${seq} is not what was kept`);
      expectTiles(leaves, frontier, found);
      frontier = pushLeaf(frontier, found);
      expectRoot(frontier, roots.get(frontier.size));
      expectOpening(frontier, openings.get(frontier.size));
    }
  }
  return frontier;
}

const corrupt = (detail: string): Fault => new Fault("E_JOURNAL_CORRUPT", detail);

function expectRoot(frontier: Frontier, signed: Buffer | undefined): void {
  if (signed !== undefined && !rootOf(frontier).equals(signed)) {
    throw corrupt(`the entries before ${frontier.size} do not give the root that was signed`);
  }
}

function expectOpening(frontier: Frontier, opening: Buffer | undefined): void {
  if (opening !== undefined && !rootOf(frontier).equals(opening)) {
    throw corrupt(`the month that begins with entry ${frontier.size} did not begin with this tree`);
  }
}

function expectTiles(leaves: Leaves, before: Frontier, leaf: Buffer): void {
  for (const { level, index, hash } of tilesCompletedBy(before, leaf)) {
    const [stored] = leaves.hashes(level, index, index + 1);
    if (!stored?.equals(hash)) throw corrupt(`hash ${index} of level ${level} is not that of its entries`);
  }
}
