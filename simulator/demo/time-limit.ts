import type { Millis } from "../../feed/format/vocabulary.ts";

/** How long five programs on a slow machine may take to a first verified reading. */
export const firstReadingWithin = 60_000;

export interface TimeLimit {
  /** Something was verified: from the first time on, the demo's time counts. */
  verified(): void;
  /** Whether the demo was ended because nothing was ever verified. */
  readonly waitedInVain: boolean;
  clear(): void;
}

/**
 * Ends a demo that was given a time. It counts from the first verified reading, for a slow machine takes seconds to start
 * five programs; where none comes at all, the demo ends too. Without a time nothing is ended.
 */
export function timeLimit(time: Millis | undefined, end: () => void): TimeLimit {
  let waitedInVain = false;
  const inVain = (): void => {
    waitedInVain = true;
    end();
  };
  let timer = time === undefined ? undefined : setTimeout(inVain, firstReadingWithin);
  let counting = time === undefined;
  return {
    verified: () => {
      if (counting) return;
      counting = true;
      clearTimeout(timer);
      timer = setTimeout(end, time);
    },
    get waitedInVain() {
      return waitedInVain;
    },
    clear: () => clearTimeout(timer),
  };
}
