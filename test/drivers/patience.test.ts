import fc from "fast-check";
import { expect, test } from "vitest";
import { afterSilence, doubtful, patient } from "../../drivers/patience.ts";

/** The pauses after each of so many attempts that took `waitedMs`, the first of them a whole poll. */
function pauses(count: number, waitedMs: number): number[] {
  let now = 0;
  let patience = patient;
  return Array.from({ length: count }, () => {
    now += waitedMs;
    patience = afterSilence(patience, waitedMs, now);
    const pause = patience.until - now;
    now = patience.until;
    return pause;
  });
}

test("after a poll without an answer the next one begins with one question, without a pause", () => {
  expect(doubtful(patient)).toBe(false);
  const once = afterSilence(patient, 300, 1000);
  expect(doubtful(once)).toBe(true);
  expect(once.until).toBe(1000);
});

test("pauses double from two seconds to a minute", () => {
  expect(pauses(9, 1)).toEqual([0, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000]);
});

test("a question that costs more is paused for longer, from the first pause on", () => {
  expect(pauses(3, 2000)).toEqual([0, 144_000, 144_000]);
});

test("an attempt, with the silence after it, takes a twentieth of its time at most", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 60_000 }), fc.integer({ min: 2, max: 2000 }), (waitedMs, unanswered) => {
      const { until } = afterSilence({ unanswered, until: 0 }, waitedMs, 0);
      const cost = 3 * waitedMs;
      expect(cost / (cost + until)).toBeLessThanOrEqual(0.05);
      expect(until).toBeLessThanOrEqual(Math.max(60_000, 72 * waitedMs));
    }),
  );
});
