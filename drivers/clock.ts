import type { Instant, Millis } from "../feed/format/vocabulary.ts";
import { millis } from "../feed/format/vocabulary.ts";
import { bootTime } from "./boottime.ts";

/** Time, handed in so that tests can drive it. `sleepUntil` resolves at or after `mono`, never before; early only on abort. */
export interface Clock {
  now(): Instant;
  sleepUntil(mono: Millis, signal?: AbortSignal): Promise<void>;
}

const sinceBoot = bootTime(() => Number(process.hrtime.bigint() / 1000n) / 1000);
const mono = (): Millis => millis(sinceBoot());

export const systemClock: Clock = {
  now: () => ({ wall: millis(Date.now()), mono: mono() }),
  sleepUntil: (until, signal) =>
    new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", wake);
        resolve();
      };
      // A timer may fire up to 1 ms early, so the clock is asked again before anyone is woken.
      const check = (): void => {
        const left = until - mono();
        if (left <= 0) wake();
        else timer = setTimeout(check, Math.max(1, Math.min(left, 2 ** 30)));
      };
      let timer = setTimeout(() => {}, 0);
      signal?.addEventListener("abort", wake, { once: true });
      if (signal?.aborted) wake();
      else check();
    }),
};
