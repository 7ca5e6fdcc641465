import { type Decimal, decimal } from "./decimal.ts";

/** Whole and fraction up to 64 digits each, and an exponent no measurement exceeds: a text can be long without being large. */
const form = /^-?\d{1,64}(?:\.\d{1,64})?(?:e[+-]?\d{1,2})?$/i;

/** The number a decimal string says; undefined for any other text ("NaN", "1,5", ""). */
export const numberIn = (text: string): Decimal | undefined => (form.test(text) ? decimal(text) : undefined);

/** As `numberIn` of each; undefined when one of them is no number. */
export function numbersIn(texts: readonly string[]): readonly Decimal[] | undefined {
  const numbers = texts.map(numberIn);
  return numbers.every((number) => number !== undefined) ? numbers : undefined;
}

export const zero = decimal("0");
export const one = decimal("1");
export const hundred = decimal("100");
export const count = (n: number): Decimal => decimal(String(n));

export const sum = (values: readonly Decimal[]): Decimal => values.reduce((total, value) => total.plus(value), zero);

/** Undefined of nothing. */
export const mean = (values: readonly Decimal[]): Decimal | undefined =>
  values.length === 0 ? undefined : sum(values).div(count(values.length));

/**
 * The standard deviation of a sample, with n - 1; undefined of fewer than two. By sum of squares, which is exact here and
 * rounds in the last division alone: the same in whatever order the values come.
 */
export function deviation(values: readonly Decimal[]): Decimal | undefined {
  const n = values.length;
  if (n < 2) return undefined;
  const total = sum(values);
  const squares = sum(values.map((value) => value.times(value)));
  const above = squares.times(count(n)).minus(total.times(total));
  return above.div(count(n).times(count(n - 1))).sqrt();
}

export const greater = (a: Decimal, b: Decimal): Decimal => (a.gte(b) ? a : b);
export const lesser = (a: Decimal, b: Decimal): Decimal => (a.lte(b) ? a : b);
export const ascending = (values: readonly Decimal[]): readonly Decimal[] => [...values].sort((a, b) => a.cmp(b));
