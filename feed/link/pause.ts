import type { Millis } from "../format/vocabulary.ts";
import { millis } from "../format/vocabulary.ts";

export interface PauseLimits {
  readonly first: Millis;
  readonly longest: Millis;
}

/**
 * Pause before the next attempt, after `failures` in a row: exponential with full jitter, so that all the gateways of a
 * country do not come back to a restarted broker in one second. `random` in [0, 1).
 */
export function pauseBefore(failures: number, limits: PauseLimits, random: number): Millis {
  return millis(random * Math.min(limits.longest, limits.first * 2 ** Math.min(failures, 30)));
}

/** Resolves after `ms`, or at once when `signal` aborts. */
export function pause(ms: Millis, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const wake = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", wake);
      resolve();
    };
    const timer = setTimeout(wake, ms);
    signal.addEventListener("abort", wake, { once: true });
  });
}
