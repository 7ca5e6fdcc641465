/** Sums of decimals without any rounding, so that no order of arrival and no restart can show in their last digit. */
import { type Decimal, decimal } from "../decimal.ts";

/** coefficient / 10^places. */
export interface Exact {
  readonly coefficient: bigint;
  readonly places: number;
}

export const zero: Exact = { coefficient: 0n, places: 0 };

/** What a quotient is rounded to, half to even: the places of a division in `decimal.ts`. */
export const quotientPlaces = 40;

const form = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d{1,2}))?$/i;

/** The number a decimal string says; undefined for any other text, and for more characters than a measurement has. */
export function exact(text: string, most = 64): Exact | undefined {
  const parts = text.length > most ? null : form.exec(text);
  if (parts === null) return undefined;
  const [, sign = "", whole = "0", fraction = "", exponent = "0"] = parts;
  const digits = BigInt(whole + fraction);
  const places = fraction.length - Number(exponent);
  const coefficient = sign === "-" ? -digits : digits;
  return places < 0 ? { coefficient: coefficient * tenTo(-places), places: 0 } : { coefficient, places };
}

const powers: readonly bigint[] = Array.from({ length: 200 }, (_, n) => 10n ** BigInt(n));
const tenTo = (n: number): bigint => powers[n] ?? 10n ** BigInt(n);

const at = (value: Exact, places: number): bigint =>
  value.places === places ? value.coefficient : value.coefficient * tenTo(places - value.places);

export function plus(a: Exact, b: Exact): Exact {
  const places = a.places > b.places ? a.places : b.places;
  return { coefficient: at(a, places) + at(b, places), places };
}

export const times = (a: Exact, b: Exact): Exact => ({
  coefficient: a.coefficient * b.coefficient,
  places: a.places + b.places,
});

/** Below, at or above zero as `a` is below, at or above `b`. */
export function compare(a: Exact, b: Exact): number {
  const places = a.places > b.places ? a.places : b.places;
  const difference = at(a, places) - at(b, places);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

export const whole = (n: number): Exact => ({ coefficient: BigInt(n), places: 0 });

/** a / b, half to even at 40 places. `b` must not be zero. */
export function quotient(a: Exact, b: Exact): Exact {
  // a / b = (A / 10^p) / (B / 10^q) = A 10^q / (B 10^p)
  const sign = a.coefficient < 0n === b.coefficient < 0n ? 1n : -1n;
  const above = magnitude(a.coefficient) * tenTo(b.places + quotientPlaces);
  const below = magnitude(b.coefficient) * tenTo(a.places);
  const cut = above / below;
  const twice = (above - cut * below) * 2n;
  const up = twice > below || (twice === below && cut % 2n === 1n);
  return short({ coefficient: sign * (up ? cut + 1n : cut), places: quotientPlaces });
}

const magnitude = (n: bigint): bigint => (n < 0n ? -n : n);

/** Without the zeros at its end: 2.5 and 2.50 are one number, and the next sum is cheaper with few digits. */
export function short({ coefficient, places }: Exact): Exact {
  if (coefficient === 0n) return zero;
  let rest = coefficient;
  let left = places;
  for (let step = 16; step >= 1; step >>= 1) {
    while (left >= step && rest % tenTo(step) === 0n) {
      rest /= tenTo(step);
      left -= step;
    }
  }
  return { coefficient: rest, places: left };
}

/** Its digits without an exponent; `exact()` of them, with enough characters allowed, is the same number. */
export function written({ coefficient, places }: Exact): string {
  if (places === 0) return String(coefficient);
  const digits = String(magnitude(coefficient)).padStart(places + 1, "0");
  return `${coefficient < 0n ? "-" : ""}${digits.slice(0, -places)}.${digits.slice(-places)}`;
}

export const toDecimal = (value: Exact): Decimal => decimal(written(value));
/** A decimal of a calculation as it is; Big holds no NaN and no infinity. */
export function ofDecimal(value: Decimal): Exact {
  const text = value.toFixed();
  const places = text.includes(".") ? text.length - text.indexOf(".") - 1 : 0;
  return { coefficient: BigInt(text.replace(".", "")), places };
}
