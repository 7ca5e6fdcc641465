import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { program } from "../../../feed/derive/compute.ts";
import { decimal } from "../../../feed/derive/decimal.ts";
import { mostDepth, readCondition, readExpression } from "../../../feed/derive/expression.ts";
import { decimalOf, fixedOf } from "../../../feed/derive/fixed.ts";
import { substituted } from "../../../feed/derive/substituted.ts";

const fixed = (text: string): bigint => fixedOf(text) ?? 0n;

/** The value in plain digits, the reason, or the problem of the text. */
function result(text: string, names: Readonly<Record<string, string>> = {}): string {
  const read = readExpression(text);
  if (!read.ok) return `${read.at}: ${read.problem}`;
  const values = new Map(Object.entries(names).map(([name, value]) => [name, fixed(value)]));
  const value = program(read.read)(values);
  return typeof value === "bigint" ? decimalOf(value).toFixed() : value.why;
}

describe("arithmetic", () => {
  test.each([
    ["1 + 2 * 3", "7"],
    ["(1 + 2) * 3", "9"],
    ["10 - 4 - 3", "3"],
    ["16 / 4 / 2", "2"],
    ["-2 ** 2", "-4"],
    ["(-2) ** 2", "4"],
    ["2 ** 0", "1"],
    ["--3", "3"],
    ["2 * -3", "-6"],
    ["1e-6 * 5e2", "0.0005"],
    ["sqrt(2)", "1.4142135623730950488016887242096980785697"],
    // Digits of OEIS A002193 above, and of A001113 and A068985 below.
    ["exp(1)", "2.7182818284590452353602874713526624977572"],
    ["exp(0)", "1"],
    ["exp(-1)", "0.3678794411714423215955237701614608674458"],
    ["max(1, 3, 2)", "3"],
    ["min(1, -3, 2)", "-3"],
    ["round(2.345, 2)", "2.35"],
    ["round(-2.345, 2)", "-2.35"],
    ["round(2.5, 0)", "3"],
    ["1 / 3", "0.3333333333333333333333333333333333333333"],
    ["0.1 + 0.2", "0.3"],
  ])("%s = %s", (text, value) => expect(result(text)).toBe(value));

  test("names are put in", () => {
    expect(result("a_1 * b", { a_1: "1.5", b: "-2" })).toBe("-3");
    expect(result("a * b", { a: "1.5" })).toBe("derive.input-missing");
    expect(result("constructor + toString", {})).toBe("derive.input-missing");
  });
});

describe("what has no value has a reason", () => {
  test.each([
    ["1 / 0", "derive.division"],
    ["1 / (0.1 - 0.1)", "derive.division"],
    ["1 / 1e-21", "derive.division"],
    ["sqrt(-1)", "derive.negative"],
    ["sqrt(-1e-40)", "derive.negative"],
    ["exp(61)", "derive.range"],
    ["exp(-61)", "derive.range"],
    ["1e60", "derive.range"],
    ["1e30 * 1e30", "derive.range"],
    ["(((9e50 ** 8) ** 8) ** 8) ** 8", "derive.range"],
    ["max(1, 1 / 0)", "derive.division"],
  ])("%s: %s", (text, why) => expect(result(text)).toBe(why));

  test("digits do not grow without end", () => {
    const text = "(((1.0000000001 ** 8) ** 8) ** 8) ** 8";
    expect(result(text).length).toBeLessThan(65);
  });
});

