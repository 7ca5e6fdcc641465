import { setImmediate as turn } from "node:timers/promises";
import { samplesOf } from "../derive/samples.ts";
import type { FrameBody } from "../format/body.ts";
import type { StoredEntry } from "../format/entry.ts";
import type { Ledger } from "./ledger.ts";

/** Entries that are read at once: a moment of work, then messages have their turn. */
export const portion = 256;

/** Polls of the entries [from, to), in the order of their times and without a leap between them; Unix ms. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly first: number;
  readonly last: number;
}

/** Where in a log the polls of a time stand: mostly in the order of its entries, but a clock is set back, a reading comes late. */
export interface Stretches {
  /** Looks through the entries [from, to), those it has seen before left out. False where they are too much out of order. */
  cover(from: number, to: number, signal: AbortSignal): Promise<boolean>;
  /** All that were covered, some more at both ends. */
  all(): readonly Stretch[];
}

/** A longer one would have to be looked through for a minute of it. */
const longest = 4096;
/** What comes after a leap may be another's memory of another time. */
const leap = 10 * 60_000;
/** Kept from one question to the next: some months of an honest plant, a megabyte. */
const kept = 16_384;
const mostStretches = 262_144;

type Read = Pick<Ledger, "entries">;

export function makeStretches(ledger: Read, origin: string, most = mostStretches): Stretches {
  let [low, high] = [0, 0];
  let known: readonly Stretch[] = [];
  const scan = async (from: number, to: number, signal: AbortSignal): Promise<Stretch[]> => {
    const found: Stretch[] = [];
    for (let next = from; next < to && found.length <= most && !signal.aborted; next += portion) {
      for (const bytes of await ledger.entries(origin, next, Math.min(next + portion, to))) {
        const frame = frameIn(bytes);
        if (frame === undefined) continue;
        const [was, one] = [found.at(-1), { from: frame.seq, to: frame.seq + 1, first: frame.t, last: frame.t }];
        if (was && isNext(was, one)) found[found.length - 1] = { ...was, to: one.to, last: one.last };
        else found.push(one);
      }
      await turn();
    }
    return found;
  };
  return {
    cover: async (from, to, signal) => {
      if (known.length > Math.min(kept, most) || low === high) {
        [low, high] = [from, from];
        known = [];
      }
      const before = from < low ? await scan(from, low, signal) : [];
      const after = to > high ? await scan(high, to, signal) : [];
      if (signal.aborted || before.length + known.length + after.length > most) return false;
      known = [...before, ...known, ...after];
      [low, high] = [Math.min(low, from), Math.max(high, to)];
      return true;
    },
    all: () => known,
  };
}

const isNext = ({ from, last }: Stretch, one: Stretch): boolean =>
  one.first >= last && one.first - last <= leap && one.to - from <= longest;

export interface PolledFrame {
  /** When it was measured, Unix ms. */
  readonly t: number;
  readonly seq: number;
  readonly frame: StoredEntry & FrameBody;
}

/** Undefined for any other entry, and for a poll that has no reading. What is in the ledger was verified before. */
export function frameIn(bytes: Buffer): PolledFrame | undefined {
  const entry = JSON.parse(bytes.toString("utf8")) as StoredEntry;
  if (entry.type !== "frame") return undefined;
  const t = samplesOf(entry, entry.seq)[0]?.[1].t;
  return t === undefined ? undefined : { t, seq: entry.seq, frame: entry };
}
