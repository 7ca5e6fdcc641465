import { setImmediate as turn } from "node:timers/promises";
import { counterOf } from "../derive/counter-input.ts";
import { declaredIn } from "../derive/entries.ts";
import { apartOf } from "../derive/recompute.ts";
import type { ConfigBody } from "../format/body.ts";
import type { StoredEntry } from "../format/entry.ts";
import type { Ledger } from "./ledger.ts";
import { frameIn, portion } from "./stretches.ts";

interface Log {
  readonly ledger: Pick<Ledger, "entries">;
  readonly origin: string;
}

/** What is in the ledger was verified before. */
export async function entryAt({ ledger, origin }: Log, seq: number): Promise<StoredEntry | undefined> {
  const [bytes] = await ledger.entries(origin, seq, seq + 1);
  return bytes && (JSON.parse(bytes.toString("utf8")) as StoredEntry);
}

/** Number of the first entry in [low, high) that was made at or after `t`, if each was made after the one before it. */
export async function firstSince(log: Log, t: number, low: number, high: number): Promise<number> {
  let [from, to] = [low, high];
  while (from < to) {
    const middle = Math.floor((from + to) / 2);
    const entry = await entryAt(log, middle);
    if (entry !== undefined && Date.parse(entry.t) < t) from = middle + 1;
    else to = middle;
  }
  return from;
}

/**
 * From where on, at or before entry `first`, polls tell what the totalisers of a declaration showed at `start`, and which meters
 * they were: a meter may say so seldom, and at most `most` entries are asked for it. Undefined where nothing is counted from
 * before.
 */
export async function recallFrom(
  log: Log & { readonly signal: AbortSignal },
  config: StoredEntry & ConfigBody,
  start: number,
  first: number,
  most: number,
): Promise<number | undefined> {
  const counters = declaredIn(config).flatMap(({ how }) => counterOf(how) ?? []);
  const low = config.seq + 1;
  if (counters.length === 0 || Date.parse(config.t) > start) return undefined;
  const fresh = Math.max(...counters.map(({ setup }) => setup.fresh));
  let from = await firstSince(log, start - fresh - apartOf(config), low, first);
  const meters = new Set(counters.flatMap(({ meter }) => meter ?? []));
  for (let asked = 0; meters.size > 0 && from > low && asked < most && !log.signal.aborted; asked += portion) {
    const begin = Math.max(low, from - portion);
    for (const bytes of await log.ledger.entries(log.origin, begin, from)) {
      const data = frameIn(bytes)?.frame.data ?? {};
      for (const meter of meters) if (Object.hasOwn(data, meter) && data[meter]?.[0] !== null) meters.delete(meter);
    }
    from = begin;
    await turn();
  }
  return from;
}
