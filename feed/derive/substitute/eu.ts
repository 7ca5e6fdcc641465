import { decimal } from "../decimal.ts";
import { absent } from "../outcome.ts";
import { deviation, mean, numbersIn } from "../statistics.ts";
import { type Substitution, substituted } from "./substituted.ts";

const two = decimal("2");

/**
 * The substitute of a concentration in the EU: C* = mean + 2 sigma, over the reporting period or one that stands for it
 * (Regulation (EU) 2018/2066, annex VIII, eq. 4). `values` are the valid hours of that period; sigma is the standard deviation
 * of the sample, with n - 1.
 */
export function meanPlusTwoSigma(values: readonly string[], places: number): Substitution {
  const numbers = numbersIn(values);
  if (numbers === undefined) return absent("derive.not-a-number");
  const [middle, sigma] = [mean(numbers), deviation(numbers)];
  if (middle === undefined || sigma === undefined) return absent("derive.history", `${values.length} values`);
  return substituted(middle.plus(sigma.times(two)), places, "mean-plus-two-sigma", "MRR-eq4", {
    mean: middle.toFixed(),
    sigma: sigma.toFixed(),
    hours: String(values.length),
  });
}