describe("what cannot be read is said, with its place", () => {
  test.each([
    ["", "0: a number, a name or a bracket is expected here, not the end"],
    ["1 +", "3: a number, a name or a bracket is expected here, not the end"],
    ["1 2", '2: an operator or the end is expected here, not "2"'],
    ["(1", '2: ")" is expected here, not the end'],
    ["1)", '1: an operator or the end is expected here, not ")"'],
    ["a ** b", '5: a whole number from 0 to 8 is expected here, not "b"'],
    ["a ** 9", '5: a whole number from 0 to 8 is expected here, not "9"'],
    ["a ** 2 ** 2", '7: an operator or the end is expected here, not "**"'],
    ["a ** -1", '5: a whole number from 0 to 8 is expected here, not "-"'],
    ["round(1, 21)", '9: a whole number from 0 to 20 is expected here, not "21"'],
    ["round(1)", '7: "," is expected here, not ")"'],
    ["max(1)", '5: "," is expected here, not ")"'],
    ["sqrt(1, 2)", '6: ")" is expected here, not ","'],
    ["sqrt 1", '5: "(" is expected here, not "1"'],
    ["sqrt", '4: "(" is expected here, not the end'],
    ["1.5.2", "0: neither a number nor a name nor a sign"],
    ["1 + é", "3: neither a number nor a name nor a sign"],
    ["2x", "0: neither a number nor a name nor a sign"],
    [".5", "0: neither a number nor a name nor a sign"],
    ["1 < 2", '2: an operator or the end is expected here, not "<"'],
    ["NaN", "derive.input-missing"],
  ])("%s", (text, problem) => expect(result(text)).toBe(problem));

  test("a text longer or deeper than any formula", () => {
    expect(readExpression("1".repeat(1001))).toEqual({ ok: false, problem: "longer than 1000 characters", at: 1000 });
    const brackets = (n: number) => readExpression(`${"(".repeat(n)}1${")".repeat(n)}`).ok;
    expect([brackets(mostDepth), brackets(mostDepth + 1), brackets(450)]).toEqual([true, false, false]);
    expect(readExpression("-".repeat(900)).ok).toBe(false);
    expect(readExpression("1".concat("+1".repeat(mostDepth))).ok).toBe(true);
    expect(readExpression("1".concat("+1".repeat(mostDepth + 1))).ok).toBe(false);
  });

  test("a condition compares once", () => {
    expect(readCondition("a < b")).toMatchObject({ ok: true, names: ["a", "b"] });
    expect(readCondition("a")).toMatchObject({ ok: false, at: 1 });
    expect(readCondition("a < b < c")).toMatchObject({ ok: false, at: 6 });
    expect(readCondition("a = b")).toMatchObject({ ok: false });
  });
});

const pieces = fc.oneof(
  fc.constantFrom(
    ..."+ - * / ** ( ) , < <= > >= sqrt( exp( max( min( round( a b O2_pct 1 0 2.5 1e59 1e-40 9 , 2) ) ".split(" "),
  ),
  fc.string({ maxLength: 3 }),
);
const texts = fc.oneof(
  { weight: 3, arbitrary: fc.array(pieces, { maxLength: 40 }).map((parts) => parts.join("")) },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 60 }) },
);

test("no text whatsoever makes reading or computing throw, and a value is finite and bounded", () => {
  let read = 0;
  const names = new Map([
    ["a", fixed("1e59")],
    ["b", fixed("-1e-40")],
  ]);
  fc.assert(
    fc.property(texts, (text) => {
      readCondition(text);
      const found = readExpression(text);
      if (!found.ok) return found.at >= 0 && found.at <= Math.max(text.length, 0) && found.problem.length > 0;
      read += 1;
      const value = program(found.read)(names);
      return typeof value !== "bigint" || decimalOf(value).e < 60;
    }),
    { numRuns: 100_000 },
  );
  expect(read).toBeGreaterThan(1_000);
});

/** Expressions that read, with numbers in all the forms. */
const expressions = fc.letrec<{ any: string }>((tie) => ({
  any: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom("a", "b", "c"),
    fc.constantFrom("1", "0.5", "3e2", "7.25", "1e-3"),
    fc.tuple(tie("any"), fc.constantFrom("+", "-", "*", "/"), tie("any")).map(([l, sign, r]) => `(${l} ${sign} ${r})`),
    tie("any").map((of) => `-${of}`),
    tie("any").map((of) => `(${of}) ** 2`),
    tie("any").map((of) => `sqrt(${of})`),
    tie("any").map((of) => `round(${of}, 3)`),
    fc.tuple(tie("any"), tie("any")).map(([l, r]) => `max(${l}, ${r})`),
  ),
})).any;
const numbers = fc
  .tuple(fc.integer({ min: -99999, max: 99999 }), fc.integer({ min: 0, max: 4 }))
  .map(([whole, places]) => {
    return decimal(`${whole}e-${places}`).toFixed();
  });

test("a text with the values put in computes to the same", () => {
  let compared = 0;
  fc.assert(
    fc.property(expressions, numbers, numbers, numbers, (text, a, b, c) => {
      const filled = substituted(text, { a, b, c });
      if (filled.length > 1000) return true;
      compared += 1;
      expect(readExpression(filled)).toMatchObject({ ok: readExpression(text).ok });
      expect(filled).not.toMatch(/[abc]\b/);
      expect(result(filled)).toBe(result(text, { a, b, c }));
      return true;
    }),
    { numRuns: 2_000 },
  );
  expect(compared).toBeGreaterThan(1_500);
});

test("a name without a value stays where it is", () => {
  expect(substituted("a * (b - a) / max(c, 1)", { a: "-2", c: "x" })).toBe("(-2) * (b - (-2)) / max(c, 1)");
  expect(substituted("not an expression é", { not: "1" })).toBe("not an expression é");
  expect(program({ kind: "name", name: "b" })(new Map())).toEqual({
    ok: false,
    why: "derive.input-missing",
    detail: "b",
  });
});
