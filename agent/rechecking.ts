import type { Clock } from "../drivers/clock.ts";
import { isoTime } from "../feed/format/entry.ts";
import { Fault } from "../feed/format/faults.ts";
import { type Instant, type Millis, millis, seconds } from "../feed/format/vocabulary.ts";
import { nextSlot, type Slot } from "./collect/schedule.ts";
import type { OpenJournal } from "./keep/open-journal.ts";
import type { Logger } from "./logger.ts";
import type { Keeper } from "./sealing.ts";

/**
 * What is done between two turns of everything else: so many entries of at most 16 KiB, 512 KiB to read and hash at the
 * very most. Then it rests long enough that a poll or a seal that fell due waits for one portion and never for two.
 */
export const portion = 32;
export const rest = millis(10);
const day = seconds(86_400);

export interface Rechecking {
  readonly journal: Pick<OpenJournal, "recheck">;
  readonly keeper: Pick<Keeper, "keep">;
  readonly clock: Clock;
  readonly log: Logger;
}

/** How far the journal is what was kept: to its end, or to where the Fault stands. */
export interface Rechecked {
  readonly entries: number;
  readonly fault?: Fault;
}

/**
 * Hashes the whole journal again each day `at` this time since midnight (UTC), and keeps what came of it as an event, until
 * `signal` aborts. Damage stops nothing: the tree that is signed is the one in memory, and the event must reach the service.
 */
export async function recheckDaily(parts: Rechecking, at: Millis, signal: AbortSignal): Promise<void> {
  const { keeper, clock, log } = parts;
  let slot: Slot | undefined;
  for (;;) {
    slot = dailySlot(clock.now(), at, slot);
    await clock.sleepUntil(slot.mono, signal);
    const found = await recheckAll(parts, signal);
    if (found === undefined) return;
    const { entries, fault } = found;
    if (fault === undefined) log.info({ entries }, "the journal is what was kept");
    else log.error({ code: fault.code, detail: fault.message }, "the journal is not what was kept");
    keeper.keep({ type: "event", t: isoTime(clock.now().wall), ...eventOf(found) });
  }
}

/** The grid of polls with one slot a day: neither a slewed nor a stepped clock makes two checks of one, or none. */
const dailySlot = ({ wall, mono }: Instant, at: Millis, last: Slot | undefined): Slot =>
  nextSlot({ wall: millis(wall - at), mono }, day, last);

/** Undefined where `signal` cut it short: nothing is said of a part. */
async function recheckAll({ journal, clock }: Rechecking, signal: AbortSignal): Promise<Rechecked | undefined> {
  let entries = 0;
  try {
    if (signal.aborted) return undefined;
    for (const { size } of journal.recheck(portion)) {
      entries = size;
      await clock.sleepUntil(millis(clock.now().mono + rest), signal);
      if (signal.aborted) return undefined;
    }
    return { entries };
  } catch (fault) {
    if (fault instanceof Fault) return { entries, fault };
    throw fault;
  }
}

/** What is kept of it. The words of SQLite hold paths of this machine: they are for the log, and have no place in an entry. */
export function eventOf({ entries, fault }: Rechecked): { readonly code: string; readonly detail: string } {
  if (fault === undefined) return { code: "JOURNAL_CHECKED", detail: `${entries} entries` };
  const unread = `one of the entries ${entries} to ${entries + portion - 1} cannot be read`;
  return { code: fault.code, detail: fault.cause === undefined ? fault.message : unread };
}
