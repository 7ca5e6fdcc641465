/**
 * What is known of an open period: counts and exact sums, no list of samples. Parts may be added in any order; the sums,
 * extremes and counts are the same in the end. A tally is changed in place: it is the inner loop of the averages.
 */
import type { Flag } from "../../format/vocabulary.ts";
import { isNoValue, type NoValue } from "../outcome.ts";
import { lengthOf } from "./calendar.ts";
import type { Channel, Closed, Sample } from "./channel.ts";
import { compare, type Exact, exact, ofDecimal, plus, times, whole, zero } from "./exact.ts";
import type { Level } from "./regimes.ts";

/** The counters of the four quarters of a period, and the first and last valid moment. */
export interface Quarters {
  readonly arrived: number[];
  readonly stopped: number[];
  readonly valid: number[];
  first: number | null;
  last: number | null;
}

export interface Tally {
  readonly start: number;
  /** Milliseconds. */
  readonly length: number;
  arrived: number;
  valid: number;
  invalidated: number;
  readonly flags: Record<Flag, number>;
  /** Of the valid values, each times its weight where there are weights. */
  sum: Exact;
  weight: Exact;
  total: Exact;
  min: Exact | null;
  max: Exact | null;
  from: number | null;
  to: number | null;
  /** Milliseconds in which the parts say the plant stood still; of samples it follows from the count of F. */
  stopped: number;
  /** Why a sample has no value or does not count, where a formula says so; of several the first by the alphabet. */
  why: NoValue | null;
  readonly quarters?: Quarters;
}

export function emptyTally(level: Level, start: number, length: number): Tally {
  const four = (): number[] => [0, 0, 0, 0];
  const quarters = { arrived: four(), stopped: four(), valid: four(), first: null, last: null };
  return {
    start,
    length,
    arrived: 0,
    valid: 0,
    invalidated: 0,
    flags: { N: 0, F: 0, M: 0, S: 0, D: 0, C: 0, T: 0, B: 0 },
    sum: zero,
    weight: zero,
    total: zero,
    min: null,
    max: null,
    from: null,
    to: null,
    stopped: 0,
    why: null,
    ...(level.rule.kind === "quadrants" ? { quarters } : {}),
  };
}

/** A value with all a mean needs of it. */
interface Valid {
  readonly value: Exact;
  readonly weight: Exact;
  readonly min: Exact;
  readonly max: Exact;
  readonly total: Exact;
}

const one = whole(1);

function validSample(sample: Sample, channel: Channel): Valid | undefined {
  if (sample.value === null || !channel.regime.valid.includes(sample.flag)) return undefined;
  const value = exact(sample.value);
  if (value === undefined) return undefined;
  if (channel.weightedBy === undefined) return { value, weight: one, min: value, max: value, total: zero };
  const weight = exact(sample.weight ?? "");
  if (weight === undefined || weight.coefficient < 0n) return undefined;
  return { value, weight, min: value, max: value, total: zero };
}

function validPeriod(part: Closed, channel: Channel): Valid | undefined {
  if (!part.value.ok || !channel.regime.valid.includes(part.flag)) return undefined;
  const value = ofDecimal(part.value.value);
  return {
    value,
    weight: channel.weightedBy === undefined ? one : (exact(part.weight ?? "", 999) ?? zero),
    min: exact(part.min ?? "", 999) ?? value,
    max: exact(part.max ?? "", 999) ?? value,
    total: part.total?.ok === true ? ofDecimal(part.total.value) : zero,
  };
}

export function addSample(tally: Tally, sample: Sample, channel: Channel): void {
  const valid = validSample(sample, channel);
  if (sample.reason === "derive.invalidated") tally.invalidated++;
  if (valid === undefined && isNoValue(sample.reason) && (tally.why === null || sample.reason < tally.why))
    tally.why = sample.reason;
  count(tally, sample.t, sample.flag, valid, channel);
  reach(tally, sample.entry, sample.entry);
}

export function addPeriod(tally: Tally, part: Closed, channel: Channel): void {
  const valid = validPeriod(part, channel);
  if (!part.value.ok && part.value.why === "derive.invalidated") tally.invalidated++;
  tally.stopped += lengthOf(part.period, part.start, channel.offset) - part.running;
  count(tally, part.start, part.flag, valid, channel);
  reach(tally, part.from, part.to);
}

function count(tally: Tally, t: number, flag: Flag, valid: Valid | undefined, channel: Channel): void {
  tally.arrived++;
  tally.flags[flag]++;
  if (tally.quarters !== undefined) countQuarter(tally, tally.quarters, t, flag, valid !== undefined);
  if (valid === undefined) return;
  tally.valid++;
  const weighted = channel.weightedBy !== undefined;
  tally.sum = plus(tally.sum, weighted ? times(valid.value, valid.weight) : valid.value);
  if (weighted) tally.weight = plus(tally.weight, valid.weight);
  if (valid.total !== zero) tally.total = plus(tally.total, valid.total);
  if (tally.min === null || compare(valid.min, tally.min) < 0) tally.min = valid.min;
  if (tally.max === null || compare(valid.max, tally.max) > 0) tally.max = valid.max;
}

function countQuarter(tally: Tally, quarters: Quarters, t: number, flag: Flag, valid: boolean): void {
  const quarter = Math.floor(((t - tally.start) * 4) / tally.length);
  const more = (counts: number[]): void => {
    counts[quarter] = (counts[quarter] ?? 0) + 1;
  };
  more(quarters.arrived);
  if (flag === "F") more(quarters.stopped);
  if (!valid) return;
  more(quarters.valid);
  quarters.first = least(quarters.first, t);
  quarters.last = greatest(quarters.last, t);
}

function reach(tally: Tally, from: number | null, to: number | null): void {
  tally.from = from === null ? tally.from : least(tally.from, from);
  tally.to = to === null ? tally.to : greatest(tally.to, to);
}

const least = (a: number | null, b: number): number => (a === null || b < a ? b : a);
const greatest = (a: number | null, b: number): number => (a === null || b > a ? b : a);
