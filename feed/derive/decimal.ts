import { Big } from "big.js";

/**
 * Decimal arithmetic of everything that is derived: the same on every machine, so that whoever recomputes a value gets its
 * very digits. Division and roots carry 40 places; sums and products are exact.
 */
const Decimal = Big();
Decimal.DP = 40;
Decimal.RM = Big.roundHalfEven;
Decimal.strict = true; // a binary fraction has no business in a calculation whose digits are evidence

export type Decimal = Big;
export type Rounding = "half-up" | "half-even" | "down" | "up";

const modes: Readonly<Record<Rounding, 0 | 1 | 2 | 3>> = {
  down: Big.roundDown,
  "half-up": Big.roundHalfUp,
  "half-even": Big.roundHalfEven,
  up: Big.roundUp,
};

/** A decimal string ("-12.50", "1.66e-7"). Throws on any other text: what comes from outside is checked before. */
export const decimal = (text: string): Decimal => new Decimal(text);

export const isDecimal = (value: unknown): value is Decimal => value instanceof Decimal;

/** `places` digits after the point; "half-up" is away from zero, as the standards round. */
export const rounded = (value: Decimal, places: number, mode: Rounding = "half-up"): Decimal =>
  value.round(places, modes[mode]);

/** As it stands in an entry: exactly `places` digits after the point, no exponent, no negative zero. */
export const written = (value: Decimal, places: number, mode: Rounding = "half-up"): string =>
  rounded(value, places, mode)
    .plus(decimal("0"))
    .toFixed(places)
    .replace(/^-(0(?:\.0*)?)$/, "$1");
