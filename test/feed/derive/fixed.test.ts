/** The fast arithmetic of formulas against the plain one of entries: two writings of the same rules. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Decimal, decimal, rounded } from "../../../feed/derive/decimal.ts";
import { decimalOf, fixedOf, over, plain, root, roundedTo, times } from "../../../feed/derive/fixed.ts";

const digits = fc.bigInt({ min: -(10n ** 25n), max: 10n ** 25n });
const numbers = fc
  .tuple(fc.oneof(digits, fc.bigInt({ min: -1000n, max: 1000n })), fc.integer({ min: 0, max: 20 }))
  .map(([whole, places]) => `${whole}e-${places}`);
const nonZero = numbers.filter((text) => !decimal(text).eq(decimal("0")));
const fixed = (text: string): bigint => fixedOf(text) as bigint;
function same(ours: bigint, theirs: Decimal): void {
  expect(decimalOf(ours).toFixed()).toBe(theirs.plus(decimal("0")).toFixed());
}
const all = { numRuns: 2_000 };

describe("the same digits as decimal.ts", () => {
  test("of a text", () =>
    fc.assert(
      fc.property(numbers, (a) => same(fixed(a), decimal(a))),
      all,
    ));
  test("product", () =>
    fc.assert(
      fc.property(numbers, numbers, (a, b) => same(times(fixed(a), fixed(b)), decimal(a).times(decimal(b)))),
      all,
    ));
  test("quotient", () =>
    fc.assert(
      fc.property(numbers, nonZero, (a, b) => same(over(fixed(a), fixed(b)), decimal(a).div(decimal(b)))),
      all,
    ));
  test("root of a square", () =>
    fc.assert(
      fc.property(numbers, (a) => same(root(times(fixed(a), fixed(a))), decimal(a).abs())),
      all,
    ));
  test("rounding", () =>
    fc.assert(
      fc.property(numbers, fc.integer({ min: 0, max: 20 }), (a, places) =>
        same(roundedTo(fixed(a), places), rounded(decimal(a), places)),
      ),
      all,
    ));
});

test("a root is the nearest number of 40 places: half a place less or more squared lies on either side", () => {
  // Big's own root may be off by one at its last place, so the squares are the judge.
  const unit = 10n ** 20n;
  fc.assert(
    fc.property(numbers, (a) => {
      const square = fixed(a.replace("-", "")) * 10n ** 60n;
      const nearest = root(fixed(a.replace("-", "")));
      expect(nearest % unit).toBe(0n);
      const below = 2n * nearest - unit;
      expect(below <= 0n || below * below <= 4n * square).toBe(true);
      expect((2n * nearest + unit) ** 2n >= 4n * square).toBe(true);
    }),
    all,
  );
  const given = "999999999999999999665266.1"; // computed by Python's decimal with 80 digits, then rounded
  expect(decimalOf(root(fixed(given))).toFixed()).toBe("999999999999.9999998326330499999999999859941520238487");
});

test("halves go to the even side at the last place, and away from zero where a formula rounds", () => {
  expect([fixed("5e-61"), fixed("15e-61"), fixed("25e-61"), fixed("-15e-61")]).toEqual([0n, 2n, 2n, -2n]);
  expect(decimalOf(roundedTo(fixed("-2.5"), 0)).toFixed()).toBe("-3");
});

test("what is too great for a plant is no number, what is too small is zero", () => {
  expect(fixedOf("1e60")).toBeUndefined();
  expect(fixedOf(`-${"9".repeat(60)}`)).toBeDefined();
  expect(fixedOf("1e-99")).toBe(0n);
  expect(plain(decimal("1e60"))).toBeUndefined();
  expect(plain(decimal("1e-1000000"))).toBe("0");
});
