import type { Decimal } from "./decimal.ts";

/** Why a derived value is not there. It stands in the entry beside `null`, as the reason of a missing reading does. */
export const noValue = {
  "derive.input-missing": "an input has no value",
  "derive.not-a-number": "an input is not a decimal number",
  "derive.constant-missing": "the constant set lacks a constant of the formula",
  "derive.division": "a divisor is zero or too near to it",
  "derive.oxygen": "the oxygen lies outside what the formula holds for",
  "derive.moisture": "the moisture lies outside 0 to saturation",
  "derive.pressure": "the absolute pressure is not above zero",
  "derive.temperature": "the temperature is not above absolute zero",
  "derive.negative": "a quantity that cannot be negative is",
  "derive.range": "an input lies outside what the formula holds for",
  "derive.coverage": "too few valid values in the period",
  "derive.clock": "the time that a logger gives its value is too far from when it came",
  "derive.doubt": "an input has a value, and a flag with which it does not count",
  "derive.no-flow": "there was no flow to weight with",
  "derive.stopped": "the plant did not run in the period",
  "derive.counter": "the counter was reset or exchanged, or moved as no consumption moves it",
  "derive.counter-gap": "the counter was not read at the start or at the end of the period",
  "derive.invalidated": "no calibration check proves it: one failed, the last ran out, or none was made in time",
  "derive.span": "the span is not above zero",
  "derive.unstable": "the readings of a check did not settle",
  "derive.runs": "too few runs, or too many of them left out",
  "derive.history": "there are no earlier valid values to take a substitute from",
  "derive.no-rule": "no row of the rule's table holds for it",
} as const;
export type NoValue = keyof typeof noValue;
export const isNoValue = (reason: string | undefined): reason is NoValue =>
  reason !== undefined && Object.hasOwn(noValue, reason);

/** A number, or the reason why there is none. Never both, and never NaN or infinity. */
export type Outcome = { readonly ok: true; readonly value: Decimal } | Absent;
export interface Absent {
  readonly ok: false;
  readonly why: NoValue;
  readonly detail?: string;
}

export const found = (value: Decimal): Outcome => ({ ok: true, value });
export const absent = (why: NoValue, detail?: string): Absent =>
  detail === undefined ? { ok: false, why } : { ok: false, why, detail };
