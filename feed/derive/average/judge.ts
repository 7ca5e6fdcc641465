/** What a period gives once it is over: pure, from its tally and the regime. Nothing is ever put in where a value is missing. */
import { type Flag, flags } from "../../format/vocabulary.ts";
import { type Decimal, rounded } from "../decimal.ts";
import { absent, found, type NoValue, type Outcome } from "../outcome.ts";
import { endOf, isFebruary, lengthOf } from "./calendar.ts";
import type { Channel, Closed } from "./channel.ts";
import { type Exact, ofDecimal, quotient, short, times, toDecimal, whole, written } from "./exact.ts";
import type { Level, Regime, Rule } from "./regimes.ts";
import type { Quarters, Tally } from "./tally.ts";

/** The value, flag and counts of the period of `level` that `tally` is of. */
export function judge(channel: Channel, level: Level, tally: Tally): Closed {
  const expected = expectedParts(channel, level, tally.start);
  const running = tally.length - stoppedFor(level, tally, expected);
  const value = outcome(channel, level, tally, expected);
  const weighted = channel.weightedBy !== undefined;
  const total = channel.total === undefined ? undefined : totalOf(channel, level, tally, value, running);
  return {
    channel: channel.id,
    period: level.period,
    start: tally.start,
    value,
    flag: flagOf(channel.regime, tally, expected, value.ok),
    counts: {
      expected,
      arrived: tally.arrived,
      valid: tally.valid,
      invalidated: tally.invalidated,
      flags: { ...tally.flags },
    },
    coverage: coverage(tally.valid, expected),
    running,
    min: tally.min === null ? null : written(short(tally.min)),
    max: tally.max === null ? null : written(short(tally.max)),
    from: tally.from,
    to: tally.to,
    ...(channel.weightedBy === undefined ? {} : { weightedBy: channel.weightedBy }),
    ...(weighted && tally.valid > 0 ? { weight: written(quotient(tally.weight, whole(tally.valid))) } : {}),
    ...(total === undefined ? {} : { total }),
  };
}

function expectedParts(channel: Channel, level: Level, start: number): number {
  const length = lengthOf(level.period, start, channel.offset);
  if (level.from === "sample") return Math.max(1, Math.floor(length / channel.interval));
  return Math.round(length / (endOf(level.from, start, channel.offset) - start));
}

/** Samples stand for equal shares of their period; one that did not arrive does not say that the plant stood still. */
function stoppedFor(level: Level, tally: Tally, expected: number): number {
  if (level.from !== "sample") return tally.stopped;
  return Math.round((tally.flags.F * tally.length) / Math.max(expected, tally.arrived));
}

function outcome(channel: Channel, level: Level, tally: Tally, expected: number): Outcome {
  if (tally.valid === 0 || !fulfils(level.rule, tally, expected, channel))
    return absent(whyAbsent(tally, level, expected));
  const weighted = channel.weightedBy !== undefined;
  if (weighted && tally.weight.coefficient === 0n) return absent("derive.no-flow");
  const mean = quotient(tally.sum, weighted ? tally.weight : whole(tally.valid));
  return found(placed(mean, channel));
}

function whyAbsent(tally: Tally, level: Level, expected: number): NoValue {
  if (tally.invalidated > 0) return "derive.invalidated";
  if (tally.arrived > 0 && tally.flags.F === tally.arrived) return "derive.stopped";
  // What a formula gave is the only part of its period, and its reason is the period's.
  const single = level.from === "sample" && expected === 1;
  return (single ? tally.why : null) ?? "derive.coverage";
}

const placed = (value: Exact, { places }: Channel): Decimal =>
  places === undefined ? toDecimal(value) : rounded(toDecimal(value), places);

/** Whether the valid parts are enough for a value. */
function fulfils(rule: Rule, tally: Tally, expected: number, { offset }: Channel): boolean {
  switch (rule.kind) {
    case "count":
      return tally.valid >= (isFebruary(tally.start, offset) ? (rule.february ?? rule.least) : rule.least);
    case "share":
      return tally.valid * rule.least[1] >= expected * rule.least[0];
    case "discarded":
      return expected - tally.valid - tally.flags.F <= rule.most;
    case "quadrants":
      return tally.quarters !== undefined && quartersHold(tally.quarters, checked(tally), rule.apart);
  }
}

const checked = ({ flags: { C, M } }: Tally): boolean => C + M > 0;

function quartersHold({ arrived, stopped, valid, first, last }: Quarters, check: boolean, apart: number): boolean {
  // A quarter nothing is known of counts as one in which the plant ran: silence must not make an hour valid.
  const ran = arrived.map((count, i) => count === 0 || count > (stopped[i] ?? 0));
  if (ran.every((running, i) => !running || (valid[i] ?? 0) > 0)) return true;
  return check && first !== null && last !== null && last - first >= apart;
}

const letters = Object.keys(flags) as readonly Flag[];

/** The flag of the period. A period without a value is never N, whatever its parts were. */
function flagOf({ flag }: Regime, tally: Tally, expected: number, ok: boolean): Flag {
  const [some, of] = flag.normal;
  if (ok && tally.flags.N * of >= Math.max(expected, tally.arrived) * some) return "N";
  if (flag.otherwise === "D") return stoodStill(flag, tally, expected) ? "F" : "D";
  const silent = Math.max(0, expected - tally.arrived);
  const often = (letter: Flag): number => tally.flags[letter] + (letter === "B" ? silent : 0);
  const most = letters.slice(1).reduce((best, letter) => (often(letter) > often(best) ? letter : best), "F");
  return often(most) === 0 ? "D" : most;
}

const stoodStill = ({ stopped }: Regime["flag"], { flags: { F }, arrived }: Tally, expected: number): boolean =>
  stopped?.applies === true && F * stopped.least[1] >= Math.max(expected, arrived) * stopped.least[0];

const coverage = (valid: number, expected: number): string =>
  rounded(toDecimal(quotient(whole(Math.min(valid, expected)), whole(expected))), 4).toFixed(4);

/** HJ 212-2017, D.2: an hour's mass is its mean rate times the hour, a day's the sum of its hours. */
function totalOf(channel: Channel, level: Level, tally: Tally, value: Outcome, running: number): Outcome {
  if (!value.ok) return value;
  if (level.period === "day" || level.period === "month") return found(toDecimal(tally.total));
  const time = channel.regime.time === "running" ? running : tally.length;
  const per = channel.total?.per ?? tally.length;
  return found(toDecimal(quotient(times(ofDecimal(value.value), whole(time)), whole(per))));
}

/** Hours to 0.01, half up: how 40 CFR Part 75 writes operating time. */
export const hours = (running: number): string =>
  rounded(toDecimal(quotient(whole(running), whole(3_600_000))), 2).toFixed(2);
