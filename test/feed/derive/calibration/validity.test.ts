import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type JudgedCheck,
  provenUntil,
  type Span,
  type Timer,
  timers,
  unprovenSpans,
} from "../../../../feed/derive/calibration/validity.ts";

const hour = 3_600_000;
const day: Timer = { source: "test", verified: false, lasts: 24 * hour, reach: "last-pass", points: ["zero"] };
const check = (at: number, verdict: JudgedCheck["verdict"], point: JudgedCheck["point"] = "zero"): JudgedCheck => ({
  id: `${point} ${at} ${verdict}`,
  point,
  t: at * hour,
  verdict,
});
const shown = (spans: readonly Span[]) =>
  spans.map(({ from, to, why, by }) => `${from / hour}-${to / hour} ${why}${by ? ` ${by.id}` : ""}`);
const spans = (checks: readonly JudgedCheck[], timer: Timer, until: number, since = 0) =>
  shown(unprovenSpans(checks, timer, since * hour, until * hour));

describe("one point", () => {
  it("is proven from a pass on, as long as the timer lasts", () => {
    expect(spans([check(0, "pass")], day, 24)).toEqual([]);
    expect(spans([check(0, "pass")], day, 25)).toEqual(["24-25 expired zero 0 pass"]);
    expect(spans([check(0, "pass"), check(24, "pass")], day, 48)).toEqual([]);
    expect(spans([check(0, "pass"), check(26, "pass")], day, 48)).toEqual(["24-26 expired zero 0 pass"]);
  });

  it("is not proven before its first pass", () => {
    expect(spans([], day, 5)).toEqual(["0-5 unproven"]);
    expect(spans([check(3, "pass")], day, 5)).toEqual(["0-3 unproven"]);
    expect(spans([check(-3, "pass")], day, 5)).toEqual([]);
  });

  it("loses by a failure what follows the last pass, until the next", () => {
    const failed = [check(0, "pass"), check(20, "fail"), check(22, "fail"), check(23, "pass")];
    expect(spans(failed, day, 30)).toEqual(["0-23 failed zero 20 fail"]);
    expect(spans(failed.slice(0, 3), day, 30)).toEqual(["0-30 failed zero 20 fail"]);
    expect(spans([check(5, "fail"), check(7, "pass")], day, 10)).toEqual(["0-7 failed zero 5 fail"]);
  });

  it("loses nothing before the failure where the rule says so, but what had expired", () => {
    const timer: Timer = { ...day, reach: "failure" };
    expect(spans([check(0, "pass"), check(20, "fail"), check(23, "pass")], timer, 30)).toEqual([
      "20-23 failed zero 20 fail",
    ]);
    expect(spans([check(0, "pass"), check(26, "fail"), check(28, "pass")], timer, 30)).toEqual([
      "24-26 expired zero 0 pass",
      "26-28 failed zero 26 fail",
    ]);
  });

  it("counts a check that asks for an adjustment as passed", () => {
    expect(spans([check(0, "pass"), check(20, "adjust")], day, 44)).toEqual([]);
  });

  it("lets a failure stand that has a pass beside it at the same moment", () => {
    expect(spans([check(0, "pass"), check(5, "fail"), check(5, "pass")], day, 9)).toEqual(["5-9 failed zero 5 fail"]);
  });
});

describe("two points", () => {
  const both: Timer = { ...day, points: ["zero", "span"] };

  it("have to be proven each by itself", () => {
    const checks = [check(0, "pass"), check(0, "pass", "span"), check(20, "pass"), check(20, "fail", "span")];
    expect(spans(checks, both, 22)).toEqual(["0-22 failed span 20 fail"]);
    expect(spans([check(0, "pass")], both, 5)).toEqual(["0-5 unproven"]);
  });

  it("share no moment: a failure counts before an expiry", () => {
    const checks = [
      ...[check(0, "pass"), check(0, "pass", "span")],
      ...[check(30, "fail", "span"), check(31, "pass", "span"), check(32, "pass")],
    ];
    expect(spans(checks, both, 40)).toEqual(["0-31 failed span 30 fail", "31-32 expired zero 0 pass"]);
  });
});

