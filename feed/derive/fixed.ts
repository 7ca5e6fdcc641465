/**
 * Numbers on their way through a formula: whole numbers of 10^-60, in magnitude below 10^60. Sums and products are exact to these
 * 60 places, quotients and roots to 40, all rounded half to even. It is `decimal.ts` in another form, many times as fast: a month
 * of samples has to be recomputed in minutes.
 */
import { type Decimal, decimal, rounded } from "./decimal.ts";

export type Fixed = bigint;

const places = 60;
export const one: Fixed = 10n ** 60n;
const limit = 10n ** 120n;
const coarse = 10n ** 40n;
const fine = one / coarse;

export const inBounds = (value: Fixed): boolean => value < limit && value > -limit;

/** The sign and digits of "-12.50" or "1.66e-7"; undefined of 10^60 and above. The text must be a number of the language. */
export function fixedOf(text: string): Fixed | undefined {
  const [digits = "", exponent = "0"] = text.split("e");
  const [whole = "", fraction = ""] = digits.split(".");
  const shift = places - fraction.length + Number(exponent);
  const all = BigInt(whole + fraction);
  const value = shift >= 0 ? all * 10n ** BigInt(shift) : quotient(all, 10n ** BigInt(-shift));
  return inBounds(value) ? value : undefined;
}

/** A decimal in plain digits, to 60 places; undefined of 10^60 and above. */
export const plain = (value: Decimal): string | undefined =>
  value.e >= places ? undefined : rounded(value, places, "half-even").toFixed();

export const decimalOf = (value: Fixed): Decimal => decimal(`${value}e-${places}`);

/** n / d to the nearest whole number, half to even. */
function quotient(n: bigint, d: bigint): bigint {
  const whole = n / d;
  const twice = 2n * magnitude(n - whole * d);
  const size = magnitude(d);
  const up = twice > size || (twice === size && whole % 2n !== 0n);
  return up ? whole + (n < 0n === d < 0n ? 1n : -1n) : whole;
}

export const magnitude = (value: bigint): bigint => (value < 0n ? -value : value);
export const times = (a: Fixed, b: Fixed): Fixed => quotient(a * b, one);
export const over = (a: Fixed, b: Fixed): Fixed => quotient(a * coarse, b) * fine;

/** Half away from zero, as the standards round. */
export function roundedTo(value: Fixed, to: number): Fixed {
  const unit = 10n ** BigInt(places - to);
  const size = ((magnitude(value) + unit / 2n) / unit) * unit;
  return value < 0n ? -size : size;
}

/** Square root of a value not below zero, to 40 places. */
export function root(value: Fixed): Fixed {
  const square = value * fine;
  let guess = BigInt(Math.floor(Math.sqrt(Number(square)))) + 1n;
  // Newton from above falls until it stands on the whole root; a first guess below it is lifted above by the first step.
  guess = square === 0n ? 0n : (guess + square / guess) / 2n + 1n;
  for (let next = guess; next !== 0n; ) {
    next = (guess + square / guess) / 2n;
    if (next >= guess) break;
    guess = next;
  }
  // Between two whole numbers lies no root that is a midpoint: its square would end in a quarter.
  return (square > guess * guess + guess ? guess + 1n : guess) * fine;
}

/** Places that the sum of the exponential is carried with. */
const guard = 10n ** 10n;
const wide = one * guard;
const halvings = 8;
export const mostOfExponential: Fixed = 60n * one;

/** e to the power of x, |x| <= 60, to 40 places: the Taylor series of x / 256, squared eight times. */
export function exponential(x: Fixed): Fixed {
  const small = (magnitude(x) * guard) >> BigInt(halvings);
  let term = wide;
  let sum = wide;
  for (let n = 1n; term > 0n; n += 1n) {
    term = (term * small) / (wide * n);
    sum += term;
  }
  for (let n = 0; n < halvings; n += 1) sum = (sum * sum) / wide;
  const result = x < 0n ? (wide * wide) / sum : sum;
  return quotient(result, guard * fine) * fine;
}
