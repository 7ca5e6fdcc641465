import type { ConfigBody } from "../body.ts";
import type { ScannedFrame } from "../scan/frame.ts";
import type { Readings } from "../scan/readings.ts";
import type { Place } from "./place.ts";
import type { Readers } from "./readers.ts";
import { type Line, lineOf, surelyGives } from "./scaled.ts";

/** The channels of a map in the order in which frames have them, with all that can be prepared of their readers. */
export type Plan = readonly Prepared[];

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
  return names.map((name) => {
    const reader = readers.get(name);
    if (reader === undefined) return { name: Buffer.from(name) };
    const { digits, places, scale } = reader;
    return { name: Buffer.from(name), by: { places, digits, unit: 10 ** digits, line: lineOf(scale) } };
  });
}

/**
 * How many values of a frame cannot be recomputed, if all others surely are what their replies give; -1 where that is not sure,
 * and `mismatch` has to be asked. It never is sure of what `mismatch` finds wrong (a test holds it to that).
 */
export function agreeing({ bytes, readings, replies }: ScannedFrame, plan: Plan): number {
  const { count, valueFrom } = readings;
  const found: (Buffer | undefined)[] = [];
  const replyTo = (read: number): Buffer | undefined => {
    const [from, to] = [replies.from[read] as number, replies.to[read] as number];
    if (read >= replies.count || from === to) return undefined;
    found[read] ??= replies.bytes.subarray(from, to);
    return found[read];
  };
  let unjudged = 0;
  let next = 0;
  for (let i = 0; i < count; i++) {
    while (next < plan.length && !isName(bytes, readings, i, (plan[next] as Prepared).name)) next++;
    const prepared = plan[next];
    if (prepared === undefined || (valueFrom[i] as number) < 0) return -1;
    if (prepared.by === undefined) unjudged++;
    else if (!isGiven(bytes, readings, i, prepared.by, replyTo)) return -1;
    next++;
  }
  return unjudged;
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
