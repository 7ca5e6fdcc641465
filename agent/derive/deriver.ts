import { endOf, startOf } from "../../feed/derive/average/calendar.ts";
import { type Deriving, makeDeriving } from "../../feed/derive/deriving.ts";
import { derivedBodies, samplesOf } from "../../feed/derive/entries.ts";
import type { StoredEntry } from "../../feed/format/entry.ts";
import { isoTime } from "../../feed/format/entry.ts";
import { type Millis, millis, seconds } from "../../feed/format/vocabulary.ts";
import { amendments } from "./amendments.ts";
import type { DeriverParts } from "./parts.ts";
import { entriesFrom, firstSince } from "./reading.ts";
import { readSnapshot, writeSnapshot } from "./snapshot.ts";

const minute = 60_000;
/** A poll that ended with the minute is in the journal this long after it. */
const grace = seconds(2);

/**
 * Derives until `signal` aborts: reads what is in the journal, and closes each period a moment after it is over. It keeps
 * nothing that is not in the journal, so a restart at any moment goes on as if nothing had been.
 */
export async function derive(parts: DeriverParts, signal: AbortSignal): Promise<void> {
  const { channels, offset, cfg, journal, keep, clock } = parts;
  const declared = new Map(channels.map((channel) => [channel.id, channel]));
  const begin = beginOf(parts);
  const known = readSnapshot(parts.snapshot, cfg, journal.head().size);
  let next = known?.next ?? begin.seq;
  let deriving = makeDeriving(channels, offset, known?.state ?? begin.t);
  let late = false;

  const catchUp = async (): Promise<void> => {
    for await (const entry of entriesFrom(journal, next, signal)) {
      late = takeEntry(deriving, entry, parts) === "late" || late;
      next = entry.seq + 1;
    }
  };
  const putRight = async (): Promise<void> => {
    late = false;
    const again = await amendments({ ...parts, begin }, signal);
    if (again === undefined) return;
    for (const body of again.bodies) keep(body);
    deriving = again.deriving;
    next = again.next;
    await catchUp();
  };
  while (!signal.aborted) {
    // Read the clock first: what is kept while the journal is being read may belong to a minute that would be closed without it.
    const read = clock.now().wall;
    await catchUp();
    if (late && !signal.aborted) await putRight();
    if (signal.aborted) break;
    const { wall, mono } = clock.now();
    const closed = deriving.close(read - grace);
    if (closed.length > 0) keep(...derivedBodies(closed, declared, cfg, wall));
    writeSnapshot(parts.snapshot, { cfg, next, state: deriving.state() });
    await clock.sleepUntil(millis(mono + untilNext(wall)), signal);
  }
}

const untilNext = (wall: Millis): number => minute - ((wall - grace) % minute);

/** From here on everything is in the averages: the month that is open, or the declaration where that is newer. */
export function beginOf({ offset, cfg, since, journal, clock }: DeriverParts): {
  readonly seq: number;
  readonly t: Millis;
} {
  const month = millis(startOf("month", clock.now().wall, offset / minute));
  if (month <= since) return { seq: cfg, t: since };
  return { seq: Math.max(cfg, firstSince(journal, isoTime(month))), t: month };
}

/** One entry of the journal: readings count, and a period that was closed before is closed now too. */
export function takeEntry(
  deriving: Deriving,
  entry: StoredEntry,
  { cfg, offset }: Pick<DeriverParts, "cfg" | "offset">,
): "taken" | "late" {
  if (entry.type === "frame") {
    const taken = samplesOf(entry, entry.seq).map(([channel, sample]) => deriving.take(channel, sample));
    return taken.includes("late") ? "late" : "taken";
  }
  if (entry.type === "derived" && entry.cfg === cfg)
    deriving.close(endOf(entry.period, Date.parse(entry.start), offset / minute));
  return "taken";
}
