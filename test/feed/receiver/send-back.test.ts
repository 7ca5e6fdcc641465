import { expect, test } from "vitest";
import { emptyFrontier, type Frontier, leafHash, pushLeaf } from "../../../feed/format/tree.ts";
import { frontiersOf } from "../../../feed/receiver/send-back.ts";

const leaves = Array.from({ length: 1000 }, (_, seq) => leafHash(Buffer.from(String(seq))));
const frontiers: Frontier[] = [emptyFrontier];
for (const [size, leaf] of leaves.entries()) frontiers.push(pushLeaf(frontiers[size] ?? emptyFrontier, leaf));

/** A ledger that counts the hashes it is asked for. */
function counting() {
  const ledger = {
    asked: 0,
    hashes: async (_: string, from: number, to: number) => {
      ledger.asked += to - from;
      return new Map(leaves.slice(from, to).map((hash, i) => [from + i, hash]));
    },
  };
  return ledger;
}

test("a log that is asked for portion by portion is not hashed from its beginning each time", async () => {
  const ledger = counting();
  const frontierAt = frontiersOf(ledger, 64);
  for (let from = 0; from <= 1000; from += 10) expect(await frontierAt("log", from)).toEqual(frontiers[from]);
  expect(ledger.asked).toBeLessThan(101 * 64);
  // Whatever is asked then costs less than a stride, also of questions out of order.
  for (const from of [1000, 0, 999, 64, 63, 65, 500]) {
    ledger.asked = 0;
    expect(await frontierAt("log", from)).toEqual(frontiers[from]);
    expect(ledger.asked).toBeLessThan(64);
  }
});

test("questions at once do not spoil what is remembered, and each log has its own", async () => {
  const ledger = counting();
  const frontierAt = frontiersOf(ledger, 16);
  const sizes = [300, 17, 300, 1000, 16];
  const found = await Promise.all(sizes.flatMap((size) => [frontierAt("a", size), frontierAt("b", size)]));
  expect(found).toEqual(sizes.flatMap((size) => [frontiers[size], frontiers[size]]));
  expect(await frontierAt("a", 1000)).toEqual(frontiers[1000]);
});

test("what is not held is never made up", async () => {
  await expect(frontiersOf(counting(), 16)("log", 1001)).rejects.toThrow("entry 1000 of log is not held");
});
