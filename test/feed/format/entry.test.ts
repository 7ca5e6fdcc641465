import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { makeEntry, noPrev, readEntry } from "../../../feed/format/entry.ts";
import { emptyFrontier, pushLeaf, rootOf } from "../../../feed/format/tree.ts";

const vectors = new URL("../../vectors/", import.meta.url);
const lines = readFileSync(new URL("leaves.jsonl", vectors), "utf8").trimEnd().split("\n");

describe("an entry", () => {
  it("is made again byte for byte from what it says", () => {
    let prev = noPrev;
    let tree = emptyFrontier;
    for (const [seq, line] of lines.entries()) {
      const stored = readEntry(Buffer.from(line));
      if (!stored.ok) throw new Error(`${seq}: ${stored.problem.detail}`);
      const { v: _v, seq: _seq, prev: _prev, salt, ...body } = stored.value;
      const entry = makeEntry(body, seq, prev, Buffer.from(salt, "base64"));
      expect(entry.bytes.toString()).toBe(line);
      prev = entry.hash;
      tree = pushLeaf(tree, entry.hash);
    }
    expect(rootOf(tree).toString("base64")).toBe("MucdZ69Y43OsUQ/d1jnUEs2832h3QMdgLRmTZAdvPm4=");
  });
});
