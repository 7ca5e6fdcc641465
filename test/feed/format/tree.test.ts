import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  consistencyProof,
  emptyFrontier,
  frontierAt,
  frontierLength,
  inclusionProof,
  leafHash,
  pushLeaf,
  rootOf,
  type Subtree,
  verifyConsistency,
  verifyInclusion,
} from "../../../feed/format/tree.ts";
import { frontierOf, subtreeOf } from "./sample-log.ts";

const count = 300;
const data = Array.from({ length: count }, (_, i) => Buffer.from(`entry ${i}`));
const leaves = data.map(leafHash);
const subtree = subtreeOf(leaves);

const sha256 = (...parts: readonly Buffer[]): Buffer => createHash("sha256").update(Buffer.concat(parts)).digest();

/** MTH of RFC 6962, 2.1, word for word. */
function mth(entries: readonly Buffer[]): Buffer {
  if (entries.length === 0) return sha256();
  if (entries.length === 1) return sha256(Buffer.from([0]), entries[0] as Buffer);
  let k = 1;
  while (k * 2 < entries.length) k *= 2;
  return sha256(Buffer.from([1]), mth(entries.slice(0, k)), mth(entries.slice(k)));
}

const roots = Array.from({ length: count + 1 }, (_, n) => mth(data.slice(0, n)));
const root = (n: number): Buffer => roots[n] as Buffer;
const size = fc.nat(count);

describe("the tree", () => {
  it("has the root of RFC 6962 at every size, grown leaf by leaf", () => {
    let frontier = emptyFrontier;
    for (let n = 0; n <= count; n++) {
      expect(rootOf(frontier).equals(root(n)), `size ${n}`).toBe(true);
      expect(frontier.stack.length).toBe(frontierLength(n));
      if (n < count) frontier = pushLeaf(frontier, leaves[n] as Buffer);
    }
  });

  it("has the same frontier from its subtrees as from its leaves", () => {
    fc.assert(fc.property(size, (n) => void expect(frontierAt(n, subtree)).toEqual(frontierOf(leaves.slice(0, n)))));
  });

  it("does not change a frontier that a leaf was pushed on", () => {
    const before = frontierOf(leaves.slice(0, 7));
    pushLeaf(before, leaves[7] as Buffer);
    expect(rootOf(before).equals(root(7))).toBe(true);
  });

  it("proves inclusion of every leaf of every size to 40 and of the last sizes", () => {
    for (const n of [...Array(40).keys(), 255, 256, 257, count]) {
      for (let i = 0; i < n; i++) {
        const proof = inclusionProof(i, n, subtree);
        expect(verifyInclusion(leaves[i] as Buffer, i, n, root(n), proof), `${i} in ${n}`).toBe(true);
      }
    }
  });

  it("proves consistency of every two sizes", () => {
    for (let n = 0; n <= count; n++) {
      for (let m = 0; m <= n; m += n < 40 ? 1 : 7) {
        const proof = consistencyProof(m, n, subtree);
        expect(verifyConsistency(m, n, root(m), root(n), proof), `${m} to ${n}`).toBe(true);
      }
    }
  });
});

