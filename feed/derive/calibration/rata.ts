import { type Decimal, decimal, rounded } from "../decimal.ts";
import { type Absent, absent } from "../outcome.ts";
import { count, deviation, hundred, lesser, mean, numbersIn, one, zero } from "../statistics.ts";
import { neverBiased, type System, type Tier, tierOf } from "./rata-tiers.ts";
import { tOf } from "./t-table.ts";

/** One run: the reference method's and the CEMS's mean over the same minutes, decimal strings in one unit and basis. */
export interface Run {
  readonly reference: string;
  readonly cems: string;
  /** Left out by the tester. Which, and why, is his to answer for: it is never chosen here. */
  readonly rejected?: boolean;
}

/** How many runs make an audit (40 CFR 75 App. A 6.5.9): at least nine, and no more than three left out. */
export const runRules = { least: 9, mostRejected: 3 } as const;

/** In the unit of the runs, except `relativeAccuracy` (percent, two places, at most 999.99) and `factor` (three places). */
export interface Rata {
  readonly ok: true;
  readonly runs: number;
  readonly meanReference: Decimal;
  readonly meanCems: Decimal;
  readonly meanDifference: Decimal;
  readonly deviation: Decimal;
  readonly t: string;
  readonly confidence: Decimal;
  readonly relativeAccuracy: Decimal;
  readonly bias: "passed" | "failed" | "not-tested";
  readonly factor: Decimal;
  /** Undefined where the rules in force here have no row for the system. */
  readonly tier: Tier | undefined;
}

const most = decimal("999.99");

/**
 * Relative accuracy, confidence coefficient, bias test and bias adjustment factor of an audit (40 CFR 75 App. A 7.3 to 7.6;
 * rounding as US EPA's RATAChecks.cs RATA35 and RATA39). Differences are reference minus CEMS: a CEMS that reads low has a
 * positive mean difference, and is biased when that is more than the confidence coefficient.
 */
export function relativeAccuracy(runs: readonly Run[], system: System): Rata | Absent {
  const kept = runs.filter(({ rejected }) => rejected !== true);
  const left = runs.length - kept.length;
  if (kept.length < runRules.least || left > runRules.mostRejected) {
    return absent("derive.runs", `${kept.length} runs, ${left} left out`);
  }
  const references = numbersIn(kept.map(({ reference }) => reference));
  const readings = numbersIn(kept.map(({ cems }) => cems));
  if (references === undefined || readings === undefined) return absent("derive.not-a-number");

  const differences = references.map((reference, i) => reference.minus(readings[i] ?? zero));
  const [meanReference, meanCems, meanDifference] = [mean(references), mean(readings), mean(differences)];
  const spread = deviation(differences);
  const t = tOf(kept.length);
  if (!meanReference || !meanCems || !meanDifference || !spread || t === undefined) return absent("derive.runs");
  if (meanReference.lt(zero)) return absent("derive.negative", "mean of the reference method");
  if (meanReference.eq(zero)) return absent("derive.division", "mean of the reference method");

  const confidence = decimal(t).times(spread).div(count(kept.length).sqrt());
  const accuracy = rounded(meanDifference.abs().plus(confidence).div(meanReference).times(hundred), 2);
  const bias = neverBiased.includes(system) ? "not-tested" : meanDifference.gt(confidence) ? "failed" : "passed";
  if (bias === "failed" && meanCems.lte(zero)) return absent("derive.division", "mean of the CEMS");
  return {
    ok: true,
    runs: kept.length,
    meanReference,
    meanCems,
    meanDifference,
    deviation: spread,
    t,
    confidence,
    relativeAccuracy: lesser(accuracy, most),
    bias,
    factor: bias === "failed" ? rounded(meanDifference.abs().div(meanCems).plus(one), 3) : one,
    tier: tierOf(system, accuracy, { reference: meanReference, difference: meanDifference }),
  };
}
