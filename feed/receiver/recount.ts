import { setImmediate as turn } from "node:timers/promises";
import { checkIn, type KnownCheck, makeProof } from "../derive/calibration/proof.ts";
import type { Difference, Tolerance } from "../derive/difference.ts";
import { overlaid, type Readings } from "../derive/overlaid.ts";
import { apartOf, boundsOf, type Recomputation, recomputation } from "../derive/recompute.ts";
import type { AmendBody, ConfigBody, DerivedBody } from "../format/body.ts";
import type { StoredEntry } from "../format/entry.ts";
import { inTime, isTangled, stretchesIn, type Window } from "./in-time.ts";
import type { Ledger } from "./ledger.ts";
import { entryAt, firstSince, recallFrom } from "./places.ts";
import { portion, type Stretches } from "./stretches.ts";

export type DerivedEntry = StoredEntry & DerivedBody;
export type AmendEntry = StoredEntry & AmendBody;

/** One log, and what is known of the order of its times. */
export interface Asked {
  readonly ledger: Pick<Ledger, "entries" | "checks">;
  readonly origin: string;
  readonly stretches: Stretches;
  readonly signal: AbortSignal;
}

const minute = 60_000;
const hour = 60 * minute;
/** Of each hour, and of what is shorter, so many entries are looked through at most: seventy a second. */
const mostAnHour = 262_144;
/** A clock that was set back does not hide a check. */
const margin = 24 * hour;

export interface Recounted {
  readonly differences: readonly Difference[];
  /** Readings that came behind those it names make all the difference: an honest plant read them too late, and amends it. */
  readonly tooLate: boolean;
}

/**
 * Makes one derived period again from the readings in the ledger, up to its entry, all of which are here. In portions, so that
 * it holds nobody up and a month takes no more memory than a minute. What is wrong comes back as differences, or as one sentence
 * where there is nothing to compare with. Throws Fault E_LEDGER_*.
 */
export async function recount(
  asked: Asked,
  entry: DerivedEntry,
  within: readonly Tolerance[],
  most = mostAnHour,
): Promise<Recounted | string> {
  const account = await accountOf(asked, entry, entry.seq, most);
  if (typeof account === "string") return account;
  const again = await ofReadings(asked, account, entry.seq);
  if (typeof again === "string") return again;
  const differences = asked.signal.aborted ? [] : again.differences(within);
  if (differences.length === 0 || entry.of[1] >= entry.seq) return { differences, tooLate: false };
  const earlier = await ofReadings(asked, account, entry.of[1]);
  const isLate = typeof earlier !== "string" && !asked.signal.aborted && earlier.differences(within).length === 0;
  return { differences, tooLate: isLate };
}

/**
 * The same of what an amendment puts in the place of a derived period, from all that was there before it. Undefined where it
 * amends something else. Whatever it lacks an honest plant may still be about to amend. `before`: what was said and stands.
 */
export async function recountAmended(
  asked: Asked,
  amendment: AmendEntry,
  before: Readings,
  within: readonly Tolerance[],
  most = mostAnHour,
): Promise<{ readonly entry: DerivedEntry; readonly again: Recounted | string } | undefined> {
  const entry = await entryAt(asked, amendment.ref);
  if (entry?.type !== "derived" || entry.seq >= amendment.seq) return undefined;
  const account = await accountOf(asked, entry, amendment.seq, most);
  if (typeof account === "string") return { entry, again: account };
  const said = { ...account, entry: { ...entry, data: overlaid(before, amendment.value) } };
  const again = await ofReadings(asked, said, amendment.seq);
  if (typeof again === "string") return { entry, again };
  const differences = asked.signal.aborted ? [] : again.differences(within, "ignored");
  return { entry, again: { differences, tooLate: true } };
}

/** What a period is made again from. `upTo`: one past the last entry that was there when it was said. */
interface Account {
  readonly config: StoredEntry & ConfigBody;
  readonly entry: DerivedEntry;
  readonly upTo: number;
  /** The window of its readings, and of those that its totalisers begin with. */
  readonly from: number;
  readonly since: number;
  readonly until: number;
}

async function accountOf(asked: Asked, entry: DerivedEntry, upTo: number, most: number): Promise<Account | string> {
  const config = await entryAt(asked, entry.cfg);
  if (config?.type !== "config" || config.derive === undefined || config.seq >= entry.seq)
    return `entry ${entry.cfg} declares nothing derived`;
  const bounds = boundsOf(config, entry);
  if (bounds === undefined) return `no ${entry.period} begins at ${entry.start}`;
  const apart = apartOf(config);
  const { start, end } = { start: bounds.start - apart, end: bounds.end + apart };
  const since = await firstSince(asked, start, config.seq + 1, entry.seq);
  // Neither its range alone nor time alone: the one may leave readings out, the other goes wrong where a clock was set back.
  const first = Math.max(config.seq + 1, entry.of[1] === 0 ? since : Math.min(since, entry.of[0]));
  const limit = Math.ceil(most * Math.max(1, (end - start) / hour));
  if (entry.seq - first > limit) return `more than ${limit} entries lie between what it names and itself`;
  const recalled = await recallFrom(asked, config, bounds.start, first, most);
  const window = recalled === undefined ? { from: first, since: start } : { from: recalled, since: -Infinity };
  return { config, entry, upTo, until: end, ...window };
}

/** From the readings before entry `to`; checks count up to when it was said. */
async function ofReadings(asked: Asked, account: Account, to: number): Promise<Recomputation | string> {
  const { ledger, origin, stretches, signal } = asked;
  const { config, entry, from, since, until } = account;
  const window: Window = { from, to, since, until };
  const tangled = "its readings are too much out of order";
  const again = recomputation(config, entry, await checksOf(asked, account));
  if (!(await stretches.cover(from, to, signal))) return signal.aborted ? again : tangled;
  const those = stretchesIn(stretches.all(), window);
  if (isTangled(those)) return tangled;
  let closed = Math.floor(again.from / minute) * minute;
  const closeTo = async (t: number): Promise<void> => {
    for (; closed + minute <= Math.min(t, again.end) && !signal.aborted; closed += minute) {
      again.close(closed + minute);
      await turn();
    }
  };
  for await (const { t, frame, seq } of inTime(ledger, origin, those, window, signal)) {
    await closeTo(t - again.apart);
    again.take(frame, seq);
  }
  await closeTo(again.end);
  return again;
}

/** The checks that decide what of the period is proven: those that a pass before it would still last from, and all since. */
async function checksOf(asked: Asked, { config, entry, upTo }: Account): Promise<readonly KnownCheck[]> {
  const { reach } = makeProof(config);
  if (reach === 0) return [];
  const from = await firstSince(asked, Date.parse(entry.start) - reach - margin, 0, upTo);
  const found: KnownCheck[] = [];
  for (const bytes of await asked.ledger.checks(asked.origin, from, upTo)) {
    const check = checkIn(JSON.parse(bytes.toString("utf8")) as StoredEntry);
    if (check) found.push(check);
    if (found.length % portion === portion - 1) await turn();
  }
  return found;
}
