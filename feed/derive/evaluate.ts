import { decimalOf } from "./fixed.ts";
import type { Constants, Formula } from "./formula.ts";
import { absent, found, type Outcome } from "./outcome.ts";
import { substituted } from "./substituted.ts";
import { given, prepared, type Values } from "./values.ts";

/**
 * The value of a formula, or the reason why there is none: of the first input that is missing or no number, else of the first
 * requirement that does not hold (`detail`: the requirement with the values put in), else of the arithmetic. Never throws.
 */
export function evaluate(formula: Formula, values: Values, constants: Constants): Outcome {
  const names = prepared(formula, values, constants);
  if ("why" in names) return names;
  for (const { check, expression } of formula.checks) {
    const why = check(names);
    if (why !== undefined) return absent(why, substituted(expression, given(formula, values, constants)));
  }
  const value = formula.program(names);
  return typeof value === "bigint" ? found(decimalOf(value)) : value;
}
