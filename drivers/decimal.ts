import Big from "big.js";

/** Numbers of places a value may be written with; a profile's `places` lies within. */
const mostPlaces = 12;
const halfEven = 2;

/** Decimal arithmetic by places: division is the one operation whose result has to be cut. */
const arithmetic = Array.from({ length: mostPlaces + 1 }, (_, places) => {
  const Decimal = Big();
  Decimal.DP = places;
  Decimal.RM = halfEven;
  return Decimal;
});

/**
 * The decimal string of a raw number in engineering units.
 *
 * Anyone can repeat it from the bytes: take the shortest decimal string that reads back as the IEEE double (ECMA-262
 * Number::toString; of an integer, its digits), multiply by `scale` exactly, round half to even at `places`. A `scale`
 * "r0:r1:e0:e1" is the line through (r0, e0) and (r1, e1) instead of a factor; it is computed exactly and rounded once.
 * There is no negative zero. `raw` must be finite: NaN and infinities are not numbers a value can be made of.
 */
export function scaleRaw(raw: number | bigint, scale: string, places: number): string {
  const Decimal = arithmetic[places];
  if (Decimal === undefined) throw new RangeError(`places must be 0 to ${mostPlaces}, not ${places}`);
  const number = new Decimal(String(raw));
  const line = scale.split(":");
  if (line.length === 1) return plain(number.times(scale).toFixed(places, halfEven));
  const [r0, r1, e0, e1] = line.map((text) => new Decimal(text)) as [Big, Big, Big, Big];
  const run = r1.minus(r0);
  const rise = e1.minus(e0);
  return plain(e0.times(run).plus(number.minus(r0).times(rise)).div(run).toFixed(places, halfEven));
}

const plain = (text: string): string => (/^-0(\.0+)?$/.test(text) ? text.slice(1) : text);
