import type { ConfigBody, DerivedBody, FrameBody } from "../format/body.ts";
import type { Millis } from "../format/vocabulary.ts";
import { endOf, startOf } from "./average/calendar.ts";
import type { Closed } from "./average/channel.ts";
import { type KnownCheck, makeProof } from "./calibration/proof.ts";
import { makeDeriving } from "./deriving.ts";
import { amendedDifferences, type Difference, differences, type Tolerance } from "./difference.ts";
import { declaredIn, derivedBodies } from "./entries.ts";
import { ownTimesOf } from "./samples.ts";

/** A closed period once more, from the readings it was made of. */
export interface Recomputation {
  /** Readings at or after it count, and before `end`; Unix ms. */
  readonly from: number;
  readonly end: number;
  /** How far the time of a reading may be from its poll's, ms. */
  readonly apart: number;
  /**
   * A poll between the declaration and the entry, in the order of their times; each once the minutes before it, but for `apart`, are closed. What
   * totalisers counted before the period is where they begin; other polls of other times are passed over.
   */
  take(frame: FrameBody, seq: number): void;
  /** Closes all that ends at or before `until`; given every minute of the period, each step is brief. */
  close(until: number): void;
  /** Once it is closed to its end. `counts`: without "ignored" those of valid parts have to be the same too. */
  differences(within: readonly Tolerance[], counts?: "ignored"): readonly Difference[];
}

/** The bounds of a period as its declaration counts them, Unix ms; undefined where no period begins there. */
export function boundsOf(
  config: ConfigBody,
  entry: Pick<DerivedBody, "period" | "start">,
): { readonly from: number; readonly start: number; readonly end: number } | undefined {
  const east = config.east ?? 0;
  const start = Date.parse(entry.start);
  if (startOf(entry.period, start, east) !== start) return undefined;
  // Of what was before the declaration nothing was counted, an hour without any reading neither.
  return { from: Math.max(start, Date.parse(config.t)), start, end: endOf(entry.period, start, east) };
}

/** How far the time of a reading that a logger gave one may be from its poll's, ms. */
export const apartOf = (config: ConfigBody): number => Math.max(0, ...ownTimesOf(declaredIn(config)).values());

/**
 * `checks`: those that were known when it was said, of the last pass's time at least. Throws TypeError for a declaration that
 * names what there is not, and where no such period begins.
 */
export function recomputation(
  config: ConfigBody,
  entry: DerivedBody,
  checks: readonly KnownCheck[] = [],
): Recomputation {
  const bounds = boundsOf(config, entry);
  if (bounds === undefined) throw new TypeError(`no ${entry.period} begins at ${entry.start}`);
  const { from, start, end } = bounds;
  const channels = declaredIn(config);
  const declared = new Map(channels.map((channel) => [channel.id, channel]));
  const proof = makeProof(config);
  for (const check of checks) proof.add(check);
  const deriving = makeDeriving(channels, (config.east ?? 0) * 60_000, from, {
    unproven: proof.spans,
    reach: Number.POSITIVE_INFINITY,
  });
  const closed: Closed[] = [];
  return {
    from,
    end,
    apart: apartOf(config),
    take: (frame, seq) => {
      for (const [channel, sample] of deriving.samplesOf(frame, seq)) {
        if (sample.t >= start && sample.t < end) deriving.take(channel, sample);
        else if (sample.t < start && from === start) deriving.recall(channel, sample);
      }
    },
    close: (until) => {
      const all = deriving.close(Math.min(until, end));
      closed.push(...all.filter((one) => one.period === entry.period && one.start === start));
    },
    differences: (within, counts) => {
      const [made = { data: {}, n: {}, of: [0, 0] as const }] = derivedBodies(closed, declared, 0, end as Millis);
      const unitOf = (channel: string) => declared.get(channel)?.unit;
      if (counts === "ignored") return amendedDifferences(entry, made, unitOf, within);
      const apart = differences(entry, made, unitOf, within);
      const sameRange = String(entry.of) === String(made.of);
      return sameRange ? apart : [...apart, { of: "range", said: entry.of, made: made.of }];
    },
  };
}
