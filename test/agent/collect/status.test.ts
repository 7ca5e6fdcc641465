import fc from "fast-check";
import { expect, test } from "vitest";
import { matches } from "../../../agent/collect/status.ts";
import { profileFile } from "../../../drivers/profile.ts";

const word = fc.integer({ min: 0, max: 0xffff });
const hex = (mask: number): string => `0x${mask.toString(16).padStart(4, "0")}`;

test.each([
  ["not bit:8", 0x0100, false],
  ["not bit:8", 0xfeff, true],
  ["not mask:0x0102", 0x0002, false],
  ["not mask:0x0102", 0xfefd, true],
  ["7-65535", 6, false],
  ["7-65535", 7, true],
  ["7-65535", 65535, true],
  ["3-3", 3, true],
  ["3", 4, false],
] as const)("%s of %i", (when, raw, met) => {
  expect(matches(when, raw)).toBe(met);
});

test("a mask or its opposite is met, never both", () => {
  fc.assert(
    fc.property(word, word, (mask, raw) => {
      expect(matches(`mask:${hex(mask)}`, raw)).toBe(!matches(`not mask:${hex(mask)}`, raw));
    }),
  );
});

test.each(["not 5", "not 1-2", "not not bit:1", "1-", "-1", "not  bit:1", "bit:1-2"])("%s is no condition", (when) => {
  const { success, error } = profileFile.safeParse({
    name: "x",
    maker: "x",
    model: "x",
    source: "x",
    protocol: "modbus",
    points: [],
    status: [
      { id: "state", at: "holding:0", type: "bitfield16", source: "x", flags: [{ when, flag: "M", reason: "a" }] },
    ],
  });
  expect(success).toBe(false);
  expect(error?.issues.some(({ path }) => path.at(-1) === "when")).toBe(true);
});
