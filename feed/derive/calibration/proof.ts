import type { Calibration, ConfigBody } from "../../format/body.ts";
import { isoTime, type StoredEntry } from "../../format/entry.ts";
import { millis } from "../../format/vocabulary.ts";
import type { Point } from "./check.ts";
import { type JudgedCheck, type Span, type Timer, unprovenSpans } from "./validity.ts";
import { type Judging, verdictOf } from "./watch.ts";

/** A check as its `event` entry tells it. */
export interface KnownCheck {
  /** Number of the event entry. */
  readonly seq: number;
  readonly channel: string;
  readonly point: Point;
  /** Unix ms. */
  readonly t: number;
  readonly reading: string;
  readonly reference: string;
}

/** The check that an entry tells of. */
export function checkIn(entry: StoredEntry): KnownCheck | undefined {
  if (entry.type !== "event" || entry.check === undefined) return undefined;
  const { channel, point, at, reading, reference } = entry.check;
  return { seq: entry.seq, channel, point, t: Date.parse(at), reading, reference };
}

/**
 * What the checks of the log leave unproven. Nothing but the declaration and the entries of the checks goes into it, and each
 * verdict is made again from its numbers: whoever has the log comes to the same.
 */
export interface Proof {
  /** In any order; one that is known already changes nothing. */
  add(check: KnownCheck): void;
  /** Times of a measured channel that no check proves, by the entries below `before`; the last span may have no end. */
  spans(channel: string, before?: number): readonly Span[];
  /** Every span that ever began or ended is a matter of checks so near to it, ms; 0 where checks take nothing away. */
  readonly reach: number;
  readonly channels: readonly string[];
}

/** `id` of the pass that a declaration stands for: what was measured before the first check has the time of one to be proven. */
export const declaredPass = "declared";
const none: readonly Span[] = [];

export function makeProof({ calibrate = {} }: Pick<ConfigBody, "calibrate">): Proof {
  const of = new Map(
    Object.entries(calibrate).flatMap(([channel, how]) => (how.timer ? [[channel, provingOf(how, how.timer)]] : [])),
  );
  return {
    add: (check) => of.get(check.channel)?.add(check),
    spans: (channel, before = Number.POSITIVE_INFINITY) => of.get(channel)?.spans(before) ?? none,
    reach: Math.max(0, ...Object.values(calibrate).map(({ timer }) => timer?.lasts ?? 0)),
    channels: [...of.keys()],
  };
}

interface Proving {
  add(check: KnownCheck): void;
  spans(before: number): readonly Span[];
}

function provingOf(how: Calibration, { lasts, reach, since }: NonNullable<Calibration["timer"]>): Proving {
  const points = pointsOf(how);
  const timer: Timer = { source: "the declaration", verified: true, lasts, reach, points };
  const judging = { rules: how.rules, kind: how.kind, scale: how.scale } as Judging;
  const begin = Date.parse(since);
  const first = points.map((point) => ({ id: declaredPass, point, t: begin, verdict: "pass" }) as const);
  const known = new Map<number, JudgedCheck & { readonly seq: number }>();
  // By how many checks it is made of: those below a number are the first so many of them.
  const made = new Map<number, readonly Span[]>();
  const spansOf = (counted: readonly JudgedCheck[]): readonly Span[] => {
    const spans =
      made.get(counted.length) ?? unprovenSpans([...first, ...counted], timer, begin, Number.POSITIVE_INFINITY);
    made.set(counted.length, spans);
    return spans;
  };
  return {
    add: (check) => {
      const verdict = verdictOf(check, judging);
      if (verdict === undefined || known.has(check.seq)) return;
      known.set(check.seq, { id: `${check.seq}`, seq: check.seq, point: check.point, t: check.t, verdict });
      made.clear();
    },
    spans: (before) =>
      (before === Number.POSITIVE_INFINITY ? made.get(known.size) : undefined) ??
      spansOf([...known.values()].filter(({ seq }) => seq < before)),
  };
}

export const pointsOf = ({ zero, span }: Pick<Calibration, "zero" | "span">): readonly Point[] => [
  ...(zero === undefined ? [] : (["zero"] as const)),
  ...(span === undefined ? [] : (["span"] as const)),
];

/** The first moment that lies in one of two lists of spans and not in the other; Infinity where there is none. */
export function firstApart(a: readonly Span[], b: readonly Span[]): number {
  const cuts = [...a, ...b].flatMap(({ from, to }) => [from, to]).sort((x, y) => x - y);
  return cuts.find((t) => isIn(a, t) !== isIn(b, t)) ?? Number.POSITIVE_INFINITY;
}

export const isIn = (spans: readonly Pick<Span, "from" | "to">[], t: number): boolean =>
  spans.some(({ from, to }) => from <= t && t < to);

/** The part of the spans that lies in [from, to). */
export const within = (spans: readonly Span[], from: number, to: number): readonly Span[] =>
  spans
    .filter((span) => span.from < to && span.to > from)
    .map((span) => ({ ...span, from: Math.max(span.from, from), to: Math.min(span.to, to) }));

const at = (t: number): string => isoTime(millis(t));

/** Why a span is not proven, in a sentence that names the check and its entry. */
export function spanText(channel: string, { from, why, by }: Span): string {
  const check = by === undefined ? "no check" : `the ${by.point} check of ${channel} at ${at(by.t)} (entry ${by.id})`;
  if (why === "failed") return `${check} failed: nothing since ${at(from)} is proven`;
  if (by?.id === declaredPass) return `no ${by.point} check of ${channel} was made by ${at(from)}`;
  return why === "expired" ? `${check} ran out at ${at(from)}` : `no check of ${channel} passed before`;
}
