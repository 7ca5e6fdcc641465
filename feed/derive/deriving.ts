import type { Derivation, FrameBody, Period } from "../format/body.ts";
import type { Flag } from "../format/vocabulary.ts";
import { invalidated, type Span } from "./average/amend.ts";
import { type Averages, makeAverages, type Taken } from "./average/averages.ts";
import { endOf, lengthOf, startOf } from "./average/calendar.ts";
import type { Channel, Closed, Sample } from "./average/channel.ts";
import type { CountingState } from "./average/counting-state.ts";
import type { AveragesState } from "./average/state.ts";
import { formulaById } from "./catalogue.ts";
import { type ConstantSetId, constantsOf } from "./constants.ts";
import { counterOf } from "./counter-input.ts";
import { type CounterNews, type Counting, makeCounting } from "./counting.ts";
import type { Decimal } from "./decimal.ts";
import { type Input, readInput } from "./declared.ts";
import { evaluate } from "./evaluate.ts";
import type { Constants, Formula } from "./formula.ts";
import { regimeFrom, regimeNamed, regimeOf } from "./regime.ts";
import { ownTimesOf, samplesOf } from "./samples.ts";
import type { Values } from "./values.ts";

/** A derived channel, as a configuration entry declares it. */
export interface Declared {
  readonly id: string;
  readonly unit: string;
  readonly places: number;
  readonly how: Derivation;
}

/**
 * Everything a site derives, from samples to closed periods. Pure but for its own state, and without a clock: the plant makes
 * the values with it, and whoever checks them makes them again.
 */
export interface Deriving {
  /** A sample of a measured channel. One that nothing is made of is taken and forgotten. */
  take(channel: string, sample: Sample): Taken;
  /** The samples of one poll, each at the time at which it counts. */
  samplesOf(frame: FrameBody, seq: number): ReturnType<typeof samplesOf>;
  /** A sample from before all of it: no average has it, and a totaliser goes on from it. */
  recall(channel: string, sample: Sample): void;
  /** Closes all that ends at or before `until` (Unix ms): minute by minute, inputs before what is made of them. */
  close(until: number): readonly Closed[];
  /** All before it is closed, Unix ms. */
  until(): number;
  state(): DerivingState;
}

export interface DerivingState {
  /** All before it is closed, Unix ms. */
  readonly until: number;
  readonly channels: readonly AveragesState[];
  readonly counters: readonly CountingState[];
}

const minute = 60_000;
/** A clock that jumps must not fill memory. */
const ahead = 2 * 3_600_000;

interface Counted {
  readonly declared: Declared;
  readonly counting: Counting;
}

interface Made {
  readonly declared: Declared;
  readonly averages: Averages;
  /** Absent: the mean of the measured channel of its own name. */
  readonly by?: {
    readonly formula: Formula;
    readonly constants: Constants;
    readonly inputs: readonly (readonly [name: string, input: Input])[];
  };
}

/** What makes a deriving besides its channels. */
export interface DerivingOptions {
  /** Is told what happens to counters, as their minutes close. */
  readonly tell?: (news: CounterNews) => void;
  /** Times of a measured channel whose samples enter no mean, since no check proves them. */
  readonly unproven?: (channel: string) => readonly Span[];
  /** How far beyond what is closed a sample may lie, ms. */
  readonly reach?: number;
}

/**
 * `channels`: each after those it is made of. `offset`: how far the site's days begin before those of UTC, in ms. `from`:
 * Unix ms from which samples count, or an earlier state. Throws TypeError for a declaration that cannot be carried out.
 */
export function makeDeriving(
  channels: readonly Declared[],
  offset: number,
  from: number | DerivingState,
  { tell = () => {}, unproven = () => [], reach = ahead }: DerivingOptions = {},
): Deriving {
  const all = channels.map((declared) => countedOf(declared, offset, from) ?? madeOf(declared, offset, from, reach));
  const made = all.filter((one) => "averages" in one);
  const counters = all.flatMap((one) => ("counting" in one ? [one.counting] : []));
  const measured = new Map(made.filter(({ by }) => by === undefined).map((one) => [one.declared.id, one.averages]));
  const own = ownTimesOf(channels);
  let until = typeof from === "number" ? Math.floor(from / minute) * minute : from.until;

  const step = (end: number): Closed[] => {
    const closed = new Map<string, Closed>();
    const put = (period: Closed): void => void closed.set(keyOf(period.channel, period.period), period);
    for (const one of all) {
      if ("counting" in one) {
        const { closed: periods, news } = one.counting.close(end);
        for (const period of periods) put(period);
        for (const event of news) tell(event);
        continue;
      }
      if (one.by !== undefined) feed(one, end, offset, closed);
      for (const period of one.averages.close(end)) put(period);
    }
    return [...closed.values()];
  };
  const count = (channel: string, sample: Sample): Taken => {
    const mine = counters.filter((counting) => counting.channels.includes(channel));
    if (mine.length === 0) return "taken";
    if (sample.t < until) return "late";
    if (!(sample.t < until + reach)) return "beyond";
    for (const counting of mine) counting.take(channel, sample);
    return "taken";
  };
  return {
    take: (channel, sample) => {
      const counted = count(channel, sample);
      const taken = measured.get(channel)?.take(invalidated(sample, unproven(channel))) ?? "taken";
      return taken === "taken" ? counted : taken;
    },
    samplesOf: (frame, seq) => samplesOf(frame, seq, own),
    recall: (channel, sample) => {
      for (const counting of counters) if (counting.channels.includes(channel)) counting.recall(channel, sample);
    },
    close: (now) => {
      const periods: Closed[] = [];
      for (; until + minute <= now; until += minute) periods.push(...step(until + minute));
      return periods;
    },
    until: () => until,
    state: () => ({
      until,
      channels: made.map(({ averages }) => averages.state()),
      counters: counters.map((counting) => counting.state()),
    }),
  };
}

