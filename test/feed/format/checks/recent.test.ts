import fc from "fast-check";
import { expect, it } from "vitest";
import { makeRecentTrees } from "../../../../feed/format/checks/recent.ts";
import { emptyFrontier, type Frontier, pushLeaf, rootOf, sha256 } from "../../../../feed/format/tree.ts";

it("knows the roots of the trees of a moment ago as if each had been kept", () => {
  const leaves = fc.array(fc.boolean(), { minLength: 1, maxLength: 150 });
  fc.assert(
    fc.property(leaves, fc.nat(40), fc.nat(), (isThere, first, last) => {
      const most = 64;
      const recent = makeRecentTrees(most);
      let tree = emptyFrontier;
      for (let i = 0; i < first; i++) tree = pushLeaf(tree, sha256(Buffer.from(`${i}`)));
      const kept: (Frontier | undefined)[] = [];
      for (const [i, there] of isThere.slice(0, 1 + (last % isThere.length)).entries()) {
        const leaf = sha256(Buffer.from(`${first + i}`));
        if (there) {
          kept[tree.size] = tree;
          recent.add(tree, leaf);
        }
        tree = pushLeaf(tree, leaf);
      }
      for (let size = Math.max(0, tree.size - most); size < tree.size; size++) {
        const known = kept[size];
        const found = recent.rootAt(size);
        if (known !== undefined) expect(found?.equals(rootOf(known))).toBe(true);
        if (found !== undefined) expect(found.equals(rootOf(treeOf(size)))).toBe(true);
      }
      for (let size = 0; size < tree.size - most - 16; size++) expect(recent.rootAt(size)).toBeUndefined();
      expect(recent.rootAt(tree.size + 1)).toBeUndefined();
    }),
    { numRuns: 300 },
  );
});

it("knows as many as it was asked to, the oldest too", () => {
  const recent = makeRecentTrees(64);
  let tree = emptyFrontier;
  for (let i = 0; i < 200; i++) {
    const leaf = sha256(Buffer.from(`${i}`));
    recent.add(tree, leaf);
    tree = pushLeaf(tree, leaf);
    for (let size = Math.max(0, i - 63); size <= i; size++)
      expect(recent.rootAt(size), `${size} at ${i}`).toBeDefined();
  }
});

function treeOf(size: number): Frontier {
  let tree = emptyFrontier;
  for (let i = 0; i < size; i++) tree = pushLeaf(tree, sha256(Buffer.from(`${i}`)));
  return tree;
}
