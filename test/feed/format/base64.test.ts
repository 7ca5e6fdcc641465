import fc from "fast-check";
import { expect, test } from "vitest";
import { fromBase64, isBase64 } from "../../../feed/format/base64.ts";

/** Base64 of random bytes, with one character changed, put in or taken out now and then. */
const spelt = fc
  .record({
    bytes: fc.uint8Array({ maxLength: 40 }),
    at: fc.nat(60),
    put: fc.constantFrom("", "A", "B", "Q", "/", "+", "=", "-", "\n", "é"),
    cut: fc.constantFrom(0, 0, 1),
    changed: fc.boolean(),
  })
  .map(({ bytes, at, put, cut, changed }) => {
    const text = Buffer.from(bytes).toString("base64");
    return changed ? text.slice(0, at) + put + text.slice(at + cut) : text;
  });

test("looking at base64 and decoding it say the same of every text and length", () => {
  fc.assert(
    fc.property(spelt, fc.option(fc.nat(40), { nil: undefined }), (text, length) => {
      expect(isBase64(text, length)).toBe(fromBase64(text, length) !== undefined);
    }),
    { numRuns: 3000 },
  );
});

test.each([
  ["AA==", true],
  ["AB==", false],
  ["AAA=", true],
  ["AAB=", false],
  ["AAAA", true],
  ["A===", false],
  ["====", false],
  ["", false],
  ["AAA", false],
  ["AA-_", false],
  ["AAA=AAAA", false],
])("%s", (text, is) => {
  expect(isBase64(text)).toBe(is);
  expect(fromBase64(text) !== undefined).toBe(is);
});
