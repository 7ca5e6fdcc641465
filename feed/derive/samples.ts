import type { Derivation, FrameBody } from "../format/body.ts";
import type { Sample } from "./average/channel.ts";
import { channelsOf } from "./declared.ts";

/** By channel, how far a time that a reading has of its own may be from the frame's, in ms. */
export type OwnTimes = ReadonlyMap<string, number>;
const none: OwnTimes = new Map();

/** Channels whose readings count at their own time, as they are declared. */
export const ownTimesOf = (channels: readonly { readonly how: Derivation }[]): OwnTimes =>
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
