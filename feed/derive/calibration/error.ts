import { type Decimal, decimal, rounded } from "../decimal.ts";
import { type Absent, absent } from "../outcome.ts";
import { hundred, numberIn, numbersIn, zero } from "../statistics.ts";
import type { Check, Sourced, Verdict } from "./check.ts";

export type Monitor = "so2" | "nox" | "co2" | "o2" | "flow" | "hg";

export interface ErrorLimit extends Sourced {
  /** Of what the error is a share: the span, or nothing (the difference itself, which for CO2 and O2 is in percent). */
  readonly measure: "of-span" | "difference";
  /** In percent, at one place after the point. More is out of control. */
  readonly most: string;
  /** Each lets a check pass that the percentage fails. */
  readonly alternatives: readonly Alternative[];
}

/** A difference that is small enough in itself, of monitors with a small span or of one technique. */
export interface Alternative {
  readonly aboveSpan?: string;
  readonly upToSpan?: string;
  readonly technique?: Technique;
  readonly most: string;
  readonly unit: string;
  readonly places: number;
}
export type Technique = "differential-pressure";

const epa: Sourced = {
  source: "40 CFR 75 App. B 2.1.4, as checked by US EPA's DailyCalibrationChecks.cs (easey-quartz-scheduler)",
  verified: true,
};
const gas: ErrorLimit = {
  ...epa,
  measure: "of-span",
  most: "5.0",
  alternatives: [
    { upToSpan: "50", most: "5", unit: "ppm", places: 1 },
    { aboveSpan: "50", upToSpan: "200", most: "10", unit: "ppm", places: 1 },
  ],
};
const diluent: ErrorLimit = { ...epa, measure: "difference", most: "1.0", alternatives: [] };

/** Part 75's limits of the daily calibration error, of each kind of monitor. A site may put its own in their place. */
export const errorLimits: Readonly<Record<Monitor, ErrorLimit>> = {
  so2: gas,
  nox: gas,
  co2: diluent,
  o2: diluent,
  flow: {
    ...epa,
    measure: "of-span",
    most: "6.0",
    alternatives: [{ technique: "differential-pressure", most: "0.02", unit: "inH2O", places: 2 }],
  },
  hg: { ...epa, measure: "of-span", most: "5.0", alternatives: [{ most: "1.0", unit: "ug/scm", places: 1 }] },
};

/**
 * The unit in which a limit's differences are meant. In another unit a difference that is allowed would be many times as large:
 * 1 mg/m3 of mercury is a thousand times what may pass. Undefined where all is a share of the span.
 */
export const unitOf = ({ measure, alternatives }: ErrorLimit): string | undefined =>
  measure === "difference" ? "%" : alternatives.find(({ technique }) => technique === undefined)?.unit;

/** `error` in percent (of the span, or by volume), at one place; `difference` is its unrounded absolute difference. */
export interface CalibrationError {
  readonly ok: true;
  readonly error: Decimal;
  readonly difference: Decimal;
  readonly verdict: Verdict;
  /** What decided: the percentage, or the alternative that let it pass. */
  readonly by: "percentage" | Alternative;
}

/**
 * The daily calibration error of one check (40 CFR 75 App. A 7.2.1, eq. ), judged. The error is rounded to one
 * place, half away from zero, before it is compared, as EPA's engine does. `span` is needed where the limit is a share of it.
 */
export function calibrationError(
  check: Pick<Check, "reading" | "reference">,
  limit: ErrorLimit,
  scale: { readonly span?: string; readonly technique?: Technique } = {},
): CalibrationError | Absent {
  const reading = numberIn(check.reading);
  const reference = numberIn(check.reference);
  if (reading === undefined || reference === undefined) return absent("derive.not-a-number");
  if (numbersIn(numbersOf(limit)) === undefined) return absent("derive.not-a-number", "limit");
  const difference = reading.minus(reference).abs();
  if (limit.measure === "difference") return judged(difference, difference, limit, undefined);

  const span = numberIn(scale.span ?? "0");
  if (span === undefined) return absent("derive.not-a-number", "span");
  if (span.lte(zero)) return absent("derive.span");
  const fitting = limit.alternatives.find((alternative) => fits(alternative, span, scale.technique));
  return judged(difference.div(span).times(hundred), difference, limit, fitting);
}

const numbersOf = ({ most, alternatives }: ErrorLimit): string[] => [
  most,
  ...alternatives.flatMap(({ aboveSpan = "0", upToSpan = "0", most }) => [aboveSpan, upToSpan, most]),
];

function judged(exact: Decimal, difference: Decimal, limit: ErrorLimit, alternative?: Alternative): CalibrationError {
  const error = rounded(exact, 1);
  if (error.lte(decimal(limit.most))) return { ok: true, error, difference, verdict: "pass", by: "percentage" };
  const small = alternative !== undefined && rounded(difference, alternative.places).lte(decimal(alternative.most));
  return small
    ? { ok: true, error, difference, verdict: "pass", by: alternative }
    : { ok: true, error, difference, verdict: "fail", by: "percentage" };
}

const fits = ({ aboveSpan, upToSpan, technique }: Alternative, span: Decimal, has: Technique | undefined): boolean =>
  (aboveSpan === undefined || span.gt(decimal(aboveSpan))) &&
  (upToSpan === undefined || span.lte(decimal(upToSpan))) &&
  (technique === undefined || technique === has);
