import { Fault } from "../../feed/format/faults.ts";
import { type Frontier, nodeHash, type Subtree } from "../../feed/format/tree.ts";

/** Subtree hashes are kept at levels 8, 16, 24 ... (C2SP tlog-tiles), so that a proof hashes some hundred leaves at most. */
export const TILE_HEIGHT = 8;

export interface Tile {
  readonly level: number;
  readonly index: number;
  readonly hash: Buffer;
}

/** Stored hashes number [from, to) of a level that is a multiple of 8; level 0 are the leaves. Fewer where some are missing. */
export type StoredHashes = (level: number, from: number, to: number) => readonly Buffer[];

/** The tiles that become complete with `leaf` as entry number `before.size`. */
export function tilesCompletedBy(before: Frontier, leaf: Buffer): readonly Tile[] {
  const size = before.size + 1;
  if (size % 2 ** TILE_HEIGHT !== 0) return NONE;
  const tiles: Tile[] = [];
  // The last `level` hashes of the frontier are then the left siblings at levels 0, 1, ... level - 1.
  const siblings = before.stack.toReversed();
  let hash = leaf;
  let done = 0;
  for (let level = TILE_HEIGHT; size % 2 ** level === 0; level += TILE_HEIGHT) {
    for (; done < level; done++) hash = nodeHash(siblings[done] as Buffer, hash);
    tiles.push({ level, index: size / 2 ** level - 1, hash });
  }
  return tiles;
}

const NONE: readonly Tile[] = [];

/** Any perfect subtree, from at most 128 stored hashes of the level below it. E_JOURNAL_CORRUPT where one is missing. */
export function subtreeOf(stored: StoredHashes): Subtree {
  return (level, index) => {
    const base = level - (level % TILE_HEIGHT);
    const count = 2 ** (level - base);
    let hashes = stored(base, index * count, (index + 1) * count);
    if (hashes.length !== count) {
      throw new Fault(
        "E_JOURNAL_CORRUPT",
        `hashes ${index * count} to ${(index + 1) * count - 1} of level ${base} are missing`,
      );
    }
    while (hashes.length > 1) hashes = paired(hashes);
    return hashes[0] as Buffer;
  };
}

function paired(hashes: readonly Buffer[]): Buffer[] {
  const above: Buffer[] = [];
  for (let i = 0; i < hashes.length; i += 2) above.push(nodeHash(hashes[i] as Buffer, hashes[i + 1] as Buffer));
  return above;
}
