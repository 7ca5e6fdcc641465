import type { Flag } from "./vocabulary.ts";

/** A value the instrument gave: a decimal string with the places of its configuration, or text for text points. */
export interface Measured {
  readonly kind: "measured";
  readonly value: string;
  readonly flag: Flag;
  /** Why the flag is not N, for example "status.maintenance". */
  readonly reason?: string;
}

/** No value. It cannot carry a number, and it always says why: a fault code or a sentinel. */
export interface Missing {
  readonly kind: "missing";
  readonly flag: Exclude<Flag, "N">;
  readonly reason: string;
}

export type Reading = Measured | Missing;

/** The form of a reading inside an entry: [value, flag] or [value, flag, reason]; null only for a missing value. */
export type ReadingTuple = readonly [string, Flag] | readonly [string, Flag, string] | readonly [null, Flag, string];

export function toTuple(reading: Reading): ReadingTuple {
  if (reading.kind === "missing") return [null, reading.flag, reading.reason];
  return reading.reason === undefined ? [reading.value, reading.flag] : [reading.value, reading.flag, reading.reason];
}
