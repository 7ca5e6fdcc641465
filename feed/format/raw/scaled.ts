/**
 * A value from a raw number by clause 3.8, with whole numbers alone: no decimal library, so that it is no copy of what the
 * plant computes with.
 */
export type Raw = number | bigint | string;

interface Decimal {
  readonly digits: bigint;
  /** The value is digits / 10^places. */
  readonly places: number;
}

const FORM = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d{1,3}))?$/;

/** "12.50", "-4", "1.5e-7" as an exact number; undefined for what is no decimal. */
function decimalOf(text: string): Decimal | undefined {
  const [, sign, whole = "", fraction = "", exponent = "0"] = FORM.exec(text) ?? [];
  if (sign === undefined) return undefined;
  const digits = BigInt(sign + whole + fraction);
  const places = fraction.length - Number(exponent);
  return places < 0 ? { digits: digits * 10n ** BigInt(-places), places: 0 } : { digits, places };
}

const power = (n: number): bigint => 10n ** BigInt(n);
const product = (a: Decimal, b: Decimal): Decimal => ({ digits: a.digits * b.digits, places: a.places + b.places });
function difference(a: Decimal, b: Decimal): Decimal {
  const places = Math.max(a.places, b.places);
  return { digits: a.digits * power(places - a.places) - b.digits * power(places - b.places), places };
}
const negative = ({ digits, places }: Decimal): Decimal => ({ digits: -digits, places });

/** The written value; undefined where the raw number is none, or the scale is not of the grammar. */
export function scaled(raw: number | bigint, scale: string, places: number): string | undefined {
  const number = decimalOf(String(raw));
  const parts = scale.split(":").map(decimalOf);
  if (number === undefined || !parts.every((part) => part !== undefined)) return undefined;
  if (parts.length === 1) return quotient(product(number, parts[0] as Decimal), one, places);
  const [r0, r1, e0, e1] = parts;
  if (r0 === undefined || r1 === undefined || e0 === undefined || e1 === undefined || parts.length > 4)
    return undefined;
  const run = difference(r1, r0);
  const rise = product(difference(number, r0), difference(e1, e0));
  return quotient(difference(product(e0, run), negative(rise)), run, places);
}

const one: Decimal = { digits: 1n, places: 0 };

/** a / b to so many places, half to even. */
function quotient(a: Decimal, b: Decimal, places: number): string | undefined {
  if (b.digits === 0n) return undefined;
  const up = places + b.places - a.places;
  let over = a.digits * (b.digits < 0n ? -1n : 1n) * (up > 0 ? power(up) : 1n);
  const under = (b.digits < 0n ? -b.digits : b.digits) * (up < 0 ? power(-up) : 1n);
  const minus = over < 0n;
  if (minus) over = -over;
  let whole = over / under;
  const twice = (over % under) * 2n;
  if (twice > under || (twice === under && whole % 2n === 1n)) whole += 1n;
  const digits = whole.toString().padStart(places + 1, "0");
  const text = places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`;
  return minus && whole !== 0n ? `-${text}` : text;
}

const PLAIN = /^-?(?:0|[1-9]\d*)(?:\.(\d+))?$/;
/** Far enough from where two roundings part that a double below `exact`, a few roundings off, cannot be on the wrong side. */
export const surely = 0.499;
export const exact = 2 ** 40;

/** Whether a value is what a raw number gives. Nearly all are settled by doubles, which takes a twentieth of the time. */
export function gives(raw: Raw, scale: string, places: number, value: string): boolean {
  if (typeof raw === "string") return raw === value;
  const said = Number(value);
  if (typeof raw === "number" && said !== 0 && (PLAIN.exec(value)?.[1]?.length ?? 0) === places && PLAIN.test(value)) {
    const factor = Number(scale);
    const unit = 10 ** places;
    const distance = Math.abs(raw * factor - said) * unit;
    if (Math.abs(said) * unit < exact && distance < surely) return true;
  }
  return scaled(raw, scale, places) === value;
}

/** A scale as doubles: raw numbers give `to + (raw - from) * slope`, nearly. */
export interface Line {
  readonly from: number;
  readonly slope: number;
  readonly to: number;
}

/**
 * Undefined where the scale is not of the grammar. Its two differences are made exactly: those of doubles that are nearly the
 * same have few digits that are right.
 */
export function lineOf(scale: string): Line | undefined {
  const parts = scale.split(":").map(decimalOf);
  const [a, r1, e0, e1] = parts;
  if (a === undefined || !parts.every((part) => part !== undefined)) return undefined;
  if (parts.length === 1) return { from: 0, slope: doubleOf(a), to: 0 };
  if (r1 === undefined || e0 === undefined || e1 === undefined || parts.length > 4) return undefined;
  return { from: doubleOf(a), slope: doubleOf(difference(e1, e0)) / doubleOf(difference(r1, a)), to: doubleOf(e0) };
}

const doubleOf = ({ digits, places }: Decimal): number => Number(`${digits}e${-places}`);

/** Whether `digits` / 10^places is surely what a raw number gives; false says nothing. */
export function surelyGives(raw: number, { from, slope, to }: Line, unit: number, digits: number): boolean {
  const largest = (Math.abs(to) + (Math.abs(raw) + Math.abs(from)) * Math.abs(slope)) * unit;
  return largest < exact && Math.abs((to + (raw - from) * slope) * unit - digits) < surely;
}
