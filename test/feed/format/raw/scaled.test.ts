import fc from "fast-check";
import { expect, test } from "vitest";
import { scaleRaw } from "../../../../drivers/decimal.ts";
import { gives, scaled } from "../../../../feed/format/raw/scaled.ts";

const raw = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.float({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }),
);
const decimal = fc.tuple(fc.integer({ min: -99_999, max: 99_999 }), fc.integer({ min: 0, max: 4 })).map(([n, e]) => {
  return n % 10 ** e === 0 ? String(n / 10 ** e) : (n / 10 ** e).toFixed(e);
});
const scale = fc.oneof(
  decimal,
  fc
    .tuple(fc.integer(), fc.integer(), decimal, decimal)
    .filter(([r0, r1]) => r0 !== r1)
    .map((parts) => parts.join(":")),
);
const places = fc.integer({ min: 0, max: 12 });

test("a value comes out as the plant's own arithmetic, of another library, has it", () => {
  fc.assert(
    fc.property(raw, scale, places, (raw, scale, places) => {
      expect(scaled(raw, scale, places)).toBe(scaleRaw(raw, scale, places));
    }),
    { numRuns: 1000 },
  );
});

test("the short way says yes exactly where the long way does", () => {
  const near = fc.integer({ min: -2, max: 2 });
  fc.assert(
    fc.property(raw, decimal, places, near, (raw, scale, places, off) => {
      const right = scaleRaw(raw, scale, places);
      fc.pre(Math.abs(Number(right)) < 1e15);
      const other = off === 0 ? right : scaleRaw(Number(right) + off / 10 ** places, "1", places);
      expect(gives(raw, scale, places, other)).toBe(other === right);
    }),
    { numRuns: 1000 },
  );
});

test.each([
  ["12.369999885559082", "1", 2, "12.37"],
  ["0.125", "1", 2, "0.12"],
  ["0.375", "1", 2, "0.38"],
  ["-0.001", "1", 2, "0.00"],
  ["12", "4:20:0:100", 1, "50.0"],
])("%s by %s to %i places is %s, half to even and without minus zero", (raw, scale, places, value) => {
  expect(scaled(Number(raw), scale, places)).toBe(value);
  expect(gives(Number(raw), scale, places, value)).toBe(true);
  expect(gives(Number(raw), scale, places, `-${value}`)).toBe(false);
  expect(gives(Number(raw), scale, places, `${value}0`)).toBe(false);
});

test("what is no number, and a scale of no grammar, give nothing", () => {
  expect(scaled(Number.NaN, "1", 2)).toBeUndefined();
  expect(scaled(1, "abc", 2)).toBeUndefined();
  expect(scaled(1, "4:4:0:100", 2)).toBeUndefined();
  expect(gives(Number.POSITIVE_INFINITY, "1", 2, "Infinity")).toBe(false);
});
