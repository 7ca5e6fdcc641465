import type { Names } from "./compute.ts";
import { type Decimal, isDecimal } from "./decimal.ts";
import { type Fixed, fixedOf, plain } from "./fixed.ts";
import type { Constants, Formula } from "./formula.ts";
import { type Absent, absent } from "./outcome.ts";
import { number } from "./tokens.ts";

/** A decimal string as it stands in an entry, or a number on its way from one formula to the next; null where there is none. */
export type Value = string | Decimal | null | undefined;
export type Values = Readonly<Record<string, Value>>;

const decimalString = new RegExp(`^-?${number.source}$`);

/** What a formula is given for its names, and nothing else: a stray value cannot pass for a constant. */
export function given(formula: Formula, values: Values, constants: Constants): Values {
  const inputs = Object.keys(formula.inputs).map((name) => [name, own(values, name)] as const);
  return Object.fromEntries([...inputs, ...formula.constants.map((name) => [name, own(constants, name)] as const)]);
}

const own = (values: Values, name: string): Value => (Object.hasOwn(values, name) ? values[name] : undefined);

/** The numbers a formula asks for, or the first that is not one. Never throws, whatever it is given. */
export function prepared(formula: Formula, values: Values, constants: Constants): Names | Absent {
  const names = new Map<string, Fixed>();
  for (const name in formula.inputs) {
    const value = readValue(own(values, name), name, "derive.input-missing");
    if (typeof value !== "bigint") return value;
    names.set(name, value);
  }
  for (const name of formula.constants) {
    const value = readValue(own(constants, name), name, "derive.constant-missing");
    if (typeof value !== "bigint") return value;
    names.set(name, value);
  }
  return names;
}

function readValue(value: unknown, name: string, missing: Absent["why"]): Fixed | Absent {
  if (value === null || value === undefined) return absent(missing, name);
  const text = isDecimal(value) ? plain(value) : value;
  if (text === undefined) return absent("derive.range", name);
  if (typeof text !== "string" || !decimalString.test(text)) return absent("derive.not-a-number", name);
  return fixedOf(text) ?? absent("derive.range", name);
}

/** As a value stands in a trace: the very text it was given as, where it was a text. Undefined where it is no number. */
export function textOf(value: unknown): string | undefined {
  const text = isDecimal(value) ? plain(value) : value;
  if (typeof text !== "string" || !decimalString.test(text) || fixedOf(text) === undefined) return undefined;
  return text.startsWith("-") ? `(${text})` : text;
}
