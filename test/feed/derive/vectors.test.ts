import { describe, expect, test } from "vitest";
import { formulaById } from "../../../feed/derive/catalogue.ts";
import { constantsOf } from "../../../feed/derive/constants.ts";
import { written } from "../../../feed/derive/decimal.ts";
import { evaluate } from "../../../feed/derive/evaluate.ts";
import { type FormulaData, formula } from "../../../feed/derive/formula.ts";
import type { Outcome } from "../../../feed/derive/outcome.ts";
import { vectors } from "./vectors/all.ts";
import type { Vector } from "./vectors/vector.ts";

const placesOf = (text: string): number => text.split(".")[1]?.length ?? 0;
const inPlaces = (outcome: Outcome, like: string): string =>
  outcome.ok ? written(outcome.value, placesOf(like)) : outcome.why;

function compute({ formula: id, inputs, set, value }: Vector): string {
  const named = formulaById(id);
  if (named === undefined) return `no formula ${id}`;
  return inPlaces(evaluate(named, inputs, constantsOf(set)), value);
}

test("there are vectors of both kinds", () => {
  expect(vectors.length).toBeGreaterThan(80);
  expect(new Set(vectors.map(({ kind }) => kind))).toEqual(new Set(["acceptance", "computed"]));
});

describe.each([...new Set(vectors.map(({ from }) => from))])("%s", (from) => {
  test.each(vectors.filter((vector) => vector.from === from))("$formula of $inputs is $value", (vector) => {
    expect(compute(vector)).toBe(vector.value);
  });
});

const rounds = vectors.flatMap((vector) =>
  vector.unrounded === undefined ? [] : [{ ...vector, value: vector.unrounded }],
);

test.each(rounds)("$formula before the standard rounds it is $value", (vector) => {
  const { rounding, ...data } = formulaById(vector.formula) as FormulaData;
  expect(rounding).toBeDefined();
  expect(inPlaces(evaluate(formula(data), vector.inputs, constantsOf(vector.set)), vector.value)).toBe(vector.value);
});

test("a wrong digit is seen", () => {
  const [first] = vectors;
  if (first === undefined) throw new Error("no vector");
  expect(compute({ ...first, inputs: { ...first.inputs, C_mg_m3: "100.001" } })).not.toBe(first.value);
});
