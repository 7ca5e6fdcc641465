import { type Frontier, pushLeaf, rootOf } from "../tree.ts";

/** Roots of the trees of a moment ago, from their leaf hashes and every so many whole trees. */
export interface RecentTrees {
  /** The next leaf, and the tree before it; some may have been left out between. */
  add(before: Frontier, hash: Buffer): void;
  /** Undefined where it is too long ago, or a leaf of it was left out. */
  rootAt(size: number): Buffer | undefined;
}

const every = 16;

/** A whole tree for each leaf would be half of what a verification of a month asks of the memory. */
export function makeRecentTrees(most: number): RecentTrees {
  const room = most + every; // the oldest of them is made from a whole tree before it
  const trees: (Frontier | undefined)[] = Array.from({ length: room }, () => undefined);
  const hashes = Buffer.alloc(room * 32);
  const numbers = new Float64Array(room).fill(-1);
  let next = -1;
  return {
    add: (before, hash) => {
      const { size } = before;
      trees[size % room] = size === next && size % every !== 0 ? undefined : before;
      numbers[size % room] = size;
      hash.copy(hashes, (size % room) * 32);
      next = size + 1;
    },
    rootAt: (size) => {
      let from = size;
      while (
        from > 0 &&
        size - from < every &&
        trees[from % room]?.size !== from &&
        numbers[(from - 1) % room] === from - 1
      )
        from--;
      let tree = trees[from % room];
      if (tree?.size !== from) return undefined;
      for (; from < size; from++) tree = pushLeaf(tree, hashes.subarray((from % room) * 32, (from % room) * 32 + 32));
      return rootOf(tree);
    },
  };
}
