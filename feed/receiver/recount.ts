import { setImmediate as turn } from "node:timers/promises";
import { checkIn, type KnownCheck, makeProof } from "../derive/calibration/proof.ts";
import type { Difference, Tolerance } from "../derive/difference.ts";
import { boundsOf, type Recomputation, recomputation } from "../derive/recompute.ts";
import { type Part, recomputedOfParts } from "../derive/recompute-parts.ts";
import type { AmendBody, ConfigBody, DerivedBody } from "../format/body.ts";
import type { StoredEntry } from "../format/entry.ts";
import type { ReadingTuple } from "../format/reading.ts";
import type { Ledger } from "./ledger.ts";

type Read = Pick<Ledger, "entries" | "computed" | "checks">;
export type DerivedEntry = StoredEntry & DerivedBody;
export type AmendEntry = StoredEntry & AmendBody;

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
/** A clock that was set back does not hide a check. */
const margin = 24 * 60 * minute;

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
  const asked = { ledger, origin, signal };
  const account = await accountOf(asked, entry, entry.seq, most);
  if (typeof account === "string") return account;
  const differences = await compared(asked, account, entry.seq, within);
  if (differences.length === 0 || account.byParts) return { differences, tooLate: false };
  const tooLate = entry.of[1] < entry.seq && (await compared(asked, account, entry.of[1], within)).length === 0;
  return { differences, tooLate };
}

/**
 * The same of what an amendment puts in the place of a derived period, from all that was there before it. Undefined where it
 * amends something else. Whatever it lacks an honest plant may still be about to amend.
 */
export async function recountAmended(
  ledger: Read,
  origin: string,
  amendment: AmendEntry,
  within: readonly Tolerance[],
  signal: AbortSignal,
  most = mostRaw,
): Promise<{ readonly entry: DerivedEntry; readonly again: Recounted | string } | undefined> {
  const asked = { ledger, origin, signal };
  const entry = await entryAt(ledger, origin, amendment.ref);
  if (entry?.type !== "derived" || entry.seq >= amendment.seq) return undefined;
  const account = await accountOf(asked, entry, amendment.seq, most);
  if (typeof account === "string") return { entry, again: account };
  const said = { ...account, entry: { ...entry, data: readingsIn(amendment.value) } };
  const differences = await compared(asked, said, amendment.seq, within, "ignored");
  return { entry, again: { differences, tooLate: true } };
}

interface Asked {
  readonly ledger: Read;
  readonly origin: string;
  readonly signal: AbortSignal;
}

/** What a period is made again from. `upTo`: one past the last entry that was there when it was said. */
interface Account {
  readonly config: StoredEntry & ConfigBody;
  readonly entry: DerivedEntry;
  readonly upTo: number;
  readonly first: number;
  readonly since: number;
  readonly end: number;
  readonly byParts: boolean;
}

async function accountOf(
  { ledger, origin }: Asked,
  entry: DerivedEntry,
  upTo: number,
  most: number,
): Promise<Account | string> {
  const config = await entryAt(ledger, origin, entry.cfg);
  if (config?.type !== "config" || config.derive === undefined || config.seq >= entry.seq)
    return `entry ${entry.cfg} declares nothing derived`;
  const bounds = boundsOf(config, entry);
  if (bounds === undefined) return `no ${entry.period} begins at ${entry.start}`;
  const since = await firstSince(ledger, origin, bounds.start, config.seq + 1, entry.seq);
  // Neither its range alone nor time alone: the one may leave readings out, the other goes wrong where a clock was set back.
  const first = Math.max(config.seq + 1, entry.of[1] === 0 ? since : Math.min(since, entry.of[0]));
  const whole = entry.seq - first <= most;
  const byParts = entry.period === "month" || (entry.period === "day" && !whole);
  if (!byParts && !whole) return `more than ${most} entries lie between what it names and itself`;
  return { config, entry, upTo, first, since, end: bounds.end, byParts };
}

/** With the readings before `to`; checks count up to when it was said. */
async function compared(
  asked: Asked,
  account: Account,
  to: number,
  within: readonly Tolerance[],
  counts?: "ignored",
): Promise<readonly Difference[]> {
  const { config, entry } = account;
  if (account.byParts) {
    const parts = await partsOf(asked, account);
    return asked.signal.aborted ? [] : recomputedOfParts(config, entry, parts, within, counts);
  }
  const again = await ofReadings(asked, account, to);
  return asked.signal.aborted ? [] : again.differences(within, counts);
}

/** The checks that decide what of the period is proven: those that a pass before it would still last from, and all since. */
async function checksOf({ ledger, origin }: Asked, { config, entry, upTo }: Account): Promise<readonly KnownCheck[]> {
  const { reach } = makeProof(config);
  if (reach === 0) return [];
  const from = await firstSince(ledger, origin, Date.parse(entry.start) - reach - margin, 0, upTo);
  return (await ledger.checks(origin, from, upTo)).flatMap((bytes) => checkIn(parse(bytes)) ?? []);
}

async function ofReadings(asked: Asked, account: Account, end: number): Promise<Recomputation> {
  const { ledger, origin, signal } = asked;
  const { config, entry, first } = account;
  const again = recomputation(config, entry, await checksOf(asked, account));
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
  { ledger, origin, signal }: Asked,
  { entry, since, end, upTo }: Account,
): Promise<readonly Part[]> {
  const start = Date.parse(entry.start);
  const parts = new Map<number, Part>();
  for (let from = since; from < upTo && !signal.aborted; from += 4 * portion) {
    for (const { bytes, seq } of await ledger.computed(origin, from, Math.min(from + 4 * portion, upTo))) {
      const one = parse(bytes);
      if (one.type === "amend") {
        const was = parts.get(one.ref);
        if (was !== undefined) parts.set(one.ref, { ...was, data: { ...was.data, ...readingsIn(one.value) } });
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

/** What an amendment puts in the place of what was said; words of another kind put nothing. */
function readingsIn(value: string): Readonly<Record<string, ReadingTuple>> {
  try {
    const read: unknown = JSON.parse(value);
    if (typeof read !== "object" || read === null) return {};
    return Object.fromEntries(Object.entries(read).filter(([, one]) => Array.isArray(one) && one.length >= 2));
  } catch {
    return {};
  }
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
