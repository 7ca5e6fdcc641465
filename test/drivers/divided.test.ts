import fc from "fast-check";
import { expect, test } from "vitest";
import { dividedAs } from "../../drivers/divided.ts";
import { word } from "./scripted.ts";

const plan = [word("abcd"), word("ef"), word("ghi")];
const divided = (...reads: string[]): readonly unknown[] | undefined => dividedAs(plan, reads)?.map(({ read }) => read);

test("a plan is divided into the reads of an earlier run, whichever blocks were refused", () => {
  expect(divided("abcd", "ef", "ghi")).toEqual(["abcd", "ef", "ghi"]);
  expect(divided("ab", "c", "d", "ef", "gh", "i")).toEqual(["ab", "c", "d", "ef", "gh", "i"]);
});

test("reads of another plan, in another order, too few or too many are not followed", () => {
  expect(divided("abcd", "ef")).toBeUndefined();
  expect(divided("abcd", "ef", "ghi", "j")).toBeUndefined();
  expect(divided("ef", "abcd", "ghi")).toBeUndefined();
  expect(divided("abc", "d", "ef", "ghi")).toBeUndefined();
  expect(divided()).toBeUndefined();
});

/** A block as it is, or its halves, each divided in turn. */
function divisions(block: string): fc.Arbitrary<string[]> {
  if (block.length < 2) return fc.constant<string[]>([block]);
  const middle = Math.ceil(block.length / 2);
  const halves = fc.tuple(divisions(block.slice(0, middle)), divisions(block.slice(middle)));
  return fc.oneof(
    fc.constant<string[]>([block]),
    halves.map((parts) => parts.flat()),
  );
}

test("every plan that refusals can lead to is followed, and asks for each point once", () => {
  fc.assert(
    fc.property(fc.tuple(divisions("abcd"), divisions("ef"), divisions("ghi")), (parts) => {
      const found = dividedAs(plan, parts.flat());
      expect(found?.map(({ read }) => read)).toEqual(parts.flat());
      expect(found?.flatMap(({ points }) => points.map(({ id }) => id)).join("")).toBe("abcdefghi");
    }),
  );
});
