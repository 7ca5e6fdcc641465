import { type Decimal, decimal } from "../decimal.ts";
import { type Absent, absent } from "../outcome.ts";
import { numberIn, zero } from "../statistics.ts";

/**
 * The control charts of QAL3 (EN 14181:2014, clause 7): Shewhart, CUSUM and EWMA. A chart is one point (zero or span) of one
 * channel. It takes d = reading - reference, a check at a time, with the standard deviation `s` of the instrument (sAMS) in
 * the same unit. A state is JSON and as much as the chart remembers: a chart continues from it as though never stopped.
 */
export interface Charted<State> {
  readonly ok: true;
  readonly state: State;
  readonly signals: readonly Signal[];
}

/** What each signal asks for: a warning asks for nothing but attention. */
export const signals = {
  "1-2s": { consequence: "warn", means: "one difference beyond 2 s" },
  "1-3s": { consequence: "act", means: "one difference beyond 3 s" },
  "2-2s": { consequence: "act", means: "two in a row beyond 2 s on one side" },
  "R-4s": { consequence: "act", means: "two in a row beyond 2 s on opposite sides" },
  "4-1s": { consequence: "act", means: "four in a row beyond 1 s on one side" },
  "10-x": { consequence: "act", means: "ten in a row on one side of zero" },
  "cusum-high": { consequence: "adjust", means: "the sum of positive differences exceeds hx: drift upward" },
  "cusum-low": { consequence: "adjust", means: "the sum of negative differences exceeds hx: drift downward" },
  "cusum-precision": { consequence: "repair", means: "the sum of squared changes exceeds hs: loss of precision" },
  ewma: { consequence: "adjust", means: "the weighted mean is beyond its limit" },
} as const;
export type Signal = keyof typeof signals;

/** A difference and a standard deviation as numbers, or why they are none. */
export function inputs(d: string, s: string): { readonly ok: true; readonly d: Decimal; readonly s: Decimal } | Absent {
  const [difference, deviation] = [numberIn(d), numberIn(s)];
  if (difference === undefined || deviation === undefined) return absent("derive.not-a-number");
  if (deviation.lte(zero)) return absent("derive.range", "the standard deviation is not above zero");
  return { ok: true, d: difference, s: deviation };
}

/** A number of a state. Its text is ours: anything else is a damaged state, which is `undefined`. */
export const remembered = (text: string): Decimal | undefined =>
  /^-?\d{1,400}(\.\d{1,400})?$/.test(text) ? decimal(text) : undefined;
