import type { ConfigBody, FrameBody } from "../body.ts";
import { dcon } from "./dcon.ts";
import { dlt645 } from "./dlt645.ts";
import { hj212 } from "./hj212.ts";
import { modbus } from "./modbus.ts";
import type { Place } from "./place.ts";
import { gives, type Raw, scaled } from "./scaled.ts";

/** How the values of one device are found in its replies; a channel that cannot be judged is not among them. */
export type Readers = ReadonlyMap<string, Reader>;

interface Reader {
  readonly source: string;
  readonly scale: string;
  readonly digits: number;
  readonly places: readonly Place[];
}

const grammars = [modbus, dlt645, dcon, hj212];

/** Reads the map of a `config` entry: what it says too little of, or in a grammar that is not read here, is left out. */
export function readersOf({ points, reads }: Pick<ConfigBody, "points" | "reads">): Readers {
  const readers = new Map<string, Reader>();
  if (reads === undefined) return readers;
  for (const [channel, [, source, scale, digits]] of Object.entries(points)) {
    const parts = source.split(":");
    for (const grammar of grammars) {
      const places = grammar(parts, reads);
      if (places === undefined) continue;
      readers.set(channel, { source, scale, digits, places });
      break;
    }
  }
  return readers;
}

/** How many values of a frame this side cannot recompute. */
export function unreadable({ data }: Pick<FrameBody, "data">, readers: Readers | undefined): number {
  let count = 0;
  for (const channel in data) if (data[channel]?.[0] !== null && !readers?.has(channel)) count += 1;
  return count;
}

/** The first value that is not what its bytes give: in words, or undefined. */
export function mismatch({ data, raw }: Pick<FrameBody, "data" | "raw">, readers: Readers): string | undefined {
  const replies: (Buffer | undefined)[] = [];
  const replyTo = (read: number): Buffer | undefined => {
    const text = raw[read];
    if (text === undefined || text === "") return undefined;
    replies[read] ??= Buffer.from(text, "base64");
    return replies[read];
  };
  for (const channel in data) {
    const reader = readers.get(channel);
    const reading = data[channel];
    if (reader === undefined || reading === undefined) continue;
    const problem = problemOf(reading, reader, replyTo);
    if (problem !== undefined) return `${channel} (${reader.source}): ${problem}`;
  }
  return undefined;
}

/** What a reading without value says of a read that failed (a code of the bus). */
const failedRead = /^E_BUS/;

function problemOf(
  [value, , reason]: FrameBody["data"][string],
  { places, scale, digits }: Reader,
  replyTo: (read: number) => Buffer | undefined,
): string | undefined {
  let found: Raw | undefined;
  let all = places.length > 0;
  for (const { read, decode } of places) {
    const reply = replyTo(read);
    const raw = reply && decode(reply);
    if (raw === undefined) {
      all = false;
      continue;
    }
    if (value !== null && gives(raw, scale, digits, value)) return undefined;
    found ??= raw;
  }
  // A value that is told as not read, though its reply is here and holds it, was left out on purpose.
  if (value === null)
    return all && reason !== undefined && failedRead.test(reason)
      ? `said to be missing (${reason}); its reply holds ${found}`
      : undefined;
  if (found === undefined) return `no reply holds the value ${value}`;
  const given = typeof found === "string" ? found : scaled(found, scale, digits);
  return `it says ${value}; the bytes give ${given ?? found}`;
}
