import { scaleRaw } from "../../drivers/decimal.ts";
import { decodePoint } from "../../drivers/modbus/decode.ts";
import { type PointType, type WordOrder, widthOf, wordOrders } from "../../drivers/profile.ts";

/** One reading of some bytes. */
export interface Reading {
  readonly order: WordOrder;
  /** As a person writes it; undefined where the bytes mean nothing in this type. */
  readonly text: string | undefined;
  /** It may be a measurement: no more than that. */
  readonly plausible: boolean;
  /** The most plausible of those that lie beside each other; ties are all marked. */
  readonly best: boolean;
}

/** What is known of the value beforehand. */
export interface Expectation {
  readonly scale?: string;
  readonly places?: number;
  readonly range?: readonly [string, string];
  /** What the profile says. */
  readonly order?: WordOrder;
}

const least = 1e-6;
const most = 1e9;
/** Counters are integers and grow beyond what is measured. */
const mostCounted = 1e12;

/** Whether a measurement may be of this size: floats read in a wrong order mostly are not. */
export const sane = (value: number, limit = most): boolean =>
  value === 0 || (Number.isFinite(value) && Math.abs(value) > least && Math.abs(value) < limit);

/** A value of some type in all four byte orders; orders that a type does not tell apart are given all the same. */
export function inAllOrders(
  layout: { readonly type: PointType; readonly length?: number },
  data: Buffer,
  offset: number,
  expected: Expectation = {},
): readonly Reading[] {
  const limit = layout.type.startsWith("float") ? most : mostCounted;
  const readings = wordOrders.map((order): Omit<Reading, "best"> => {
    const raw = decodePoint({ ...layout, order }, data, offset);
    if (raw === undefined) return { order, text: undefined, plausible: false };
    if (typeof raw === "string") return { order, text: raw, plausible: true };
    if (!Number.isFinite(Number(raw))) return { order, text: String(raw), plausible: false };
    const text = scaledBy(raw, layout.type, expected);
    return {
      order,
      text,
      plausible: sane(Number(raw), limit) && sane(Number(text), limit) && within(text, expected.range),
    };
  });
  const said = readings.find(({ order, plausible }) => plausible && order === expected.order);
  // Where the profile's order gives something plausible, that another one looks rounder means nothing.
  return said === undefined ? withBest(readings) : readings.map((reading) => ({ ...reading, best: reading === said }));
}

function withBest<R extends Omit<Reading, "best">>(
  readings: readonly R[],
): readonly (R & { readonly best: boolean })[] {
  const scores = readings.map((reading) =>
    reading.plausible ? unlikeliness(reading.text ?? "") : Number.POSITIVE_INFINITY,
  );
  const best = Math.min(...scores);
  return readings.map((reading, i) => ({ ...reading, best: scores[i] === best && Number.isFinite(best) }));
}

const within = (text: string, range: readonly [string, string] | undefined): boolean =>
  range === undefined || (Number(text) >= Number(range[0]) && Number(text) <= Number(range[1]));

function scaledBy(raw: number | bigint, type: PointType, { scale, places }: Expectation): string {
  if (scale === undefined || places === undefined || Math.abs(Number(raw)) > 1e21) return shortest(raw, type);
  if (Math.abs(Number(raw)) < 1e-9) return raw === 0 ? scaleRaw(0, scale, places) : shortest(raw, type);
  return scaleRaw(raw, scale, places);
}

/** A raw value as its profile writes it; a state, which has no places, as it is. */
export const valueText = (raw: number | bigint | string, type: PointType, expected: Expectation = {}): string =>
  typeof raw === "string" ? raw : scaledBy(raw, type, expected);

/** The fewest digits that still mean these bytes. */
export function shortest(raw: number | bigint, type: PointType): string {
  if (type !== "float32" || typeof raw === "bigint") return String(raw);
  for (let digits = 1; digits <= 9; digits++) {
    const text = String(Number(raw.toPrecision(digits)));
    if (Math.fround(Number(text)) === raw) return text;
  }
  return String(raw);
}

/** A reading of one register and those behind it. */
export interface Guess extends Reading {
  readonly type: PointType;
}

const guessed = ["int16", "uint16", "int32", "uint32", "float32", "float64"] as const;

/**
 * The order in which registers are float32 one behind the other, as many meters have their measurements: all pairs of them are sane
 * in it, and more than one is not 0. Chance does that for one pair, and seldom for a run.
 */
export function floatRun(data: Buffer): WordOrder | undefined {
  const pairs = Array.from({ length: Math.floor(data.length / floatBytes) }, (_, i) =>
    inAllOrders({ type: "float32" }, data, i * floatBytes),
  );
  const all = wordOrders.flatMap((order) => {
    const run = pairs.flatMap((readings) => readings.filter((reading) => reading.order === order));
    const told = run.filter(({ text }) => Number(text) !== 0);
    if (told.length < leastRun || !run.every(({ plausible }) => plausible)) return [];
    return [{ order, score: told.reduce((sum, { text }) => sum + unlikeliness(text ?? ""), 0) }];
  });
  return all.toSorted((a, b) => a.score - b.score)[0]?.order;
}

const floatBytes = 4;
const leastRun = 2;

/** Everything the registers from `offset` (bytes) on may mean, without knowing what they are; `run` is the `floatRun` of them all. */
export function guesses(data: Buffer, offset: number, run?: WordOrder): readonly Guess[] {
  const all = guessed
    .filter((type) => offset + 2 * widthOf({ type }) <= data.length)
    .flatMap((type) => distinct(type, inAllOrders({ type }, data, offset)).map((reading) => ({ ...reading, type })));
  if (run === undefined) return withBest(all);
  const begins = offset % floatBytes === 0;
  return all.map((guess) => ({ ...guess, best: begins && guess.type === "float32" && guess.order === run }));
}

/** One register has its two bytes in two orders only. */
const distinct = (type: PointType, readings: readonly Reading[]): readonly Reading[] =>
  widthOf({ type }) === 1 ? readings.filter(({ order }) => order === "ABCD" || order === "BADC") : readings;

/** Measurements are of moderate size, mostly not below 0, and often have few digits; 0 says nothing of its type. Less is likelier. */
export function unlikeliness(text: string): number {
  const value = Number(text);
  if (Number.isNaN(value)) return 0;
  if (value === 0) return 3;
  const digits = Math.abs(value).toExponential().replace(/e.*$/, "").replace(".", "").length;
  return digits / 2 + Math.abs(Math.log10(Math.abs(value)) - 1) + (value < 0 ? 2 : 0);
}
