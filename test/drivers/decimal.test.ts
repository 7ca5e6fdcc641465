import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { scaleRaw } from "../../drivers/decimal.ts";
import { needs, python } from "../support/system.ts";

const current = "39321:65535:4:20";

describe("known values", () => {
  test.each([
    ["counts of a PLC, moisture 0-40 %", 0x27ff, "6400:32000:0:40", 3, "5.998"],
    ["counts of a PLC, temperature 0-300 °C", 0x3430, "6400:32000:0:300", 2, "81.56"],
    ["input module at half its range", 52428, current, 3, "12.000"],
    ["input module at its end", 65535, current, 3, "20.000"],
    ["a voltage", Math.fround(230.5), "1", 2, "230.50"],
    ["a frequency", Math.fround(50.01), "1", 2, "50.01"],
    ["ppb to ppm", 125301.5, "0.001", 3, "125.302"],
    ["a 64-bit total beyond a double", 18446744073709551615n, "0.001", 3, "18446744073709551.615"],
    ["a falling line", 6400, "6400:32000:40:0", 1, "40.0"],
  ] as const)("%s: %s by %s", (_, raw, scale, places, value) => {
    expect(scaleRaw(raw, scale, places)).toBe(value);
  });
});

describe("rounding", () => {
  test.each([
    [0.5, "0"],
    [1.5, "2"],
    [2.5, "2"],
    [-0.5, "0"],
    [-1.5, "-2"],
  ])("half of a unit goes to the even side: %s is %s", (raw, value) => {
    expect(scaleRaw(raw, "1", 0)).toBe(value);
  });
  test("it is decided by the shortest decimal of the double, not by its binary tail", () => {
    // 1.005 is stored as 1.00499999999999989...; its name is 1.005, which is a tie.
    expect(scaleRaw(1.005, "1", 2)).toBe("1.00");
    expect(scaleRaw(1.015, "1", 2)).toBe("1.02");
  });
  test("there is no negative zero", () => {
    expect(scaleRaw(-0.004, "1", 2)).toBe("0.00");
    expect(scaleRaw(-0, "1", 0)).toBe("0");
  });
  test("a line is rounded once, from its exact value", () => {
    // 1/3 and 2/3 have no end; just above and below a tie must not meet it.
    expect(scaleRaw(1, "0:3:0:1", 4)).toBe("0.3333");
    expect(scaleRaw(1.4999999999999998, "0:3:0:1", 0)).toBe("0");
    expect(scaleRaw(1.5000000000000002, "0:3:0:1", 0)).toBe("1");
  });
});

test("what is not a number cannot become one", () => {
  expect(() => scaleRaw(Number.NaN, "1", 0)).toThrow();
  expect(() => scaleRaw(Number.POSITIVE_INFINITY, "1", 0)).toThrow();
  expect(() => scaleRaw(1, "1", 13)).toThrow(RangeError);
});

/** Reads hexadecimal doubles (or integers), works in exact fractions, rounds once; knows nothing of our code. */
const judge = `
import sys, json, struct
from fractions import Fraction
from decimal import Decimal
def value(kind, raw):
    if kind == "int": return Fraction(int(raw))
    return Fraction(Decimal(repr(struct.unpack(">d", bytes.fromhex(raw))[0])))
def scaled(kind, raw, scale, places):
    x, s = value(kind, raw), [Fraction(Decimal(t)) for t in scale.split(":")]
    y = x * s[0] if len(s) == 1 else s[2] + (x - s[0]) * (s[3] - s[2]) / (s[1] - s[0])
    n = round(y * 10 ** places)
    digits = str(abs(n)).rjust(places + 1, "0")
    text = digits if places == 0 else digits[:-places] + "." + digits[-places:]
    return ("-" if n < 0 else "") + text
print(json.dumps([scaled(*case) for case in json.load(sys.stdin)]))
`;

const doubleHex = (raw: number): string => {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(raw);
  return bytes.toString("hex");
};
const decimalText = fc
  .record({ sign: fc.constantFrom("", "-"), whole: fc.nat(99999), fraction: fc.nat(9999), digits: fc.nat(4) })
  .map(
    ({ sign, whole, fraction, digits }) =>
      `${sign}${whole}${digits ? `.${String(fraction).padStart(4, "0").slice(0, digits)}` : ""}`,
  );
const someRaw = fc.oneof(
  fc.float({ noNaN: true, noDefaultInfinity: true }),
  fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e15, max: 1e15 }),
  // Ties of all places: what rounding is about.
  fc.integer({ min: -1_000_000, max: 1_000_000 }).map((n) => n / 2000),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n }),
);
const someLine = fc
  .tuple(decimalText, decimalText, decimalText, decimalText)
  .filter(([r0, r1]) => Number(r0) !== Number(r1))
  .map((ends) => ends.join(":"));
const someCase = fc.tuple(someRaw, fc.oneof(decimalText, someLine, fc.constant("1")), fc.nat(12));

needs("python").describe("against Python's exact fractions", () => {
  test("4,000 random values, factors and lines agree to the last digit", () => {
    const cases = fc.sample(someCase, 4000);
    const input = cases.map(([raw, scale, places]) =>
      typeof raw === "bigint" ? ["int", String(raw), scale, places] : ["double", doubleHex(raw), scale, places],
    );
    const output = execFileSync(python() ?? "", ["-c", judge], { input: JSON.stringify(input), maxBuffer: 2 ** 26 });
    const expected: unknown = JSON.parse(output.toString());
    expect(cases.map(([raw, scale, places]) => scaleRaw(raw, scale, places))).toEqual(expected);
  });
});
