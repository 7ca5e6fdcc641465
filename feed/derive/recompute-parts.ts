import type { ConfigBody, DerivedBody, Period } from "../format/body.ts";
import type { ReadingTuple } from "../format/reading.ts";
import { lengthOf } from "./average/calendar.ts";
import type { Channel, Closed } from "./average/channel.ts";
import { exact, toDecimal } from "./average/exact.ts";
import { judge } from "./average/judge.ts";
import type { Level } from "./average/regimes.ts";
import { addPeriod, emptyTally } from "./average/tally.ts";
import { averagedAs, type Declared } from "./deriving.ts";
import { amendedDifferences, type Difference, differences, type Tolerance } from "./difference.ts";
import { declaredIn, tupleOf } from "./entries.ts";
import { absent, found } from "./outcome.ts";
import { withoutCounts } from "./without-counts.ts";

/** A shorter period as it stands: what its entry says, with the amendments over it. */
export interface Part {
  readonly period: Period;
  /** Unix ms. */
  readonly start: number;
  readonly data: { readonly [channel: string]: ReadingTuple };
}

/**
 * A day or month once more, from the written values of the hours or days it is made of. Only of channels whose written values
 * say everything: a weighted mean, and a rate times a running time, need what stands in no entry. Throws TypeError for a
 * declaration that names what there is not.
 */
export function recomputedOfParts(
  declaredBy: ConfigBody,
  said: DerivedBody,
  parts: readonly Part[],
  within: readonly Tolerance[],
  counts?: "ignored",
): readonly Difference[] {
  const { config, entry } = withoutCounts(declaredBy, said);
  const east = config.east ?? 0;
  const declared = declaredIn(config);
  const left = new Set<string>();
  const data: Record<string, ReadingTuple> = {};
  const n: Record<string, readonly [number, number]> = {};
  for (const one of declared) {
    const channel = averagedAs(one, east * 60_000);
    const level = channel.regime.levels.find(({ period }) => period === entry.period);
    if (level === undefined) continue;
    if (!isWritten(one, channel, level)) {
      left.add(one.id);
      continue;
    }
    const closed = closedOf(channel, level, Date.parse(entry.start), parts);
    data[one.id] = tupleOf(closed, one);
    n[one.id] = [closed.counts.valid, closed.counts.expected];
  }
  const units = new Map(declared.map(({ id, unit }) => [id, unit]));
  const unitOf = (channel: string) => units.get(channel);
  const isCompared = (channel: string): boolean => !left.has(channel);
  if (counts === undefined) return differences(entry, { data, n }, unitOf, within, isCompared);
  const known = Object.fromEntries(Object.entries(entry.data).filter(([channel]) => isCompared(channel)));
  return amendedDifferences({ data: known, n: {} }, { data, n }, unitOf, within);
}

function isWritten({ how }: Declared, { regime }: Channel, { from }: Level): boolean {
  if (from === "sample" || how.weight !== undefined) return false;
  if (how.longer === "mean") return true;
  const hourly = regime.levels.some((level) => level.period === "day" && level.from === "hour");
  return hourly && regime.time === "whole" && how.at !== "day";
}

function closedOf(channel: Channel, level: Level, start: number, parts: readonly Part[]): Closed {
  const tally = emptyTally(level, start, lengthOf(level.period, start, channel.offset));
  for (const part of parts) {
    const reading = Object.hasOwn(part.data, channel.id) ? part.data[channel.id] : undefined;
    if (part.period === level.from && reading !== undefined) addPeriod(tally, partOf(channel, part, reading), channel);
  }
  return judge(channel, level, tally);
}

function partOf(channel: Channel, { period, start }: Part, [text, flag, reason]: ReadingTuple): Closed {
  const number = text === null ? undefined : exact(text);
  const why = reason === "derive.invalidated" ? "derive.invalidated" : "derive.coverage";
  const value = number === undefined ? absent(why) : found(toDecimal(number));
  const none = { N: 0, F: 0, M: 0, S: 0, D: 0, C: 0, T: 0, B: 0 };
  return {
    channel: channel.id,
    period,
    start,
    value,
    flag,
    counts: { expected: 0, arrived: 0, valid: 0, invalidated: 0, flags: none },
    coverage: "0",
    running: lengthOf(period, start, channel.offset),
    min: null,
    max: null,
    from: null,
    to: null,
    total: value,
  };
}
