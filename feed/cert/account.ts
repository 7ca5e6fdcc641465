import type { StoredEntry } from "../format/entry.ts";
import { isoTime } from "../format/entry.ts";
import { millis } from "../format/vocabulary.ts";
import { type Certificate, listed } from "./form.ts";

/** What a certificate says besides its parameters, made of the entries in their order; the agent makes it, a verifier makes it again. */
export type Account = Pick<Certificate, "gaps" | "late" | "clock" | "cfg" | "events" | "anchor" | "frames">;

/** Of the month [from, to), Unix ms. */
export interface AccountOf {
  readonly from: number;
  readonly to: number;
}

/** No frame of any device for longer than this is a gap. */
const gapAfter = 60_000;
/** A cosignature later than this leaves its entries open to doubt for that long (LATE_ANCHOR). */
const lateAfter = 15 * 60_000;

export interface Accounting {
  /** Entries in the order of their numbers. */
  take(entry: StoredEntry): void;
  /** Once, after the last. `closed`: Unix ms of the cosignature over all of them; undefined where there is none. */
  finish(closed: number | undefined): Account;
}

export function makeAccount({ from, to }: AccountOf): Accounting {
  const gaps = spans();
  const late = spans();
  const seconds = new Map<number, number>();
  const events = new Map<string, number>();
  const cfg: number[] = [];
  const clock = { maxErrMs: -1, steps: 0, unsync: 0 };
  const waiting: { seq: number; t: number }[] = [];
  let frames = 0;
  let anchors = 0;
  let last = from;

  const frame = (t: number, [, error]: readonly [string, number]): void => {
    frames++;
    if (t - last > gapAfter) gaps.add(last, t);
    last = Math.max(last, t);
    if (error < 0) clock.unsync++;
    clock.maxErrMs = Math.max(clock.maxErrMs, error);
  };
  /** Everything below `size` was there at `time`. */
  const covered = (size: number, time: number): void => {
    let done = 0;
    while (done < waiting.length && (waiting[done]?.seq ?? size) < size) done++;
    const [first] = waiting;
    if (first === undefined || done === 0) return;
    for (const { t } of waiting.slice(0, done)) {
      const after = Math.max(0, Math.ceil((time - t) / 1000));
      seconds.set(after, (seconds.get(after) ?? 0) + 1);
    }
    const oldest = first.t;
    if (time - oldest > lateAfter) late.add(oldest, waiting[done - 1]?.t ?? oldest, time);
    waiting.splice(0, done);
  };

  return {
    take: (entry) => {
      const t = Date.parse(entry.t);
      if (entry.type === "anchor") {
        anchors++;
        const time = timeOf(entry.cosig);
        if (time !== undefined) covered(entry.size, time);
      }
      if (entry.type === "config") cfg.push(entry.seq);
      if (t < from || t >= to) return;
      if (entry.type === "event") {
        events.set(entry.code, (events.get(entry.code) ?? 0) + 1);
        if (entry.code === "CLOCK_STEP") clock.steps++;
      }
      if (entry.type !== "frame") return;
      frame(t, entry.clk);
      waiting.push({ seq: entry.seq, t });
    },
    finish: (closed) => {
      if (closed !== undefined) covered(Number.POSITIVE_INFINITY, closed);
      if (to - last > gapAfter) gaps.add(last, to);
      const [p50, p99, max] = percentiles(seconds);
      return {
        gaps: gaps.said() as Account["gaps"],
        late: late.said() as Account["late"],
        clock,
        cfg,
        events: Object.fromEntries([...events].sort(([a], [b]) => (a < b ? -1 : 1))),
        anchor: { count: anchors, p50, p99, max },
        frames,
      };
    },
  };
}

interface Spans {
  add(begin: number, end: number, ...more: readonly number[]): void;
  said(): { count: number; seconds: number; list: string[][] };
}

/** Intervals in Unix ms: the first ones by their times, all of them in the totals. */
function spans(): Spans {
  let count = 0;
  let ms = 0;
  const list: string[][] = [];
  return {
    add: (...times) => {
      count++;
      ms += times[1] - times[0];
      if (list.length < listed) list.push(times.map((time) => isoTime(millis(time))));
    },
    said: () => ({ count, seconds: Math.round(ms / 1000), list }),
  };
}

/** Of each 100 seconds the 50th, the 99th and the last (nearest rank); -1 where there is none. */
function percentiles(seconds: ReadonlyMap<number, number>): [number, number, number] {
  const sorted = [...seconds].sort(([a], [b]) => a - b);
  const all = sorted.reduce((sum, [, times]) => sum + times, 0);
  const at = (share: number): number => {
    let left = Math.ceil(all * share);
    for (const [after, times] of sorted) {
      left -= times;
      if (left <= 0) return after;
    }
    return -1;
  };
  return all === 0 ? [-1, -1, -1] : [at(0.5), at(0.99), at(1)];
}

/** The earliest time in the lines of an anchor, Unix ms: 4 bytes of key id, 8 of time, 64 of signature. */
function timeOf(lines: readonly string[]): number | undefined {
  const times = lines.flatMap((line) => {
    const bytes = Buffer.from(line.split(" ")[2] ?? "", "base64");
    return bytes.length === 76 ? [Number(bytes.readBigUInt64BE(4)) * 1000] : [];
  });
  return times.length === 0 ? undefined : Math.min(...times);
}
