import { startOf } from "../../feed/derive/average/calendar.ts";
import { counterOf } from "../../feed/derive/counter-input.ts";
import type { Deriving, DerivingState } from "../../feed/derive/deriving.ts";
import { ownTimesOf } from "../../feed/derive/samples.ts";
import { isoTime } from "../../feed/format/entry.ts";
import { type Millis, millis } from "../../feed/format/vocabulary.ts";
import type { DeriverParts } from "./parts.ts";
import { entriesFrom, firstSince } from "./reading.ts";
import type { Snapshot } from "./snapshot.ts";

const minute = 60_000;

export interface Begin {
  readonly seq: number;
  readonly t: Millis;
  /** From here on counters were read of which the first period needs the last count before it. */
  readonly recall: number;
  /** The averages as they stood there, where that was kept; nothing is to be recalled then. */
  readonly state?: DerivingState;
}

/** From here on everything is in the averages: the month of `t`, or the declaration where that is newer. */
export function beginOf({ channels, offset, cfg, since, journal }: DeriverParts, t: number): Begin {
  const month = millis(startOf("month", t, offset / minute));
  if (month <= since) return { seq: cfg, t: since, recall: cfg };
  const from = (t: number): number => Math.max(cfg, firstSince(journal, isoTime(millis(t))));
  const fresh = Math.max(0, ...channels.map(({ how }) => counterOf(how)?.setup.fresh ?? 0));
  // A logger whose clock runs ahead sends readings of this month before it has begun.
  const ahead = Math.max(0, ...ownTimesOf(channels).values());
  return { seq: from(month - ahead), t: month, recall: from(month - fresh - ahead) };
}

/** The same from what was kept of an earlier moment. */
export const beginAt = ({ next, state }: Snapshot): Begin => ({
  seq: next,
  t: millis(state.until),
  recall: next,
  state,
});

/** What counters showed before the first period. */
export async function recallBefore(
  deriving: Deriving,
  { journal }: Pick<DeriverParts, "journal">,
  { recall, seq, t }: Begin,
  signal: AbortSignal,
): Promise<void> {
  if (recall === seq) return;
  for await (const entry of entriesFrom(journal, recall, signal)) {
    if (entry.seq >= seq) return;
    if (entry.type !== "frame") continue;
    for (const [channel, sample] of deriving.samplesOf(entry, entry.seq))
      if (sample.t < t) deriving.recall(channel, sample);
  }
}
