import { amended } from "../derive/overlaid.ts";
import type { StoredEntry } from "../format/entry.ts";
import type { ReadingTuple } from "../format/reading.ts";

/** The hours of a month as one table, of the entries that the certificate covers: hourly.csv of its bundle. */

interface Hour {
  readonly start: string;
  readonly channel: string;
  readonly reading: ReadingTuple;
  readonly n: readonly [number, number];
  readonly entry: number;
  readonly amendedBy?: number;
}

export interface Hourly {
  take(entry: StoredEntry): void;
  csv(): string;
}

const HEAD = "start,channel,value,flag,reason,valid,possible,entry,amended";

/** Hours that start in [from, to), Unix ms. */
export function makeHourly({ from, to }: { readonly from: number; readonly to: number }): Hourly {
  const hours = new Map<string, Hour>();
  const starts = new Map<number, string>();
  return {
    take: (entry) => {
      if (entry.type === "derived" && entry.period === "hour") {
        const t = Date.parse(entry.start);
        if (t < from || t >= to) return;
        starts.set(entry.seq, entry.start);
        for (const [channel, reading] of Object.entries(entry.data))
          hours.set(`${entry.start} ${channel}`, {
            start: entry.start,
            channel,
            reading,
            n: entry.n[channel] ?? [0, 0],
            entry: entry.seq,
          });
      }
      if (entry.type !== "amend") return;
      const start = starts.get(entry.ref);
      if (start === undefined) return;
      for (const [channel, reading] of Object.entries(amended(entry.value))) {
        const hour = hours.get(`${start} ${channel}`);
        if (hour?.entry === entry.ref) hours.set(`${start} ${channel}`, { ...hour, reading, amendedBy: entry.seq });
      }
    },
    csv: () => {
      const rows = [...hours.values()].sort((a, b) => compare(a.start, b.start) || compare(a.channel, b.channel));
      return [HEAD, ...rows.map(line)].map((text) => `${text}\n`).join("");
    },
  };
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const line = ({ start, channel, reading: [value, flag, reason], n, entry, amendedBy }: Hour): string =>
  [start, channel, value ?? "", flag, reason ?? "", ...n, entry, amendedBy ?? ""].map(cell).join(",");

/** RFC 4180, section 2. */
const cell = (value: string | number): string => {
  const text = String(value);
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};
