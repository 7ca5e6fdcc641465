import type { ConfigBody, DerivedBody, FrameBody } from "../format/body.ts";
import { isoTime } from "../format/entry.ts";
import { type ReadingTuple, toTuple } from "../format/reading.ts";
import { type Flag, type Millis, millis } from "../format/vocabulary.ts";
import type { Closed, Sample } from "./average/channel.ts";
import { written } from "./decimal.ts";
import { channelsOf } from "./declared.ts";
import type { Declared } from "./deriving.ts";
import { inOrderOf } from "./order.ts";

/** Between what entries hold and what is computed with: one place for the agent and for whoever checks it. */

/** By channel, how far a time that a reading has of its own may be from the frame's, in ms. */
export type OwnTimes = ReadonlyMap<string, number>;
const none: OwnTimes = new Map();

/** Channels whose readings count at their own time, as they are declared. */
export const ownTimesOf = (channels: readonly Declared[]): OwnTimes =>
  new Map(
    channels.flatMap(({ how }) =>
      how.own === undefined ? [] : channelsOf(how).map((channel) => [channel, how.own as number] as const),
    ),
  );

/**
 * The samples of one poll, at the time it was complete; of a value from an instrument's memory, at the time it was measured;
 * of one that a logger gave a time, at that, or in doubt where the logger's clock is not to be believed.
 */
export function samplesOf(
  frame: FrameBody,
  seq: number,
  own: OwnTimes = none,
): readonly (readonly [channel: string, sample: Sample])[] {
  const came = Date.parse(frame.t);
  const said = frame.own?.t === undefined ? undefined : Date.parse(frame.own.t);
  return Object.entries(frame.data).map(([channel, [value, flag, reason]]) => {
    const within = frame.hist === true ? Number.POSITIVE_INFINITY : own.get(channel);
    if (said === undefined || within === undefined)
      return [channel, { t: came, value, flag, entry: seq, ...(reason !== undefined && { reason }) }];
    if (Math.abs(said - came) > within)
      return [channel, { t: came, value, flag: flag === "N" ? "D" : flag, entry: seq, reason: "derive.clock" }];
    return [channel, { t: said, value, flag, entry: seq, ...(reason !== undefined && { reason }) }];
  });
}

/** One entry for each period that was closed, in the order in which they were. */
export function derivedBodies(
  closed: readonly Closed[],
  channels: ReadonlyMap<string, Declared>,
  cfg: number,
  now: Millis,
): readonly DerivedBody[] {
  const groups = new Map<string, Closed[]>();
  for (const one of closed) {
    const key = `${one.period} ${one.start}`;
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()].map((group) => {
    const [first] = group as [Closed, ...Closed[]];
    const from = group.flatMap((one) => one.from ?? []);
    const to = group.flatMap((one) => one.to ?? []);
    return {
      type: "derived",
      t: isoTime(now),
      period: first.period,
      start: isoTime(millis(first.start)),
      cfg,
      data: Object.fromEntries(group.map((one) => [one.channel, tupleOf(one, channels.get(one.channel))])),
      n: Object.fromEntries(group.map(({ channel, counts }) => [channel, [counts.valid, counts.expected]])),
      of: from.length === 0 ? [0, 0] : [Math.min(...from), Math.max(...to) + 1],
    };
  });
}

/** A period as a reading: rounded once, here. */
export function tupleOf(closed: Closed, declared: Declared | undefined): ReadingTuple {
  const outcome = (declared?.how.longer === "sum" && closed.period !== declared.how.at && closed.total) || closed.value;
  const { flag } = closed;
  if (outcome.ok) return toTuple({ kind: "measured", value: written(outcome.value, declared?.places ?? 12), flag });
  const missing: Exclude<Flag, "N"> = flag === "N" ? "D" : flag;
  return toTuple({ kind: "missing", flag: missing, reason: outcome.why });
}

/** What a configuration declares, each after those it is made of. */
export function declaredIn({ points, derive = {} }: Pick<ConfigBody, "points" | "derive">): readonly Declared[] {
  const all = Object.entries(derive).map(([id, how]) => {
    const [unit = "", , , places = 12] = points[id] ?? [];
    return { id, unit, places, how };
  });
  const isMean = ({ how }: Declared): boolean => how.formula === "mean";
  const made = all.filter((one) => !isMean(one));
  const { sorted } = inOrderOf(made.map(({ id, how }) => ({ id, needs: channelsOf(how) })));
  return [...all.filter(isMean), ...sorted.flatMap((index) => made[index] ?? [])];
}
