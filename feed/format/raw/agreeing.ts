import type { ConfigBody } from "../body.ts";
import type { ScannedFrame } from "../scan/frame.ts";
import type { Readings } from "../scan/readings.ts";
import type { Place } from "./place.ts";
import type { Readers } from "./readers.ts";
import { type Line, lineOf, surelyGives } from "./scaled.ts";

/** The channels of a map in the order in which frames have them, with all that can be prepared of their readers. */
export interface Plan {
  readonly channels: readonly Prepared[];
  /** Of the readings of the last frame; they hold while the names are the same. */
  readonly found: Prepared[];
  names: Readings["names"] | undefined;
  layout: number;
}

interface Prepared {
  readonly name: Buffer;
  /** Absent: the value cannot be recomputed here. */
  readonly by?: {
    readonly places: readonly Place[];
    readonly digits: number;
    readonly unit: number;
    readonly line: Line | undefined;
  };
}

export function planOf({ points }: Pick<ConfigBody, "points">, readers: Readers): Plan {
  const names = Object.keys(points).sort();
  const channels = names.map((name) => {
    const reader = readers.get(name);
    if (reader === undefined) return { name: Buffer.from(name) };
    const { digits, places, scale } = reader;
    return { name: Buffer.from(name), by: { places, digits, unit: 10 ** digits, line: lineOf(scale) } };
  });
  return { channels, found: [], names: undefined, layout: 0 };
}

/**
 * How many values of a frame cannot be recomputed, if all others surely are what their replies give; -1 where that is not sure,
 * and `mismatch` has to be asked. It never is sure of what `mismatch` finds wrong (a test holds it to that).
 */
export function agreeing({ bytes, readings, replies }: ScannedFrame, plan: Plan): number {
  const { count, valueFrom } = readings;
  const decoded: (Buffer | undefined)[] = [];
  const replyTo = (read: number): Buffer | undefined => {
    const [from, to] = [replies.from[read] as number, replies.to[read] as number];
    if (read >= replies.count || from === to) return undefined;
    decoded[read] ??= replies.bytes.subarray(from, to);
    return decoded[read];
  };
  if (!matches(bytes, readings, plan)) return -1;
  let unjudged = 0;
  for (let i = 0; i < count; i++) {
    const { by } = plan.found[i] as Prepared;
    if ((valueFrom[i] as number) < 0) {
      // What is told as not read is not, if one of its replies is missing.
      if (by?.places.every(({ read }) => replyTo(read) !== undefined)) return -1;
    } else if (by === undefined) unjudged++;
    else if (!isGiven(bytes, readings, i, by, replyTo)) return -1;
  }
  return unjudged;
}

/** Finds the channel of each reading; false where one is not in the map. */
function matches(bytes: Buffer, readings: Readings, plan: Plan): boolean {
  const { channels, found } = plan;
  const { names } = readings;
  if (plan.names === names && plan.layout === names.layout && found.length >= readings.count) return true;
  found.length = 0;
  plan.names = names;
  plan.layout = names.layout;
  let next = 0;
  for (let i = 0; i < readings.count; i++, next++) {
    while (next < channels.length && !isName(bytes, readings, i, (channels[next] as Prepared).name)) next++;
    const prepared = channels[next];
    if (prepared === undefined) return false;
    found.push(prepared);
  }
  return true;
}

function isName(bytes: Buffer, { nameFrom, nameTo }: Readings, i: number, name: Buffer): boolean {
  const from = nameFrom[i] as number;
  if ((nameTo[i] as number) - from !== name.length) return false;
  for (let at = name.length - 1; at >= 0; at--) if (bytes[from + at] !== name[at]) return false; // the ends differ most
  return true;
}

/** One reply that gives the value is enough. */
function isGiven(
  bytes: Buffer,
  readings: Readings,
  i: number,
  { places, digits, unit, line }: NonNullable<Prepared["by"]>,
  replyTo: (read: number) => Buffer | undefined,
): boolean {
  for (const { read, decode } of places) {
    const reply = replyTo(read);
    const raw = reply && decode(reply);
    if (raw === undefined) continue;
    if (typeof raw === "string") {
      if (bytes.toString("latin1", readings.valueFrom[i], readings.valueTo[i]) === raw) return true;
    } else if (line !== undefined && readings.places[i] === digits) {
      if (surelyGives(Number(raw), line, unit, readings.digits[i] as number)) return true;
    }
  }
  return false;
}
