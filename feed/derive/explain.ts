import { written } from "./decimal.ts";
import { evaluate } from "./evaluate.ts";
import type { Constants, Formula } from "./formula.ts";
import { noValue, type Outcome } from "./outcome.ts";
import { substituted } from "./substituted.ts";
import { given, type Values } from "./values.ts";

export interface Explanation {
  readonly formula: string;
  readonly source: string;
  /** The expression in its names, and with the values put in. Where every value is there, either recomputes to `outcome`. */
  readonly expression: string;
  readonly substituted: string;
  readonly requires: readonly { readonly expression: string; readonly substituted: string }[];
  readonly outcome: Outcome;
  /** All of it for a person, in lines. */
  readonly text: string;
}

/** Why a value is what it is. `places`: how many the value is written with; without it, all that there are. */
export function explain(formula: Formula, values: Values, constants: Constants, places?: number): Explanation {
  const put = given(formula, values, constants);
  const outcome = evaluate(formula, values, constants);
  const withValues = substituted(formula.full, put);
  const requires = formula.requires.map(({ expression }) => ({
    expression,
    substituted: substituted(expression, put),
  }));
  const text = [
    `${formula.output.symbol} [${formula.output.unit}] by ${formula.id} (${formula.source})`,
    `  = ${formula.full}`,
    `  = ${withValues}`,
    `  = ${result(outcome, places)}`,
    ...requires.map((line) => `  needs ${line.expression}: ${line.substituted}`),
  ].join("\n");
  const { id, source, full } = formula;
  return { formula: id, source, expression: full, substituted: withValues, requires, outcome, text };
}

function result(outcome: Outcome, places: number | undefined): string {
  if (outcome.ok) return places === undefined ? outcome.value.toFixed() : written(outcome.value, places);
  const detail = outcome.detail === undefined ? "" : `: ${outcome.detail}`;
  return `no value, ${outcome.why} (${noValue[outcome.why]}${detail})`;
}
