import { type Decimal, written } from "../decimal.ts";
import type { Absent } from "../outcome.ts";

/**
 * A value that nobody measured: it stands in a report in place of a missing hour. It has no flag and no reading's shape, so
 * that no code can take it for a measured one, and it says by which rule it was made (`method`, `code`) and of what (`of`:
 * names of the quantities with their values, decimal strings).
 */
export interface Substituted {
  readonly kind: "substituted";
  readonly value: string;
  readonly method: Method;
  /** The regime's own code: MODC of Part 75, or the row of the rule's table. */
  readonly code: string;
  readonly of: { readonly [quantity: string]: string };
}
export const methods = {
  "mean-before-after": "the mean of the last valid hour before the gap and the first after it",
  "mean-before": "the mean of the valid hours looked back on",
  "percentile-or-mean": "a percentile of the hours looked back on, or the mean before and after: the one that is worse",
  extreme: "the highest (or lowest) of the hours looked back on",
  potential: "the highest (or lowest) value there can be",
  "mean-plus-two-sigma": "the mean of the period and twice its standard deviation",
} as const;
export type Method = keyof typeof methods;

export type Substitution = { readonly ok: true; readonly substitute: Substituted } | Absent;

/** `value` rounded half away from zero to `places`. */
export const substituted = (
  value: Decimal,
  places: number,
  method: Method,
  code: string,
  of: Substituted["of"],
): Substitution => ({ ok: true, substitute: { kind: "substituted", value: written(value, places), method, code, of } });

/** The hours without a value: how many, and the valid values next to them, where there are any. */
export interface Gap {
  readonly hours: number;
  readonly before?: string;
  readonly after?: string;
}
