/**
 * What a totaliser counted in each period: the count at its end less the count at its start, rollovers taken out. The count
 * at a moment is that of the last reading before or at it, so hours add up to their day. Readings are taken as they come.
 */

import type { Period } from "../../format/body.ts";
import { absent, found, type Outcome } from "../outcome.ts";
import { isBrief } from "./averages.ts";
import { endOf, type Offset, startOf } from "./calendar.ts";
import { type CounterEvent, type CounterReading, type CounterSetup, count, type Move, moved } from "./counter.ts";
import { type Exact, exact, plus, toDecimal, written, zero } from "./exact.ts";

export interface Consumption {
  readonly kind: "consumption";
  readonly period: Period;
  readonly start: number;
  readonly value: Outcome;
  /** Entries of the readings the value is the difference of. */
  readonly from: number | null;
  readonly to: number | null;
}

export interface CounterNews {
  readonly kind: "event";
  readonly event: CounterEvent;
  readonly before: CounterReading | null;
  readonly after: CounterReading;
}

/** The count at the start of the open period; null where no reading was fresh enough. */
interface Mark {
  readonly period: Period;
  readonly start: number;
  readonly at: { readonly counted: string; readonly breaks: number; readonly entry: number } | null;
}

/** Plain JSON, to be kept anywhere. */
export interface ConsumptionState {
  readonly last: CounterReading | null;
  /** All that was counted since the beginning, without what is not known. */
  readonly counted: string;
  /** How often it was not known how much was counted, and what happened the last time. */
  readonly breaks: number;
  readonly broken: CounterEvent | null;
  readonly marks: readonly Mark[];
}

export interface Totaliser {
  readonly periods: readonly Period[];
  readonly offset: Offset;
  readonly setup: CounterSetup;
}

/** Before the first reading; `from`: Unix milliseconds from which it counts. */
export const noConsumption = ({ periods, offset }: Totaliser, from: number): ConsumptionState => ({
  last: null,
  counted: "0",
  breaks: 0,
  broken: null,
  marks: periods.map((period) => ({ period, start: startOf(period, from, offset), at: null })),
});

export interface Taken {
  readonly state: ConsumptionState;
  readonly news?: CounterNews;
}

/** The state after a reading. Close what ended before its time first: `closed(totaliser, state, reading.t - 1)`. */
export function take({ setup }: Totaliser, state: ConsumptionState, reading: CounterReading): Taken {
  const news = (event: CounterEvent): CounterNews => ({ kind: "event", event, before: state.last, after: reading });
  if (!Number.isSafeInteger(reading.t) || count(reading.value, setup) === undefined) {
    return { state, news: news("unreadable") };
  }
  const { counted, event } = state.last === null ? nothingYet : moved(state.last, reading, setup);
  const said = event === undefined ? {} : { news: news(event) };
  const after = counted === null ? broken(state, event) : { counted: written(plus(numberOf(state.counted), counted)) };
  return { state: begun(setup, { ...state, ...after, last: reading }), ...said };
}

const nothingYet: Move = { counted: zero };
const broken = ({ breaks }: ConsumptionState, event: CounterEvent | undefined) => ({
  breaks: breaks + 1,
  broken: event ?? null,
});

/** The first reading may come at the very start of a period, or before it. */
const begun = (setup: CounterSetup, state: ConsumptionState): ConsumptionState => ({
  ...state,
  marks: state.marks.map((mark) => (mark.at === null ? { ...mark, at: countAt(setup, state, mark.start) } : mark)),
});

export interface ClosedPeriod {
  readonly consumption: Consumption;
  /** With this period closed. */
  readonly state: ConsumptionState;
}

/** Closes all that ends at or before `until`, one with each step; each carries the state with which to go on. */
export function* closed(
  totaliser: Totaliser,
  state: ConsumptionState,
  until: number,
): Generator<ClosedPeriod, ConsumptionState, undefined> {
  let now = state;
  if (!Number.isSafeInteger(until)) return now;
  for (const period of totaliser.periods) {
    for (;;) {
      const mark = now.marks.find((one) => one.period === period);
      if (mark === undefined) break;
      const end = endOf(period, mark.start, totaliser.offset);
      if (!(end <= until)) break;
      const at = countAt(totaliser.setup, now, end);
      // As with averages: an hour without a reading is a result, a minute without one is not.
      const silent = isBrief(period) && mark.at === null && at === null;
      const next = silent ? startOf(period, until, totaliser.offset) : end;
      const later: Mark = { period, start: next, at: silent ? countAt(totaliser.setup, now, next) : at };
      const consumption = between(now, mark, at);
      now = { ...now, marks: now.marks.map((one) => (one.period === period ? later : one)) };
      if (!silent) yield { consumption, state: now };
    }
  }
  return now;
}

function countAt({ fresh }: CounterSetup, { last, counted, breaks }: ConsumptionState, t: number): Mark["at"] {
  if (last === null || last.t > t || t - last.t > fresh) return null;
  return { counted, breaks, entry: last.entry };
}

function between({ broken }: ConsumptionState, { period, start, at: from }: Mark, to: Mark["at"]): Consumption {
  return {
    kind: "consumption",
    period,
    start,
    value: difference(from, to, broken),
    from: from?.entry ?? null,
    to: to?.entry ?? null,
  };
}

function difference(from: Mark["at"], to: Mark["at"], broken: CounterEvent | null): Outcome {
  if (from === null || to === null) return absent("derive.counter-gap");
  if (from.breaks !== to.breaks) return absent("derive.counter", broken ?? undefined);
  const start = numberOf(from.counted);
  return found(toDecimal(plus(numberOf(to.counted), { coefficient: -start.coefficient, places: start.places })));
}

const numberOf = (text: string): Exact => exact(text, 999) ?? zero;
