/**
 * The averages of one channel: samples in, closed periods out. It has no clock: `close(until)` says how far time has come,
 * and only that closes periods; which samples came before it, in which order and in how many calls, cannot be seen in them.
 */

import type { Period } from "../../format/body.ts";
import { endOf, lengthOf, type Offset, startOf } from "./calendar.ts";
import type { Channel, Closed, Sample } from "./channel.ts";
import { judge } from "./judge.ts";
import type { Level } from "./regimes.ts";
import { type AveragesState, tallyOf, tallyState } from "./state.ts";
import { addPeriod, addSample, emptyTally, type Tally } from "./tally.ts";

/**
 * `taken`: it counts. `late`: a period it belongs to is closed, and only an amendment can say so; periods made of samples
 * that are still open have counted it. `beyond`: it lies too far ahead of what is closed (a clock that jumped, or a caller
 * that forgets to close), and it has not been counted; it may be given again once time has come nearer.
 */
export type Taken = "taken" | "late" | "beyond";

export interface Averages {
  readonly channel: Channel;
  take(sample: Sample): Taken;
  /** Closes all that ends at or before `until`, shorter periods first, one with each step of the iteration. */
  close(until: number): Generator<Closed, void, undefined>;
  /** The start of the first period of this kind that is not closed. */
  next(period: Period): number;
  /** Puts a recounted tally in the place of an open period's. */
  replace(period: Period, tally: Tally): void;
  state(): AveragesState;
}

/** How far beyond the first open period a sample may lie: it bounds the periods that are open at once. */
const ahead = 2 * 3_600_000;

interface Open {
  readonly level: Level;
  next: number;
  readonly tallies: Map<number, Tally>;
  /** Where the last sample went: nearly always the next one's place. */
  last: Tally | undefined;
}

/** `from`: Unix milliseconds from which it counts, or the state of an earlier one for the same channel and regime. */
export function makeAverages(channel: Channel, from: number | AveragesState, reach = ahead): Averages {
  const levels = channel.regime.levels.map((level) => opened(channel, level, from));
  const ofSamples = levels.filter(({ level }) => level.from === "sample");
  const base = levels[0];

  const tallyAt = (open: Open, start: number): Tally => {
    const known = open.tallies.get(start);
    if (known !== undefined) return known;
    const tally = emptyTally(open.level, start, lengthOf(open.level.period, start, channel.offset));
    open.tallies.set(start, tally);
    return tally;
  };

  const placeOf = (open: Open, t: number): Tally | undefined => {
    const { last } = open;
    if (last !== undefined && t >= last.start && t < last.start + last.length) return last;
    const start = startOf(open.level.period, t, channel.offset);
    if (start < open.next) return undefined;
    open.last = tallyAt(open, start);
    return open.last;
  };

  const closeFirst = (open: Open): Closed => {
    const closed = judge(channel, open.level, tallyAt(open, open.next));
    open.tallies.delete(open.next);
    open.last = undefined;
    open.next = endOf(open.level.period, open.next, channel.offset);
    for (const above of levels) {
      if (above.level.from !== closed.period) continue;
      addPeriod(tallyAt(above, startOf(above.level.period, closed.start, channel.offset)), closed, channel);
    }
    return closed;
  };

  return {
    channel,
    take: (sample) => {
      if (!Number.isSafeInteger(sample.t) || base === undefined || sample.t >= base.next + reach) return "beyond";
      let taken: Taken = "taken";
      for (const open of ofSamples) {
        const tally = placeOf(open, sample.t);
        if (tally === undefined) taken = "late";
        else addSample(tally, sample, channel);
      }
      return taken;
    },
    close: function* (until) {
      if (!Number.isSafeInteger(until)) return;
      for (const open of levels) {
        const { period } = open.level;
        for (;;) {
          if (isBrief(period)) skipSilence(open, startOf(period, until, channel.offset), channel.offset);
          if (!(endOf(period, open.next, channel.offset) <= until)) break;
          yield closeFirst(open);
        }
      }
    },
    next: (period) => levels.find(({ level }) => level.period === period)?.next ?? Number.NaN,
    replace: (period, tally) => {
      const open = levels.find(({ level }) => level.period === period);
      if (open === undefined || tally.start < open.next) return;
      open.tallies.set(tally.start, tally);
      open.last = undefined;
    },
    state: () => ({
      channel: channel.id,
      levels: levels.map(({ level, next, tallies }) => ({
        period: level.period,
        next,
        open: [...tallies.values()].sort((a, b) => a.start - b.start).map(tallyState),
      })),
    }),
  };
}

function opened(channel: Channel, level: Level, from: number | AveragesState): Open {
  const { period } = level;
  if (typeof from === "number") {
    return { level, next: startOf(period, from, channel.offset), tallies: new Map(), last: undefined };
  }
  const kept = from.levels.find((one) => one.period === period);
  if (kept === undefined) throw new RangeError(`the state of ${from.channel} knows no ${period}`);
  const tallies = new Map(kept.open.map((state) => [state.start, tallyOf(state)]));
  return { level, next: kept.next, tallies, last: undefined };
}

/** An hour in which nothing came is a result. A minute in which nothing came is not: its hour says how many are missing. */
export const isBrief = (period: Period): boolean => period === "minute" || period === "half-hour";

/** Moves on to the first period that something came in, or to the present one. */
function skipSilence(open: Open, present: number, offset: Offset): void {
  if (open.tallies.size === 0) open.next = Math.max(open.next, present);
  while (open.next < present && !open.tallies.has(open.next)) open.next = endOf(open.level.period, open.next, offset);
}
