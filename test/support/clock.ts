import type { Clock } from "../../drivers/clock.ts";
import type { Instant, Millis } from "../../feed/format/vocabulary.ts";
import { millis } from "../../feed/format/vocabulary.ts";

export interface FakeClock extends Clock {
  /** Moves both clocks and wakes, in order, whoever waited for a moment that has now come. */
  advance(by: Millis): Promise<void>;
  /** Steps the wall clock alone, as a time server does. */
  step(by: Millis): void;
}

/** Time that moves only when told. Sleepers wake at their own moment, not at the end of the advance. */
export function fakeClock(start = "2026-01-01T00:00:00.000Z", mono = 10_000): FakeClock {
  let now = { wall: Date.parse(start), mono };
  const sleepers = new Set<{ until: number; wake: () => void }>();
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return {
    now: () => now as Instant,
    sleepUntil: (until, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted || until <= now.mono) return resolve();
        const sleeper = {
          until,
          wake: () => {
            sleepers.delete(sleeper);
            signal?.removeEventListener("abort", sleeper.wake);
            resolve();
          },
        };
        sleepers.add(sleeper);
        signal?.addEventListener("abort", sleeper.wake, { once: true });
      }),
    step: (by) => {
      now = { ...now, wall: now.wall + by };
    },
    advance: async (by) => {
      await settle();
      const end = now.mono + by;
      for (;;) {
        const due = [...sleepers].filter((s) => s.until <= end).sort((a, b) => a.until - b.until)[0];
        const to = due ? Math.max(due.until, now.mono) : end;
        now = { wall: millis(now.wall + to - now.mono), mono: to };
        if (!due) return;
        due.wake();
        await settle();
      }
    },
  };
}