it("runs 26 hours for Part 75, a day or a week for HJ 75's gas instruments", () => {
  const both = (at: number): JudgedCheck[] => [check(at, "pass"), check(at, "pass", "span")];
  expect(spans(both(0), timers.part75, 27)).toEqual(["26-27 expired zero 0 pass"]);
  expect(spans(both(0), timers["hj75-gas-automatic"], 25)).toEqual(["24-25 expired zero 0 pass"]);
  expect(spans(both(0), timers["hj75-gas-manual"], 169)).toEqual(["168-169 expired zero 0 pass"]);
  expect(Object.values(timers).every(({ verified }) => !verified)).toBe(true);
});

it("says until when what is measured is proven", () => {
  const both: Timer = { ...day, points: ["zero", "span"] };
  const passed = [check(5, "adjust", "span"), check(3, "pass"), check(1, "fail")];
  expect(provenUntil(passed, both)).toBe(27 * hour);
  expect(provenUntil([...passed, check(5, "fail", "span")], both)).toBeUndefined();
  expect(provenUntil([check(3, "pass")], both)).toBeUndefined();
  expect(provenUntil([check(3, "pass")], { ...day, points: [] })).toBeUndefined();
});

const checks = fc.array(
  fc
    .tuple(
      fc.integer({ min: -20, max: 120 }),
      fc.constantFrom<JudgedCheck["verdict"]>("pass", "pass", "adjust", "fail"),
      fc.constantFrom<JudgedCheck["point"]>("zero", "span"),
    )
    .map(([at, verdict, point]) => check(at, verdict, point)),
  { maxLength: 20 },
);
const anyTimer = fc.record({
  source: fc.constant("test"),
  verified: fc.constant(false),
  lasts: fc.integer({ min: 1, max: 60 }).map((n) => n * hour),
  reach: fc.constantFrom<Timer["reach"]>("last-pass", "failure"),
  points: fc.constantFrom<Timer["points"]>(["zero"], ["span"], ["zero", "span"]),
});

describe("any checks", () => {
  const found = (given: readonly JudgedCheck[], timer: Timer) => unprovenSpans(given, timer, 0, 100 * hour);

  it("give spans in order that do not overlap and lie in the time asked for", () => {
    fc.assert(
      fc.property(checks, anyTimer, (given, timer) => {
        const ends = found(given, timer).flatMap(({ from, to }) => [from, to]);
        expect(ends).toEqual([...ends].sort((a, b) => a - b));
        expect(found(given, timer).every(({ from, to }) => 0 <= from && from < to && to <= 100 * hour)).toBe(true);
      }),
    );
  });

  it("give the same spans in whatever order they were entered", () => {
    fc.assert(
      fc.property(
        checks.chain((given) => fc.tuple(fc.constant(given), fc.shuffledSubarray(given, { minLength: given.length }))),
        anyTimer,
        ([given, shuffled], timer) => {
          expect(found(shuffled, timer)).toEqual(found(given, timer));
        },
      ),
    );
  });

  it("prove what lies between now and the end of the last passes, and nothing after it", () => {
    fc.assert(
      fc.property(checks, anyTimer, (given, timer) => {
        const now = Math.max(0, ...given.map(({ t }) => t));
        const end = provenUntil(given, timer);
        const later = unprovenSpans(given, timer, now, 1000 * hour);
        expect(later.filter(({ from }) => from >= now)[0]?.from).toBe(Math.max(now, end ?? now));
      }),
    );
  });

  it("leave an hour as a slow walk through the checks leaves it", () => {
    // Judged by itself for one moment: the newest pass before it, and whether a failure comes before the next.
    const isProven = (t: number, own: readonly JudgedCheck[], timer: Timer): boolean => {
      const sorted = [...own].sort((a, b) => a.t - b.t || Number(a.verdict === "fail") - Number(b.verdict === "fail"));
      const past = sorted.filter((one) => one.t <= t);
      const next = sorted.filter((one) => one.t > t && one.t < 100 * hour)[0];
      const last = past.at(-1);
      if (last === undefined || last.verdict === "fail" || t - last.t >= timer.lasts) return false;
      return !(timer.reach === "last-pass" && next?.verdict === "fail");
    };
    fc.assert(
      fc.property(checks, anyTimer, fc.integer({ min: 0, max: 199 }), (given, timer, halves) => {
        const t = (halves * hour) / 2;
        const covered = found(given, timer).some(({ from, to }) => from <= t && t < to);
        const proven = timer.points.every((point) =>
          isProven(
            t,
            given.filter((one) => one.point === point),
            timer,
          ),
        );
        expect(covered).toBe(!proven);
      }),
      { numRuns: 500 },
    );
  });
});
