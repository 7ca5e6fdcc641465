import { expect, test } from "vitest";
import { emptyFrontier, leafHash, pushLeaf, rootOf } from "../../../feed/format/tree.ts";
import { advance } from "../../../feed/receiver/mirror.ts";

const all = Array.from({ length: 5000 }, (_, seq) => ({ seq, hash: leafHash(Buffer.from(String(seq))) }));
const frontier = (size: number) => all.slice(0, size).reduce((f, { hash }) => pushLeaf(f, hash), emptyFrontier);
const holding = (...seqs: readonly number[]) => {
  const held = new Set(seqs);
  return async (from: number, to: number) =>
    new Map(all.slice(from, to).flatMap(({ seq, hash }) => (held.has(seq) ? [[seq, hash] as const] : [])));
};
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

test("a closed gap takes everything behind it along, however much that is", async () => {
  const moved = await advance(frontier(10), all.slice(10, 20), holding(...range(20, 5000)));
  expect([moved.size, rootOf(moved)]).toEqual([5000, rootOf(frontier(5000))]);
});

test("it stops at the next gap", async () => {
  expect((await advance(frontier(10), all.slice(10, 20), holding(...range(20, 1300), ...range(1301, 2000)))).size).toBe(
    1300,
  );
});

test("entries that overlap what is here count once", async () => {
  expect((await advance(frontier(15), all.slice(10, 20), holding(...range(0, 15)))).size).toBe(20);
});

test("entries behind a gap move nothing, and nothing is looked up for them", async () => {
  const none = async (): Promise<never> => {
    throw new Error("looked up");
  };
  expect(await advance(frontier(10), all.slice(11, 20), none)).toEqual(frontier(10));
});
