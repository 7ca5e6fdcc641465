import type { Flag } from "../../format/vocabulary.ts";
import { type Decimal, decimal } from "../decimal.ts";
import { type Absent, absent } from "../outcome.ts";
import { count, mean, numberIn } from "../statistics.ts";
import type { Check, Point } from "./check.ts";

/** A reading of one channel as it stands in an entry, and when it was taken (Unix milliseconds). */
export interface Sample {
  readonly t: number;
  readonly value: string | null;
  readonly flag: Flag;
  readonly reason?: string;
}

/** What is at the inlet, and what the instrument ought to say to it. */
export interface Level {
  readonly point: Point;
  readonly reference: string;
}

/**
 * How checks are told from measuring, of one channel. `named` maps the reason beside flag C ("status.zero", as a profile
 * names it) to a level; `announced` are those an operator announced for a time, [from, to), of instruments that say
 * "calibration" and no more. Where both fit, the instrument's own word counts.
 */
export interface Recognition {
  readonly named: { readonly [reason: string]: Level };
  readonly announced: readonly (Level & { readonly from: number; readonly to: number })[];
  /** The reading of a check is the mean of the last `samples` in a row that lie within `spread` of each other. */
  readonly samples: number;
  readonly spread: string;
  /** Milliseconds without a sample after which what follows is another check. */
  readonly gap: number;
}

/** A check under way, as JSON: no more than `samples` readings, and the last that had settled. */
export interface Running extends Level {
  readonly last: number;
  readonly readings: readonly string[];
  readonly settled?: { readonly t: number; readonly readings: readonly string[] };
}
export type Recognised =
  | { readonly ok: true; readonly check: Check }
  | (Absent & { readonly point: Point; readonly t: number });
export interface Recognising {
  readonly running: Running | undefined;
  /** The check that this sample shows to be over. */
  readonly done: Recognised | undefined;
}

/** One sample more, in the order of time. A check is over with the first sample that does not belong to it. */
export function recognise(
  running: Running | undefined,
  sample: Sample,
  channel: string,
  recognition: Recognition,
): Recognising {
  const level = levelOf(sample, recognition);
  const goesOn = running !== undefined && level !== undefined && isSame(running, level, sample, recognition.gap);
  const before = goesOn ? running : undefined;
  const done = goesOn || running === undefined ? undefined : finish(running, channel, recognition);
  return { running: level === undefined ? undefined : advance(before, level, sample, recognition), done };
}

/** The check under way, taken as over: at the end of the samples. */
export function finish(
  { point, reference, last, settled }: Running,
  channel: string,
  { samples }: Recognition,
): Recognised {
  if (settled === undefined) return { ...absent("derive.unstable", `fewer than ${samples} settled`), point, t: last };
  const reading = mean(settled.readings.map(decimal));
  if (reading === undefined) return { ...absent("derive.unstable"), point, t: last };
  return { ok: true, check: { channel, point, t: settled.t, reading: reading.toFixed(), reference, origin: "status" } };
}

/** A check an operator wrote down. Numbers that are none are refused. */
export function byHand(entered: Omit<Check, "origin">): { readonly ok: true; readonly check: Check } | Absent {
  const { reading, reference, t } = entered;
  if (numberIn(reading) === undefined || numberIn(reference) === undefined) return absent("derive.not-a-number");
  if (!Number.isSafeInteger(t)) return absent("derive.not-a-number", "t");
  return { ok: true, check: { ...entered, origin: "hand" } };
}

function levelOf({ t, flag, reason }: Sample, { named, announced }: Recognition): Level | undefined {
  if (flag !== "C") return undefined;
  const own = reason !== undefined && Object.hasOwn(named, reason) ? named[reason] : undefined;
  return own ?? announced.find(({ from, to }) => from <= t && t < to);
}

const isSame = (running: Running, level: Level, { t }: Sample, gap: number): boolean =>
  running.point === level.point && running.reference === level.reference && t - running.last <= gap;

function advance(
  before: Running | undefined,
  { point, reference }: Level,
  { t, value }: Sample,
  { samples, spread }: Recognition,
): Running {
  const known = { point, reference, last: t };
  const settled = before?.settled === undefined ? {} : { settled: before.settled };
  // A missing reading breaks the row: what is stable must be seen without a hole.
  if (value === null || numberIn(value) === undefined) return { ...known, readings: [], ...settled };
  const readings = [...(before?.readings ?? []), value].slice(-Math.max(1, samples));
  return isSettled(readings, samples, numberIn(spread))
    ? { ...known, readings, settled: { t, readings } }
    : { ...known, readings, ...settled };
}

function isSettled(readings: readonly string[], samples: number, spread: Decimal | undefined): boolean {
  if (readings.length < samples || spread === undefined) return false;
  const sorted = readings.map(decimal).sort((a, b) => a.cmp(b));
  const [least = count(0), most = least] = [sorted[0], sorted[sorted.length - 1]];
  return most.minus(least).lte(spread);
}
