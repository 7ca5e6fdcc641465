import { decimal, rounded } from "../decimal.ts";
import { type Absent, absent } from "../outcome.ts";
import { numberIn, one, zero } from "../statistics.ts";
import { type Charted, inputs, remembered } from "./charts.ts";
import type { Sourced } from "./check.ts";

/** `lambda` is the weight of the newest difference, above 0 and up to 1; `width` counts standard deviations of the mean. */
export interface EwmaConstants extends Sourced {
  readonly lambda: string;
  readonly width: string;
}
export const ewmaConstants: EwmaConstants = {
  source: "customary choice, from memory",
  verified: false,
  lambda: "0.2",
  width: "3",
};

export interface Ewma {
  readonly mean: string;
}
export const ewmaStart: Ewma = { mean: "0" };

const two = decimal("2");
/** Each step would add places to the mean for ever. */
const places = 40;

/**
 * One more difference on an EWMA chart: z = lambda d + (1 - lambda) z, rounded to 40 places half to even, with the steady
 * limits width s sqrt(lambda / (2 - lambda)) from the first check on. A mean equal to its limit is in control.
 */
export function ewma(
  state: Ewma,
  d: string,
  s: string,
  constants: EwmaConstants = ewmaConstants,
): Charted<Ewma> | Absent {
  const input = inputs(d, s);
  if (!input.ok) return input;
  const [lambda, width, before] = [numberIn(constants.lambda), numberIn(constants.width), remembered(state.mean)];
  if (lambda === undefined || width === undefined) return absent("derive.not-a-number", "constants");
  if (before === undefined) return absent("derive.not-a-number", "state");
  if (lambda.lte(zero) || lambda.gt(one)) return absent("derive.range", "lambda");
  if (width.lte(zero)) return absent("derive.range", "width");
  const mean = rounded(input.d.times(lambda).plus(before.times(one.minus(lambda))), places, "half-even");
  const reach = width.times(input.s);
  // Squared, the comparison has no root to cut off: a mean at its limit must not seem to be beyond it.
  const beyond = mean.times(mean).times(two.minus(lambda)).gt(reach.times(reach).times(lambda));
  return { ok: true, state: { mean: mean.toFixed() }, signals: beyond ? ["ewma"] : [] };
}
