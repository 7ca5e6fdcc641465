import type { Clock } from "../drivers/clock.ts";
import type { Entry, EntryBody } from "../feed/format/entry.ts";
import { type Millis, millis } from "../feed/format/vocabulary.ts";

/** What sealing needs of the journal: to append, and to sign the tree as it stands. */
export interface Sealable {
  append(...bodies: readonly EntryBody[]): readonly Entry[];
  /** Signs the current tree, unless its newest checkpoint covers it already. */
  seal(): void;
}

/** The beat of the checkpoints: after `entries` new entries, or `every` after the first that no checkpoint covers. */
export interface SealRule {
  readonly every: Millis;
  readonly entries: number;
}

export interface Keeper {
  keep(...bodies: readonly EntryBody[]): readonly Entry[];
  sealNow(): void;
  /** Ends when `signal` aborts; until then it seals what waits too long. */
  readonly running: Promise<void>;
}

/** Appends and seals on the beat of evidence clause 4. Times are monotonic: a stepped wall clock delays no checkpoint. */
export function startKeeping(journal: Sealable, rule: SealRule, clock: Clock, signal: AbortSignal): Keeper {
  let uncovered = 0;
  let due: Millis | undefined;
  let awake = (): void => {};
  const sealNow = (): void => {
    journal.seal();
    uncovered = 0;
    due = undefined;
  };
  signal.addEventListener("abort", () => awake(), { once: true });
  const beat = async (): Promise<void> => {
    while (!signal.aborted) {
      if (due === undefined)
        await new Promise<void>((resolve) => {
          awake = resolve;
        });
      else {
        await clock.sleepUntil(due, signal);
        if (!signal.aborted && due !== undefined && clock.now().mono >= due) sealNow();
      }
    }
  };
  return {
    keep: (...bodies) => {
      const entries = journal.append(...bodies);
      uncovered += entries.length;
      if (uncovered >= rule.entries) sealNow();
      else if (due === undefined) {
        due = millis(clock.now().mono + rule.every);
        awake();
      }
      return entries;
    },
    sealNow,
    running: beat(),
  };
}
