import { setImmediate as turn } from "node:timers/promises";
import type { Difference, Tolerance } from "../derive/difference.ts";
import { overlaid } from "../derive/overlaid.ts";
import { boundsOf, type Recomputation, recomputation } from "../derive/recompute.ts";
import { type Part, recomputedOfParts } from "../derive/recompute-parts.ts";
import type { ConfigBody, DerivedBody } from "../format/body.ts";
import type { StoredEntry } from "../format/entry.ts";
import type { Ledger } from "./ledger.ts";

type Read = Pick<Ledger, "entries" | "computed">;
export type DerivedEntry = StoredEntry & DerivedBody;

/** Entries that are read at once: a moment of work, then messages have their turn. */
const portion = 256;
/** A whole day of three entries a second, or an hour of seventy: what is longer is made of its parts. */
const mostRaw = 262_144;
const minute = 60_000;

export interface Recounted {
  readonly differences: readonly Difference[];
  /** Readings that came behind those it names make all the difference: an honest plant read them too late, and amends it. */
  readonly tooLate: boolean;
}
const same: Recounted = { differences: [], tooLate: false };

/**
 * Makes one derived period again from the entries of the ledger, all of which up to it are here: from the readings, and a
 * month, or a day of very many readings, from its written parts. In portions, so that it holds nobody up. What is wrong comes
 * back as differences, or as one sentence where there is nothing to compare with. Throws Fault E_LEDGER_*.
 */
export async function recount(
  ledger: Read,
  origin: string,
  entry: DerivedEntry,
  within: readonly Tolerance[],
  signal: AbortSignal,
  most = mostRaw,
): Promise<Recounted | string> {
  const config = await entryAt(ledger, origin, entry.cfg);
  if (config?.type !== "config" || config.derive === undefined || config.seq >= entry.seq)
    return `entry ${entry.cfg} declares nothing derived`;
  const bounds = boundsOf(config, entry);
  if (bounds === undefined) return `no ${entry.period} begins at ${entry.start}`;
  const since = await firstSince(ledger, origin, bounds.start, config.seq + 1, entry.seq);
  // Neither its range alone nor time alone: the one may leave readings out, the other goes wrong where a clock was set back.
  const first = Math.max(config.seq + 1, entry.of[1] === 0 ? since : Math.min(since, entry.of[0]));
  const whole = entry.seq - first <= most;
  if (entry.period === "month" || (entry.period === "day" && !whole)) {
    const parts = await partsOf(ledger, origin, entry, [since, bounds.end], signal);
    return signal.aborted ? same : { differences: recomputedOfParts(config, entry, parts, within), tooLate: false };
  }
  if (!whole) return `more than ${most} entries lie between what it names and itself`;
  const compared = async (to: number): Promise<readonly Difference[]> => {
    const again = await ofReadings(ledger, origin, config, entry, [first, to], signal);
    return signal.aborted ? [] : again.differences(within);
  };
  const differences = await compared(entry.seq);
  if (differences.length === 0) return same;
  return { differences, tooLate: entry.of[1] < entry.seq && (await compared(entry.of[1])).length === 0 };
}

async function ofReadings(
  ledger: Read,
  origin: string,
  config: ConfigBody,
  entry: DerivedEntry,
  [first, end]: readonly [number, number],
  signal: AbortSignal,
): Promise<Recomputation> {
  const again = recomputation(config, entry);
  for (let from = first; from < end && !signal.aborted; from += portion) {
    for (const bytes of await ledger.entries(origin, from, Math.min(from + portion, end))) {
      const one = parse(bytes);
      if (one.type === "frame") again.take(one, one.seq);
    }
    await turn();
  }
  for (let until = again.from; until < again.end && !signal.aborted; ) {
    until = Math.min(until + minute, again.end);
    again.close(until);
    await turn();
  }
  return again;
}

/** The shorter periods within a longer one, each with the amendments that were made before it. */
async function partsOf(
  ledger: Read,
  origin: string,
  entry: DerivedEntry,
  [first, end]: readonly [number, number],
  signal: AbortSignal,
): Promise<readonly Part[]> {
  const start = Date.parse(entry.start);
  const parts = new Map<number, Part>();
  for (let from = first; from < entry.seq && !signal.aborted; from += 4 * portion) {
    for (const { bytes, seq } of await ledger.computed(origin, from, Math.min(from + 4 * portion, entry.seq))) {
      const one = parse(bytes);
      if (one.type === "amend") {
        const was = parts.get(one.ref);
        if (was !== undefined) parts.set(one.ref, { ...was, data: overlaid(was.data, one.value) });
      } else if (
        one.type === "derived" &&
        one.cfg === entry.cfg &&
        (one.period === "hour" || one.period === "day" || one.period === "half-hour")
      ) {
        const at = Date.parse(one.start);
        if (at >= start && at < end) parts.set(seq, { period: one.period, start: at, data: one.data });
      }
    }
    await turn();
  }
  return [...parts.values()];
}

/** Number of the first entry in [low, high) that was made at or after `t`, if each was made after the one before it. */
async function firstSince(ledger: Read, origin: string, t: number, low: number, high: number): Promise<number> {
  let [from, to] = [low, high];
  while (from < to) {
    const middle = Math.floor((from + to) / 2);
    const entry = await entryAt(ledger, origin, middle);
    if (entry !== undefined && Date.parse(entry.t) < t) from = middle + 1;
    else to = middle;
  }
  return from;
}

async function entryAt(ledger: Read, origin: string, seq: number): Promise<StoredEntry | undefined> {
  const [bytes] = await ledger.entries(origin, seq, seq + 1);
  return bytes && parse(bytes);
}

/** What is in the ledger was verified before. */
const parse = (bytes: Buffer): StoredEntry => JSON.parse(bytes.toString("utf8")) as StoredEntry;
