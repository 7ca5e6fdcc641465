import { endOf } from "../../feed/derive/average/calendar.ts";
import { amended } from "../../feed/derive/overlaid.ts";
import { isoTime, readEntry } from "../../feed/format/entry.ts";
import type { ReadingTuple } from "../../feed/format/reading.ts";
import { millis } from "../../feed/format/vocabulary.ts";
import type { JournalReader } from "../keep/open-journal.ts";
import { firstSince } from "./reading.ts";

/** One hour of one channel as it stands, with all amendments. */
export interface KeptHour {
  /** Its start, Unix ms. */
  readonly t: number;
  readonly reading: ReadingTuple;
  readonly n: readonly [number, number];
  readonly entry: number;
  /** Entries that amended it, the newest last. */
  readonly amendments: readonly number[];
}

const hourMark = Buffer.from('"period":"hour"');

/** Hours that start in [from, to), by channel and in the order of time. Of an hour that was declared anew, the later one. */
export function hoursIn(journal: JournalReader, from: number, to: number): ReadonlyMap<string, readonly KeptHour[]> {
  const hours = new Map<string, Map<number, KeptHour>>();
  const place = new Map<number, number>();
  const since = firstSince(journal, isoTime(millis(from)));
  for (const { bytes } of journal.ofType("derived", since)) {
    // Most are minutes, and not worth reading.
    if (!bytes.includes(hourMark)) continue;
    const read = readEntry(bytes);
    if (!read.ok || read.value.type !== "derived" || read.value.period !== "hour") continue;
    const { seq, start, data, n } = read.value;
    const t = Date.parse(start);
    if (t < from || t >= to) continue;
    place.set(seq, t);
    for (const [channel, reading] of Object.entries(data)) {
      const mine = hours.get(channel) ?? new Map<number, KeptHour>();
      hours.set(channel, mine.set(t, { t, reading, n: n[channel] ?? [0, 0], entry: seq, amendments: [] }));
    }
  }
  for (const { bytes } of journal.ofType("amend", since)) {
    const read = readEntry(bytes);
    const t = read.ok && read.value.type === "amend" ? place.get(read.value.ref) : undefined;
    if (t === undefined || !read.ok || read.value.type !== "amend") continue;
    const { seq, ref, value } = read.value;
    for (const [channel, reading] of Object.entries(amended(value))) {
      const hour = hours.get(channel)?.get(t);
      if (hour?.entry === ref) hours.get(channel)?.set(t, { ...hour, reading, amendments: [...hour.amendments, seq] });
    }
  }
  return new Map([...hours].map(([channel, mine]) => [channel, [...mine.values()].sort((a, b) => a.t - b.t)]));
}

/** The starts of all hours from the first to the last of `hours`. */
export function* startsOf(hours: readonly KeptHour[], east: number): Generator<number> {
  const last = hours.at(-1)?.t ?? Number.NEGATIVE_INFINITY;
  for (let t = hours[0]?.t ?? Number.POSITIVE_INFINITY; t <= last; t = endOf("hour", t, east)) yield t;
}
