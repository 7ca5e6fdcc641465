import type { Clock } from "../../drivers/clock.ts";
import type { Millis } from "../../feed/format/vocabulary.ts";

/** Wakes one waiter; a ring without a waiter is kept for the next. */
export interface Bell {
  ring(): void;
  /** Resolves at the next ring, or at the moment `until`. */
  wait(until?: Millis): Promise<void>;
}

export function bell(clock: Clock): Bell {
  let rung = false;
  let wake: (() => void) | undefined;
  return {
    ring: () => {
      rung = true;
      wake?.();
    },
    wait: async (until) => {
      if (!rung) {
        const early = new AbortController();
        const ringing = new Promise<void>((resolve) => {
          wake = () => {
            early.abort();
            resolve();
          };
        });
        await (until === undefined ? ringing : clock.sleepUntil(until, early.signal));
      }
      wake = undefined;
      rung = false;
    },
  };
}
