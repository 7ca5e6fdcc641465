import type { Clock } from "../drivers/clock.ts";
import type { Entry, EntryBody } from "../feed/format/entry.ts";
import { type Millis, millis } from "../feed/format/vocabulary.ts";
import { type SealRule, sealDue } from "./keep/seal.ts";

/** What the beat needs of the journal: to append, and to sign the tree as it stands. */
export interface Sealable {
  append(...bodies: readonly EntryBody[]): readonly Entry[];
  /** Signs the current tree, unless its newest checkpoint covers it already. */
  seal(): void;
}

export interface Keeper {
  keep(...bodies: readonly EntryBody[]): readonly Entry[];
  sealNow(): void;
  /** Ends when `signal` aborts, or with the Fault of a seal that failed. */
  readonly running: Promise<void>;
}

/** Appends, and seals when the rule says so. Its times are monotonic: a stepped wall clock delays no checkpoint. */
export function startKeeping(journal: Sealable, rule: SealRule, clock: Clock, signal: AbortSignal): Keeper {
  let entries = 0;
  let bytes = 0;
  let since: Millis | undefined;
  let awake = (): void => {};
  signal.addEventListener("abort", () => awake(), { once: true });

  const sealNow = (): void => {
    journal.seal();
    entries = 0;
    bytes = 0;
    since = undefined;
  };
  const sealIfDue = (): void => {
    if (since !== undefined && sealDue({ entries, bytes, since }, clock.now().mono, rule)) sealNow();
  };
  const beat = async (): Promise<void> => {
    while (!signal.aborted) {
      if (since === undefined)
        await new Promise<void>((resolve) => {
          awake = resolve;
        });
      else await clock.sleepUntil(millis(since + rule.within), signal);
      if (!signal.aborted) sealIfDue();
    }
  };
  return {
    keep: (...bodies) => {
      const kept = journal.append(...bodies);
      entries += kept.length;
      for (const entry of kept) bytes += entry.bytes.length;
      if (since === undefined) {
        since = clock.now().mono;
        awake();
      }
      sealIfDue();
      return kept;
    },
    sealNow,
    running: beat(),
  };
}
