import type { Decimal } from "../decimal.ts";
import { type Absent, absent } from "../outcome.ts";
import { hundred, numberIn, zero } from "../statistics.ts";
import type { Check, Point, Sourced, Verdict } from "./check.ts";

export type Instrument = "gas" | "particulate" | "velocity";

/** In percent of full scale, either way. Above `routine` it is to be adjusted, above `control` it is out of control. */
export interface DriftLimit extends Sourced {
  readonly instrument: Instrument;
  readonly point: Point;
  readonly routine: string;
  readonly control: string;
}

const hj75: Sourced = { source: "HJ 75-2017 table 4 and clause 11, from memory", verified: false };

/** A site gives its own list in place of this one where the standard's text, or its permit, says otherwise. */
export const driftLimits: readonly DriftLimit[] = [
  { ...hj75, instrument: "gas", point: "zero", routine: "2.5", control: "5.0" },
  { ...hj75, instrument: "gas", point: "span", routine: "2.5", control: "10.0" },
  { ...hj75, instrument: "particulate", point: "zero", routine: "2", control: "8" },
  { ...hj75, instrument: "particulate", point: "span", routine: "2", control: "8" },
  { ...hj75, instrument: "velocity", point: "zero", routine: "3", control: "8" },
];

/** `drift` in percent of full scale, with its sign. */
export interface Drift {
  readonly ok: true;
  readonly drift: Decimal;
  readonly verdict: Verdict;
  readonly limit: DriftLimit;
}

/**
 * Zero or span drift, (reading - reference) / full scale, judged without rounding: a limit itself is still within it.
 * `fullScale` is in the unit of the readings. A point without a row in `limits` has no verdict.
 */
export function drift(
  check: Pick<Check, "point" | "reading" | "reference">,
  instrument: Instrument,
  fullScale: string,
  limits: readonly DriftLimit[] = driftLimits,
): Drift | Absent {
  const limit = limits.find((row) => row.instrument === instrument && row.point === check.point);
  if (limit === undefined) return absent("derive.no-rule", `${check.point} drift of ${instrument}`);
  const reading = numberIn(check.reading);
  const reference = numberIn(check.reference);
  const scale = numberIn(fullScale);
  if (reading === undefined || reference === undefined || scale === undefined) return absent("derive.not-a-number");
  const routine = numberIn(limit.routine);
  const control = numberIn(limit.control);
  if (routine === undefined || control === undefined) return absent("derive.not-a-number", "limit");
  if (scale.lte(zero)) return absent("derive.span");
  const share = reading.minus(reference).div(scale).times(hundred);
  return { ok: true, drift: share, verdict: verdictOf(share.abs(), routine, control), limit };
}

function verdictOf(size: Decimal, routine: Decimal, control: Decimal): Verdict {
  if (size.gt(control)) return "fail";
  return size.gt(routine) ? "adjust" : "pass";
}
