import type { Point, Sourced, Verdict } from "./check.ts";

/** A check with its verdict. `id` tells it from others: the number of its entry, for example. */
export interface JudgedCheck {
  readonly id: string;
  readonly point: Point;
  readonly t: number;
  readonly verdict: Verdict;
}

/** How long a pass proves the values after it, and what a failure takes away before it. */
export interface Timer extends Sourced {
  /** Milliseconds from a pass on. A value at that very moment is no longer proven; a check then is still in time. */
  readonly lasts: number;
  /** Where a failure's span begins: at the last pass of the point, or at the failure itself. */
  readonly reach: "last-pass" | "failure";
  readonly points: readonly Point[];
}

const hours = (n: number): number => n * 3_600_000;
const days = (n: number): number => hours(24 * n);
const both: readonly Point[] = ["zero", "span"];
const hj75: Sourced = { source: "HJ 75-2017 clause 11, from memory", verified: false };

/** Timers to choose from; a site may declare another. */
export const timers = {
  part75: {
    source: "40 CFR 75 App. B 2.1.4 and 2.1.5, from memory; taken as 26 hours from the check",
    verified: false,
    lasts: hours(26),
    reach: "failure",
    points: both,
  },
  "hj75-gas-automatic": { ...hj75, lasts: days(1), reach: "last-pass", points: both },
  "hj75-gas-manual": { ...hj75, lasts: days(7), reach: "last-pass", points: both },
  "hj75-particulate-automatic": { ...hj75, lasts: days(15), reach: "last-pass", points: both },
  "hj75-particulate-manual": { ...hj75, lasts: days(30), reach: "last-pass", points: both },
  "hj75-velocity-automatic": { ...hj75, lasts: days(1), reach: "last-pass", points: ["zero"] },
  "hj75-velocity-manual": { ...hj75, lasts: days(30), reach: "last-pass", points: ["zero"] },
} as const satisfies { readonly [name: string]: Timer };

/** Why values are not proven: a check failed; the last pass is too old; there was no pass yet. */
export type Why = "failed" | "expired" | "unproven";

/** [from, to) in Unix milliseconds. `by` is the check that caused it: the failure, or the pass that ran out. */
export interface Span {
  readonly from: number;
  readonly to: number;
  readonly why: Why;
  readonly by: JudgedCheck | undefined;
}

/**
 * The times in [since, until) whose values no calibration proves. They are in the order of time, do not overlap, and do not
 * depend on the order of `checks`. Every point of the timer has to be proven by itself; where several reasons hold at once,
 * a failure counts before an expiry, and the earlier check before the later. An open span ends at `until` and grows with it.
 */
export function unprovenSpans(checks: readonly JudgedCheck[], timer: Timer, since: number, until: number): Span[] {
  const spans = timer.points.flatMap((point) => {
    const own = checks.filter((check) => check.point === point && check.t < until).sort(inOrder);
    return ofPoint(own, timer, since, until);
  });
  return apart(spans.map((span) => ({ ...span, from: Math.max(span.from, since), to: Math.min(span.to, until) })));
}

/**
 * Until when the checks so far prove what is measured, in Unix milliseconds: the earliest end of the points' last passes.
 * Undefined when a point has no pass, or failed since.
 */
export function provenUntil(checks: readonly JudgedCheck[], timer: Timer): number | undefined {
  const last = timer.points.map((point) =>
    checks
      .filter((check) => check.point === point)
      .sort(inOrder)
      .at(-1),
  );
  const ends = last.flatMap((check) => (check && check.verdict !== "fail" ? [check.t + timer.lasts] : []));
  return ends.length === timer.points.length && ends.length > 0 ? Math.min(...ends) : undefined;
}

function ofPoint(checks: readonly JudgedCheck[], timer: Timer, since: number, until: number): Span[] {
  const spans: Span[] = [];
  let pass: JudgedCheck | undefined;
  let failure: { readonly check: JudgedCheck; readonly from: number } | undefined;
  const closeAt = (t: number): void => {
    if (failure !== undefined) spans.push({ from: failure.from, to: t, why: "failed", by: failure.check });
    if (pass === undefined) spans.push({ from: since, to: t, why: "unproven", by: undefined });
    else if (pass.t + timer.lasts < t) spans.push({ from: pass.t + timer.lasts, to: t, why: "expired", by: pass });
  };
  for (const check of checks) {
    if (check.verdict === "fail") {
      failure ??= { check, from: timer.reach === "failure" ? check.t : (pass?.t ?? since) };
      continue;
    }
    closeAt(check.t);
    pass = check;
    failure = undefined;
  }
  closeAt(until);
  return spans;
}

/** Cut where spans meet, keep the weightiest reason of each piece, and join again what belongs together. */
function apart(spans: readonly Span[]): Span[] {
  const cuts = [...new Set(spans.flatMap(({ from, to }) => [from, to]))].sort((a, b) => a - b);
  const ranked = spans.filter(({ from, to }) => from < to).sort(byWeight);
  const pieces: Span[] = [];
  for (const [i, from] of cuts.entries()) {
    const to = cuts[i + 1];
    const reason = to === undefined ? undefined : ranked.find((span) => span.from <= from && to <= span.to);
    if (to === undefined || reason === undefined) continue;
    const last = pieces[pieces.length - 1];
    const joins = last?.to === from && last.why === reason.why && last.by === reason.by;
    if (joins) pieces.pop();
    pieces.push({ ...reason, from: joins ? last.from : from, to });
  }
  return pieces;
}

const weight: Readonly<Record<Why, number>> = { failed: 0, expired: 1, unproven: 2 };
const byWeight = (a: Span, b: Span): number =>
  weight[a.why] - weight[b.why] || (a.by && b.by ? inOrder(a.by, b.by) : 0);

/** Of two checks at the same moment the failure comes last: it must not be hidden by a pass beside it. */
const inOrder = (a: JudgedCheck, b: JudgedCheck): number =>
  a.t - b.t ||
  Number(a.verdict === "fail") - Number(b.verdict === "fail") ||
  (a.point === b.point ? 0 : a.point === "zero" ? -1 : 1) ||
  (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
