import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { subtreeOf, tilesCompletedBy } from "../../../agent/keep/tiles.ts";
import {
  consistencyProof,
  emptyFrontier,
  type Frontier,
  frontierAt,
  inclusionProof,
  leafHash,
  nodeHash,
  pushLeaf,
  rootOf,
} from "../../../feed/format/tree.ts";
import { events, makeJournal } from "./kit.ts";

/** Hashes pair by pair from the leaves up, with nothing stored: what the tiles must agree with. */
function naive(leaves: readonly Buffer[]) {
  const levels: Buffer[][] = [[...leaves]];
  for (let below = levels[0] ?? []; below.length > 1; below = levels.at(-1) ?? []) {
    const above: Buffer[] = [];
    for (let i = 0; i + 1 < below.length; i += 2) above.push(nodeHash(below[i] as Buffer, below[i + 1] as Buffer));
    levels.push(above);
  }
  return (level: number, index: number) => levels[level]?.[index] as Buffer;
}

const count = 1100;
const { journal } = makeJournal({}, afterAll);
afterAll(() => journal.close());
for (let n = 1; n < count; ) n += journal.append(...events(Math.min(1 + (n % 90), count - n), n)).length;
const expected = naive(journal.read(0, count).map(({ bytes }) => leafHash(bytes)));

const size = fc.oneof(
  fc.integer({ min: 1, max: count }),
  fc.constantFrom(255, 256, 257, 511, 512, 513, 767, 768, 769, 1023, 1024, 1025, count),
);

test("proofs from the stored tiles are those of the bare leaves", () => {
  fc.assert(
    fc.property(size, size, (a, b) => {
      const [m, n] = [Math.min(a, b), Math.max(a, b)];
      expect(consistencyProof(m, n, journal.subtree)).toEqual(consistencyProof(m, n, expected));
      expect(inclusionProof(m - 1, n, journal.subtree)).toEqual(inclusionProof(m - 1, n, expected));
      expect(journal.frontierAt(n)).toEqual(frontierAt(n, expected));
      expect(journal.rootAt(n)).toEqual(rootOf(frontierAt(n, expected)));
    }),
    { numRuns: 300 },
  );
});

test("no tree larger than the journal is told", () => {
  expect(() => journal.rootAt(count + 1)).toThrow(RangeError);
  expect(() => journal.rootAt(-1)).toThrow(RangeError);
});

test("tiles of the second level stand on those of the first", () => {
  const leaf = (i: number): Buffer => leafHash(Buffer.from(String(i)));
  const leaves: Buffer[] = [];
  const tiles = new Map<string, Buffer>();
  let frontier: Frontier = emptyFrontier;
  for (let i = 0; i < 65_536 + 300; i++) {
    for (const tile of tilesCompletedBy(frontier, leaf(i))) tiles.set(`${tile.level} ${tile.index}`, tile.hash);
    leaves.push(leaf(i));
    frontier = pushLeaf(frontier, leaf(i));
  }
  const asked: number[] = [];
  const subtree = subtreeOf((level, from, to) => {
    asked.push(to - from);
    const found = (i: number) => (level === 0 ? leaves[i] : tiles.get(`${level} ${i}`));
    return Array.from({ length: to - from }, (_, i) => found(from + i)).filter((hash) => hash !== undefined);
  });
  const bare = naive(leaves);
  expect(tiles.size).toBe(257 + 1);
  for (const [level, index] of [
    [16, 0],
    [15, 1],
    [9, 100],
    [8, 256],
    [7, 513],
    [0, 65_540],
  ] as const) {
    expect(subtree(level, index)).toEqual(bare(level, index));
  }
  expect(consistencyProof(65_000, leaves.length, subtree)).toEqual(consistencyProof(65_000, leaves.length, bare));
  expect(Math.max(...asked)).toBeLessThanOrEqual(128);
});
