import fc from "fast-check";
import { expect, test } from "vitest";
import * as exactly from "../../../../feed/derive/average/exact.ts";
import { decimal } from "../../../../feed/derive/decimal.ts";

const { exact, plus, times, compare, quotient, written, toDecimal, ofDecimal, short } = exactly;
const number = fc
  .tuple(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), fc.nat(18))
  .map(([coefficient, places]) => written({ coefficient, places }));
const of = (text: string) => exact(text) as exactly.Exact;

test("what is no decimal number is none", () => {
  const texts = ["", " ", "NaN", "Infinity", "1.", ".5", "1,5", "0x10", "--1", "1e100", "1e", `1${"0".repeat(64)}`];
  expect(texts.map((text) => exact(text))).toEqual(texts.map(() => undefined));
  fc.assert(fc.property(fc.string(), (text) => void exact(text)));
});

test("an exponent is read", () => {
  expect(["1.66e-7", "5e2", "-2.50E+1"].map((text) => written(of(text)))).toEqual(["0.000000166", "500", "-25.0"]);
});

test("sums, products and order are those of decimal arithmetic", () => {
  fc.assert(
    fc.property(number, number, (a, b) => {
      expect(toDecimal(plus(of(a), of(b))).eq(decimal(a).plus(decimal(b)))).toBe(true);
      expect(toDecimal(times(of(a), of(b))).eq(decimal(a).times(decimal(b)))).toBe(true);
      expect(compare(of(a), of(b))).toBe(decimal(a).cmp(decimal(b)));
    }),
  );
});

test("a quotient is rounded as the decimal arithmetic of formulas rounds", () => {
  fc.assert(
    fc.property(number, number, (a, b) => {
      fc.pre(of(b).coefficient !== 0n);
      expect(toDecimal(quotient(of(a), of(b))).eq(decimal(a).div(decimal(b)))).toBe(true);
    }),
  );
  expect(written(quotient(of("2"), of("3")))).toBe(`0.${"6".repeat(39)}7`);
  expect(written(quotient(of("-1"), of("4")))).toBe("-0.25");
  expect(written(quotient(of("0"), of("-4")))).toBe("0");
  expect(written(quotient(of("3"), of("2e40")))).toBe(`0.${"0".repeat(39)}2`); // half: to the even one
  expect(written(quotient(of("1"), of("2e40")))).toBe("0");
});

test("zeros at the end can be dropped, and only those", () => {
  expect(["2.50", "100.00", "0.000", "-30", "7"].map((text) => written(short(of(text))))).toEqual([
    "2.5",
    "100",
    "0",
    "-30",
    "7",
  ]);
});

test("what is written reads back as the same number", () => {
  fc.assert(
    fc.property(number, (text) => {
      expect(written(of(text))).toBe(text);
      expect(compare(ofDecimal(toDecimal(of(text))), of(text))).toBe(0);
    }),
  );
});
