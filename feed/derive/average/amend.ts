/**
 * What is to be said when a period that is closed turns out to be different: a sample came late, a gap was filled, a failed
 * calibration reaches back. The closed period stays as it is; the amendment stands beside it.
 */

import type { Period } from "../../format/body.ts";
import type { Averages } from "./averages.ts";
import { isBrief, makeAverages } from "./averages.ts";
import { endOf, lengthOf, startOf } from "./calendar.ts";
import type { Channel, Closed, Sample } from "./channel.ts";
import { judge } from "./judge.ts";
import type { Level } from "./regimes.ts";
import { addPeriod, addSample, emptyTally, type Tally } from "./tally.ts";

/** [from, to) in Unix milliseconds. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** What is kept of one channel. Periods are as last amended, each once; those a running average has closed are all there. */
export interface Kept {
  /** All of them: those taken, and those that came too late. */
  samples(span: Span): Iterable<Sample>;
  /** Those that start within the span. */
  closed(period: Period, span: Span): Iterable<Closed>;
}

export interface Amendment {
  readonly channel: string;
  readonly period: Period;
  readonly start: number;
  /** Null where nothing had come in the period. */
  readonly before: Closed | null;
  readonly after: Closed;
  readonly why: string;
}

/**
 * Counts again each period `span` touches, shorter ones first, and those made of them. A closed one that comes out different
 * is an amendment; an open one is put right in `averages`. Run it to its end, and before the next sample is taken.
 */
export function* amend(averages: Averages, span: Span, kept: Kept, why: string): Generator<Amendment> {
  const { channel } = averages;
  const changed = new Map<Period, Map<number, Closed>>();
  for (const level of channel.regime.levels) {
    const mine = new Map<number, Closed>();
    const parts = level.from === "sample" ? undefined : (changed.get(level.from) ?? new Map<number, Closed>());
    for (const start of parts === undefined ? starts(channel, level, span) : holding(channel, level, parts)) {
      const within = { from: start, to: endOf(level.period, start, channel.offset) };
      const tally =
        parts === undefined ? ofSamples(channel, level, within, kept) : ofPeriods(channel, level, within, kept, parts);
      if (start >= averages.next(level.period)) {
        if (tally.arrived > 0) averages.replace(level.period, tally);
        continue;
      }
      const before = [...kept.closed(level.period, within)][0] ?? null;
      if (before === null && tally.arrived === 0 && isBrief(level.period)) continue;
      const after = judge(channel, level, tally);
      if (before !== null && same(before, after)) continue;
      mine.set(start, after);
      yield { channel: channel.id, period: level.period, start, before, after, why };
    }
    changed.set(level.period, mine);
  }
}

function* starts({ offset }: Channel, { period }: Level, span: Span): Generator<number> {
  for (let start = startOf(period, span.from, offset); start < span.to; start = endOf(period, start, offset))
    yield start;
}

const holding = ({ offset }: Channel, { period }: Level, parts: ReadonlyMap<number, Closed>): ReadonlySet<number> =>
  new Set([...parts.keys()].map((start) => startOf(period, start, offset)));

const tallyFor = ({ offset }: Channel, level: Level, start: number): Tally =>
  emptyTally(level, start, lengthOf(level.period, start, offset));

function ofSamples(channel: Channel, level: Level, within: Span, kept: Kept): Tally {
  const tally = tallyFor(channel, level, within.from);
  for (const sample of kept.samples(within)) addSample(tally, sample, channel);
  return tally;
}

function ofPeriods(
  channel: Channel,
  level: Level,
  within: Span,
  kept: Kept,
  changed: ReadonlyMap<number, Closed>,
): Tally {
  const tally = tallyFor(channel, level, within.from);
  const parts = new Map<number, Closed>();
  if (level.from !== "sample") for (const part of kept.closed(level.from, within)) parts.set(part.start, part);
  for (const [start, part] of changed) if (start >= within.from && start < within.to) parts.set(start, part);
  for (const part of parts.values()) addPeriod(tally, part, channel);
  return tally;
}

/** All periods within [start of the period, its end) from all its samples, in whatever order they come. */
export function* recompute(
  channel: Channel,
  period: Period,
  start: number,
  samples: Iterable<Sample>,
): Generator<Closed> {
  const averages = makeAverages(channel, start, Number.POSITIVE_INFINITY);
  const end = endOf(period, start, channel.offset);
  for (const sample of samples) if (sample.t >= start && sample.t < end) averages.take(sample);
  // A longer period may end at the same moment, but only a part of it was seen here.
  for (const closed of averages.close(end)) if (closed.start >= start) yield closed;
}

/**
 * A sample as it counts where no calibration proves it: its value stays readable, and enters no mean. One that is not normal
 * enters none anyway, and its own reason stays.
 */
export function invalidated(sample: Sample, spans: readonly Span[]): Sample {
  if (sample.flag !== "N" || !spans.some(({ from, to }) => sample.t >= from && sample.t < to)) return sample;
  return { ...sample, flag: "D", reason: "derive.invalidated" };
}

/** Whether two results say the same, to the last count. */
export const same = (a: Closed, b: Closed): boolean => JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));

function sorted(value: unknown): unknown {
  const plain: unknown = JSON.parse(JSON.stringify(value));
  if (plain === null || typeof plain !== "object" || Array.isArray(plain)) return plain;
  const members = Object.entries(plain).map(([name, member]) => [name, sorted(member)] as const);
  return Object.fromEntries(members.sort(([a], [b]) => (a < b ? -1 : 1)));
}