const keyOf = (channel: string, period: Period): string => `${period} ${channel}`;

/** Gives the formula's value of the period that ends now to its own averages, unless none of its inputs had anything. */
function feed(
  { declared, averages, by }: Made,
  end: number,
  offset: number,
  closed: ReadonlyMap<string, Closed>,
): void {
  const { at, weight } = declared.how;
  const start = startOf(at, end - 1, offset / minute);
  if (by === undefined || endOf(at, start, offset / minute) !== end) return;
  const values: Record<string, Decimal | null> = {};
  const flags: Flag[] = [];
  const entries: number[] = [];
  let arrived = false;
  let unproven = false;
  for (const [name, input] of by.inputs) {
    if (input.is === "number") {
      values[name] = input.value;
      continue;
    }
    const period = closed.get(keyOf(input.channel, at));
    values[name] = period?.value.ok === true ? period.value.value.times(input.times) : null;
    flags.push(period?.flag ?? "D");
    unproven ||= period?.value.ok === false && period.value.why === "derive.invalidated";
    if (period === undefined || period.counts.arrived === 0) continue;
    arrived = true;
    for (const entry of [period.from, period.to]) if (entry !== null) entries.push(entry);
  }
  if (!arrived) return;
  const outcome = evaluate(by.formula, values as Values, by.constants);
  const flag = worst(flags, outcome.ok);
  const why = outcome.ok
    ? averages.channel.regime.valid.includes(flag)
      ? undefined
      : "derive.doubt"
    : unproven
      ? "derive.invalidated"
      : outcome.why;
  const heavy = weight === undefined ? undefined : closed.get(keyOf(weight, at));
  averages.take({
    t: start,
    value: outcome.ok ? outcome.value.toFixed() : null,
    flag,
    ...(why !== undefined && { reason: why }),
    ...(weight === undefined ? {} : { weight: heavy?.value.ok === true ? heavy.value.value.toFixed() : null }),
    entry: Math.min(...entries),
  });
}

/** N only if every input is; a value that is not there never is. */
function worst(flags: readonly Flag[], ok: boolean): Flag {
  return flags.find((flag) => flag !== "N") ?? (ok ? "N" : "D");
}

/** A channel that a totaliser counts; undefined for any other. */
function countedOf(declared: Declared, offset: number, from: number | DerivingState): Counted | undefined {
  const { id, how } = declared;
  const input = counterOf(how);
  if (input === undefined) return undefined;
  const periods = periodsOf(how);
  if (periods === undefined) throw new TypeError(`${id}: there is no regime ${how.regime} by the ${how.at}`);
  const counter = { ...input, id, periods, offset: offset / minute };
  const state = typeof from === "number" ? from : from.counters.find(({ channel }) => channel === id);
  return { declared, counting: makeCounting(counter, state ?? (from as DerivingState).until) };
}

/** What a derived channel is to the averages. `offset`: as above. Throws TypeError where there is no such regime. */
export function averagedAs({ id, places, how }: Declared, offset: number): Channel {
  const regime = regimeOf(how);
  const isMean = how.formula === "mean";
  const own = regime && (isMean ? regime : regimeFrom(regime, how.at));
  if (own === undefined) throw new TypeError(`${id}: there is no regime ${how.regime} by the ${how.at}`);
  return {
    id,
    regime: own,
    offset: offset / minute,
    interval: how.every ?? lengthOf(how.at, 0, offset / minute),
    places,
    ...(how.weight === undefined ? {} : { weightedBy: how.weight }),
    ...(how.longer === "sum" ? { total: { per: 3_600_000 } } : {}),
  };
}

function madeOf(declared: Declared, offset: number, from: number | DerivingState, reach: number): Made {
  const { id, how } = declared;
  const channel = averagedAs(declared, offset);
  const state = typeof from === "number" ? from : from.channels.find((one) => one.channel === id);
  const averages = makeAverages(channel, state ?? (from as DerivingState).until, reach);
  if (how.formula === "mean") return { declared, averages };
  const formula = formulaById(how.formula);
  if (formula === undefined) throw new TypeError(`${id}: there is no formula ${how.formula}`);
  const inputs = Object.entries(how.in).map(([name, text]) => {
    const input = readInput(text);
    if (input === undefined) throw new TypeError(`${id}: ${text} is no input`);
    return [name, input] as const;
  });
  return { declared, averages, by: { formula, constants: constantsOf(how.constants as ConstantSetId), inputs } };
}

function periodsOf({ regime, at }: Derivation): readonly Period[] | undefined {
  const rules = regimeNamed(regime);
  return rules && regimeFrom(rules, at)?.levels.map(({ period }) => period);
}
