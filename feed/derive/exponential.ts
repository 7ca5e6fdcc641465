import { type Decimal, decimal } from "./decimal.ts";

/** Places after the point the sum is carried with; 40 of them are handed out. */
const scale = 70n;
const one = 10n ** scale;
const halvings = 8;
export const mostOfExponential = 60;

/**
 * e to the power of `x`, |x| <= 60, to 40 places after the point: the Taylor series of x / 256 in whole numbers of 10^-70,
 * squared eight times. Binary floating point would give other digits on another machine.
 */
export function exponential(x: Decimal): Decimal {
  const small =
    BigInt(
      x
        .abs()
        .times(decimal(String(one)))
        .toFixed(0),
    ) >> BigInt(halvings);
  let term = one;
  let sum = one;
  for (let n = 1n; term > 0n; n += 1n) {
    term = (term * small) / (one * n);
    sum += term;
  }
  for (let n = 0; n < halvings; n += 1) sum = (sum * sum) / one;
  const result = x.lt(decimal("0")) ? (one * one) / sum : sum;
  return decimal(`${result}e-${scale}`).round(40);
}
