import fc from "fast-check";
import { expect, test } from "vitest";
import { nextSlot, type Slot } from "../../../agent/collect/schedule.ts";
import { millis, seconds } from "../../../feed/format/vocabulary.ts";

const at = (wall: number, mono: number) => ({ wall: millis(wall), mono: millis(mono) });

test("slots are multiples of the period on the wall clock", () => {
  expect(nextSlot(at(12_345, 500), seconds(5))).toEqual({ wall: 15_000, mono: 3_155, skipped: 0 });
});

test("a thousand polls of varying length stay on the grid", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 900 }), { minLength: 1, maxLength: 200 }), (durations) => {
      let now = at(1_000_123, 77);
      let slot: Slot | undefined;
      for (const duration of durations) {
        slot = nextSlot(now, seconds(1), slot);
        expect(slot.wall % 1000).toBe(0);
        expect(slot.skipped).toBe(0);
        now = at(slot.wall + duration, slot.mono + duration);
      }
      expect(slot?.wall).toBe(1_001_000 + (durations.length - 1) * 1000);
    }),
  );
});

test("slots missed by a slow poll are skipped and counted", () => {
  const first = nextSlot(at(0, 0), seconds(1));
  expect(nextSlot(at(first.wall + 3_400, first.mono + 3_400), seconds(1), first)).toEqual({
    wall: 5_000,
    mono: 5_000,
    skipped: 3,
  });
});

test("waking a moment early on a slewed clock does not poll the same slot twice", () => {
  const first = nextSlot(at(0, 0), seconds(1));
  expect(nextSlot(at(first.wall - 1, first.mono), seconds(1), first).wall).toBe(2_000);
});

test("a step of the wall clock moves the grid without a burst or a pause longer than two periods", () => {
  fc.assert(
    fc.property(fc.integer({ min: -10_000_000, max: 10_000_000 }), (step) => {
      const first = nextSlot(at(100_000_000, 0), seconds(1));
      const next = nextSlot(at(first.wall + 50 + step, first.mono + 50), seconds(1), first);
      expect(next.mono - first.mono).toBeGreaterThanOrEqual(500);
      expect(next.mono - first.mono).toBeLessThanOrEqual(2_000);
    }),
  );
});