describe("a proof", () => {
  const changed = (proof: readonly Buffer[], at: number, bit: number): Buffer[] =>
    proof.map((hash, index) => {
      if (index !== at % proof.length) return hash;
      const copy = Buffer.from(hash);
      copy[bit >> 3] = (copy[bit >> 3] as number) ^ (1 << (bit & 7));
      return copy;
    });

  it("of inclusion fails for another leaf, index, size, root, or with one bit changed", () => {
    const places = fc
      .integer({ min: 2, max: count })
      .chain((n) => fc.tuple(fc.constant(n), fc.nat(n - 1), fc.nat(n - 1)));
    fc.assert(
      fc.property(places, fc.nat(), fc.nat(255), ([n, i, j], at, bit) => {
        const proof = inclusionProof(i, n, subtree);
        const leaf = leaves[i] as Buffer;
        expect(verifyInclusion(leaf, i, n, root(n), changed(proof, at, bit))).toBe(false);
        expect(verifyInclusion(leaf, i, n, root(n), proof.slice(1))).toBe(false);
        expect(verifyInclusion(leaf, i, n, root(n), [...proof, leaf])).toBe(false);
        expect(verifyInclusion(leaf, i, n, root(n - 1), proof)).toBe(false);
        if (j !== i) expect(verifyInclusion(leaf, j, n, root(n), proof)).toBe(false);
        if (j !== i) expect(verifyInclusion(leaves[j] as Buffer, i, n, root(n), proof)).toBe(false);
      }),
    );
  });

  it("of consistency fails for another root, or with one bit changed, one hash more or less", () => {
    const sizes = fc
      .integer({ min: 2, max: count })
      .chain((n) => fc.tuple(fc.integer({ min: 1, max: n - 1 }), fc.constant(n)));
    fc.assert(
      fc.property(sizes, fc.nat(), fc.nat(255), ([m, n], at, bit) => {
        const proof = consistencyProof(m, n, subtree);
        expect(verifyConsistency(m, n, root(m), root(n), changed(proof, at, bit))).toBe(false);
        expect(verifyConsistency(m, n, root(m), root(n), proof.slice(1))).toBe(false);
        expect(verifyConsistency(m, n, root(m), root(n), [...proof, root(n)])).toBe(false);
        expect(verifyConsistency(m, n, root(n), root(n), proof)).toBe(false);
        expect(verifyConsistency(m, n, root(m), root(m), proof)).toBe(false);
        expect(verifyConsistency(n, m, root(n), root(m), proof)).toBe(false);
      }),
    );
  });

  it("is refused for what is no size or no hash", () => {
    const [leaf, one] = [leaves[0] as Buffer, root(1)];
    expect(verifyInclusion(leaf, 0, 1, one, [])).toBe(true);
    for (const n of [0, -1, 1.5, 2 ** 53, Number.NaN]) expect(verifyInclusion(leaf, 0, n, one, [])).toBe(false);
    expect(verifyInclusion(leaf, 0, 2, root(2), [Buffer.alloc(31)])).toBe(false);
    expect(verifyConsistency(1, 2, one, root(2), [Buffer.alloc(33)])).toBe(false);
    expect(verifyConsistency(0, 2, one, root(2), [])).toBe(false);
  });
});

describe("sizes above 2^32", () => {
  const leaf = leaves[0] as Buffer;
  /** Every subtree of the same level alike, as if all leaves were: then a huge tree costs nothing. */
  const levels = Array.from({ length: 54 }).reduce<Buffer[]>((made) => {
    const below = made.at(-1);
    return [...made, below === undefined ? leaf : sha256(Buffer.from([1]), below, below)];
  }, []);
  const alike: Subtree = (n) => levels[n] as Buffer;
  const big = fc
    .maxSafeInteger()
    .map((n) => Math.abs(n))
    .filter((n) => n > 2 ** 33);

  it("prove and verify as small ones do", () => {
    fc.assert(
      fc.property(big, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (n, share) => {
        const m = Math.max(1, Math.floor(n * share));
        const at = (size: number): Buffer => rootOf(frontierAt(size, alike));
        expect(verifyConsistency(m, n, at(m), at(n), consistencyProof(m, n, alike))).toBe(true);
        expect(verifyInclusion(leaf, m - 1, n, at(n), inclusionProof(m - 1, n, alike))).toBe(true);
        expect(verifyInclusion(leaf, m - 1, n, at(n), inclusionProof(m - 1, n, alike).slice(1))).toBe(false);
      }),
    );
  });

  it("grow by one leaf", () => {
    const n = 2 ** 40 + 2 ** 33 - 1;
    expect(rootOf(pushLeaf(frontierAt(n, alike), leaf))).toEqual(rootOf(frontierAt(n + 1, alike)));
  });
});
