/** Totalisers among the derived channels: readings in, in whatever order they come; closed periods and events out. */

import type { Period } from "../format/body.ts";
import type { Flag } from "../format/vocabulary.ts";
import type { Offset } from "./average/calendar.ts";
import type { Closed, Flags, Sample } from "./average/channel.ts";
import { type Consumption, type ConsumptionState, closed, noConsumption, take } from "./average/consumption.ts";
import type { CounterEvent, CounterReading } from "./average/counter.ts";
import type { CountingState } from "./average/counting-state.ts";
import type { CounterInput } from "./counter-input.ts";

/** What happened to a counter: an event, not consumption. */
export interface CounterNews {
  /** The derived channel, and the measured one that counts. */
  readonly channel: string;
  readonly counter: string;
  readonly event: CounterEvent;
  readonly before: CounterReading | null;
  readonly after: CounterReading;
}

export interface Counting {
  readonly channels: readonly string[];
  /** A reading of a minute that is open. */
  take(channel: string, sample: Sample): void;
  /** A reading from before all of it: the count that the first period begins with. */
  recall(channel: string, sample: Sample): void;
  /** Closes all that ends at or before `end`, with the readings before it. */
  close(end: number): { readonly closed: readonly Closed[]; readonly news: readonly CounterNews[] };
  state(): CountingState;
}

export interface Counter extends CounterInput {
  /** The derived channel. */
  readonly id: string;
  readonly periods: readonly Period[];
  readonly offset: Offset;
}

/** A plant that stands still stops no counter from being right. */
export const believed: readonly Flag[] = ["N", "F"];
/** A counter that jumps to and fro is told of once in this time, ms. */
const quiet = 3_600_000;

type Reading = CountingState["open"][number];

/** `from`: Unix ms from which it counts, or an earlier state. */
export function makeCounting(counter: Counter, from: number | CountingState): Counting {
  const { id, meter } = counter;
  let { state, who, open, told } = typeof from === "number" ? begun(counter, from) : takenUp(from);

  const identify = (value: string): void => {
    const first = who === null && state.last !== null && state.last.meter === undefined;
    if (first && state.last !== null) state = { ...state, last: { ...state.last, meter: value } };
    who = value;
  };
  const one = ({ t, value, entry, of }: Reading): CounterNews[] => {
    if (of === "meter") {
      identify(value);
      return [];
    }
    const taken = take(counter, state, { t, value, entry, ...(who !== null && { meter: who }) });
    state = taken.state;
    if (taken.news === undefined) return [];
    const { event, before, after } = taken.news;
    if (told?.event === event && t >= told.t && t < told.t + quiet) return [];
    told = { event, t };
    return [{ channel: id, counter: counter.counter, event, before, after }];
  };
  const recalled: Reading[] = [];
  /** In one poll, which meter it is comes before what it counted. */
  const settle = (): void => {
    for (const reading of recalled.splice(0).sort(inTime)) {
      const begins = (start: number): boolean => reading.of === "counter" && start >= reading.t;
      state = { ...state, marks: state.marks.map((mark) => (begins(mark.start) ? { ...mark, at: null } : mark)) };
      one(reading);
      told = null;
    }
  };
  const readingOf = (channel: string, { t, value, flag, entry }: Sample): Reading | undefined => {
    if (value === null || !Number.isSafeInteger(t)) return undefined;
    if (channel === meter) return { t, value, entry, of: "meter" };
    return believed.includes(flag) ? { t, value, entry, of: "counter" } : undefined;
  };
  return {
    channels: [counter.counter, ...(meter === undefined ? [] : [meter])],
    take: (channel, sample) => {
      const reading = readingOf(channel, sample);
      if (reading) open.push(reading);
    },
    recall: (channel, sample) => {
      const reading = readingOf(channel, sample);
      if (reading) recalled.push(reading);
    },
    close: (end) => {
      settle();
      const now = open.filter(({ t }) => t < end).sort(inTime);
      open = open.filter(({ t }) => t >= end);
      const news = now.flatMap(one);
      const all: Closed[] = [];
      const periods = closed(counter, state, end);
      let step = periods.next();
      for (; step.done !== true; step = periods.next()) all.push(asClosed(id, step.value.consumption));
      state = step.value; // silence closes nothing, and is over all the same
      return { closed: all, news };
    },
    state: () => {
      settle();
      // None of it is ever changed, only replaced.
      return { channel: id, ...state, marks: [...state.marks], meter: who, open: [...open], told };
    },
  };
}

const inTime = (a: Reading, b: Reading): number =>
  a.t - b.t || a.entry - b.entry || Number(b.of === "meter") - Number(a.of === "meter");

interface Begun {
  state: ConsumptionState;
  who: string | null;
  open: Reading[];
  told: CountingState["told"];
}

const begun = (counter: Counter, from: number): Begun => ({
  state: noConsumption(counter, from),
  who: null,
  open: [],
  told: null,
});

function takenUp({ channel: _, meter, open, told, ...state }: CountingState): Begun {
  return { state, who: meter, open: [...open], told };
}

const none: Flags = { N: 0, F: 0, M: 0, S: 0, D: 0, C: 0, T: 0, B: 0 };

/** The parts of a consumption are two: the count at its start and the one at its end. */
function asClosed(channel: string, { period, start, value, from, to }: Consumption): Closed {
  const known = [from, to].filter((entry) => entry !== null);
  const flag = value.ok ? "N" : "D";
  return {
    channel,
    period,
    start,
    value,
    flag,
    counts: {
      expected: 2,
      arrived: known.length,
      valid: known.length,
      invalidated: 0,
      flags: { ...none, [flag]: known.length },
    },
    coverage: (known.length / 2).toFixed(4),
    running: 0,
    min: null,
    max: null,
    from: known.length === 0 ? null : Math.min(...known),
    to: known.length === 0 ? null : Math.max(...known),
  };
}
