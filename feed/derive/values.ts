import { bounded, type Names } from "./compute.ts";
import { type Decimal, decimal, isDecimal } from "./decimal.ts";
import type { Constants, Formula } from "./formula.ts";
import { absent, type NoValue, type Outcome } from "./outcome.ts";
import { number } from "./tokens.ts";

/** A decimal string as it stands in an entry, or a number on its way from one formula to the next; null where there is none. */
export type Value = string | Decimal | null | undefined;
export type Values = Readonly<Record<string, Value>>;

const decimalString = new RegExp(`^-?${number.source}$`);

export type Prepared =
  | { readonly ok: true; readonly names: Names }
  | { readonly ok: false; readonly why: NoValue; readonly detail: string };

/** The numbers a formula asks for, or the first that is not one. Never throws, whatever it is given. */
export function prepared(formula: Formula, values: Values, constants: Constants): Prepared {
  const names = new Map<string, Decimal>();
  for (const [name, value] of Object.entries(given(formula, values, constants))) {
    if (value === null || value === undefined) {
      const why = formula.constants.includes(name) ? "derive.constant-missing" : "derive.input-missing";
      return { ok: false, why, detail: name };
    }
    const read = readValue(value);
    if (!read.ok) return { ok: false, why: read.why, detail: name };
    names.set(name, read.value);
  }
  return { ok: true, names };
}

/** What a formula is given for its names, and nothing else: a stray value cannot pass for a constant. */
export function given(formula: Formula, values: Values, constants: Constants): Values {
  const inputs = Object.keys(formula.inputs).map((name) => [name, own(values, name)] as const);
  return Object.fromEntries([...inputs, ...formula.constants.map((name) => [name, own(constants, name)] as const)]);
}

const own = (values: Values, name: string): Value => (Object.hasOwn(values, name) ? values[name] : undefined);

function readValue(value: unknown): Outcome {
  if (isDecimal(value)) return bounded(value);
  return typeof value === "string" && decimalString.test(value)
    ? bounded(decimal(value))
    : absent("derive.not-a-number");
}

/** As a value stands in a trace: the very text it was given as, where it was a text. Undefined where it is no number. */
export function textOf(value: Value): string | undefined {
  const read = readValue(value);
  if (!read.ok) return undefined;
  const text = typeof value === "string" ? value : read.value.toFixed();
  return text.startsWith("-") ? `(${text})` : text;
}
