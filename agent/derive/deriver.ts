import { endOf } from "../../feed/derive/average/calendar.ts";
import type { Closed } from "../../feed/derive/average/channel.ts";
import type { CounterNews } from "../../feed/derive/counting.ts";
import { type Deriving, makeDeriving } from "../../feed/derive/deriving.ts";
import { derivedBodies } from "../../feed/derive/entries.ts";
import type { StoredEntry } from "../../feed/format/entry.ts";
import { type Millis, millis, seconds } from "../../feed/format/vocabulary.ts";
import { amendments } from "./amendments.ts";
import { beginAt, beginOf, recallBefore } from "./begin.ts";
import { makeChecking } from "./checking.ts";
import { counterEvent } from "./counter-events.ts";
import { earlierAmendments } from "./earlier.ts";
import type { DeriverParts } from "./parts.ts";
import { entriesFrom, grace } from "./reading.ts";
import { makeRemembered } from "./remembered.ts";
import { readSnapshot, writeSnapshot } from "./snapshot.ts";
import { makeTelling } from "./telling.ts";

const minute = 60_000;
const hour = 60 * minute;
/** Late readings that come one after the other are put right together: so often, and before an hour is closed without them. */
const together = seconds(300);

/**
 * Derives until `signal` aborts: reads what is in the journal, and closes each period a moment after it is over. It keeps
 * nothing that is not in the journal, so a restart at any moment goes on as if nothing had been.
 */
export async function derive(parts: DeriverParts, signal: AbortSignal): Promise<void> {
  const { channels, offset, cfg, journal, keep, clock } = parts;
  const declared = new Map(channels.map((channel) => [channel.id, channel]));
  const telling = makeTelling();
  const tell = (news: CounterNews): void => telling.hear(counterEvent(news));
  const begin = beginOf(parts, clock.now().wall);
  const known = readSnapshot(parts.snapshot, cfg, journal.head().size);
  let next = known?.next ?? begin.seq;
  const checking = makeChecking(parts, telling, next, known?.checks ?? {});
  const unproven = checking.proof.spans;
  let deriving = makeDeriving(channels, offset, known?.state ?? begin.t, { tell, unproven });
  if (known === undefined) await recallBefore(deriving, parts, begin, signal);
  const see = (entry: StoredEntry): void => {
    if (entry.type === "event") telling.read(entry);
    checking.see(entry);
  };

  let rememberedUpTo = known?.next;
  const owed: Closed[] = [];
  const remembered = makeRemembered(`${parts.snapshot}.d`);
  /** The earliest moments of which the averages are wrong: since readings came late, and since a check says so. */
  let lateSince = known?.lateSince;
  let wrongSince: number | undefined;
  let rightedAt = Number.NEGATIVE_INFINITY;
  const catchUp = async (): Promise<void> => {
    for await (const entry of entriesFrom(journal, next, signal)) {
      see(entry);
      // Reading may take hours on a slow machine; what came meanwhile must not lie too far ahead.
      const came = entry.type === "frame" ? Date.parse(entry.t) : 0;
      if (came > deriving.until() + hour && came <= clock.now().wall) owed.push(...deriving.close(came - grace));
      if (takeEntry(deriving, entry, parts, owed) === "late")
        lateSince = Math.max(begin.t, Math.min(lateSince ?? Number.POSITIVE_INFINITY, earliestOf(entry)));
      next = entry.seq + 1;
    }
    const changed = checking.changed();
    if (changed !== undefined) wrongSince = Math.min(wrongSince ?? changed, changed);
  };
  const earliestOf = (entry: StoredEntry): number =>
    entry.type !== "frame"
      ? Number.POSITIVE_INFINITY
      : Math.min(...deriving.samplesOf(entry, entry.seq).map(([, { t }]) => t));
  const putRight = async (): Promise<void> => {
    const since = Math.min(wrongSince ?? clock.now().wall, lateSince ?? clock.now().wall);
    const moment = wrongSince ?? since;
    const kept = remembered.before(since, cfg, journal.head().size);
    const from = kept === undefined ? beginOf(parts, since) : beginAt(kept);
    remembered.forget(since);
    [lateSince, wrongSince] = [undefined, undefined];
    if (moment < parts.since)
      for (const body of await earlierAmendments(parts, checking.known, moment, signal)) keep(body);
    const again = await amendments({ ...parts, begin: from, tell, see, proof: checking.proof }, signal);
    if (again === undefined) return;
    rightedAt = clock.now().mono;
    for (const body of again.bodies) keep(body);
    deriving = again.deriving;
    owed.splice(0, owed.length, ...again.owed);
    next = again.next;
    rememberedUpTo = undefined;
    await catchUp();
  };
  const isLateDue = (wall: Millis): boolean =>
    lateSince !== undefined && (clock.now().mono >= rightedAt + together || endsHour(deriving.until(), wall - grace));
  const say = (wall: Millis): number => {
    const told = telling.drain(wall);
    if (told.length > 0) keep(...told);
    return told.length;
  };
  while (!signal.aborted) {
    // Taken before the journal is read: what that takes long for must not look like silence of the meters.
    const { wall } = clock.now();
    await catchUp();
    checking.expire(wall);
    // A check counts from its entry on: it comes before the periods that are closed with it.
    if (!signal.aborted && say(wall) > 0) await catchUp();
    if ((wrongSince !== undefined || isLateDue(wall)) && !signal.aborted) await putRight();
    if (signal.aborted) break;
    const closed = [...owed.splice(0), ...deriving.close(wall - grace)];
    if (closed.length > 0) keep(...derivedBodies(closed, declared, cfg, wall));
    say(wall);
    if (next !== rememberedUpTo || closed.length > 0) {
      const snapshot = { cfg, next, state: deriving.state(), checks: checking.running(), lateSince };
      writeSnapshot(parts.snapshot, snapshot);
      if (lateSince === undefined) remembered.keep(snapshot);
    }
    rememberedUpTo = next;
    const now = clock.now();
    await clock.sleepUntil(millis(now.mono + untilNext(now.wall)), signal);
  }
}

/** Whether an hour ends in (from, to]. */
const endsHour = (from: number, to: number): boolean => Math.floor(from / 3_600_000) < Math.floor(to / 3_600_000);

const untilNext = (wall: Millis): number => minute - ((wall - grace) % minute);

/**
 * One entry of the journal: readings count, and a period that was closed before is closed now too. At a start all is closed
 * that was over by then, or what comes after a long standstill would lie too far ahead: that is `owed` until its entry is met.
 */
export function takeEntry(
  deriving: Deriving,
  entry: StoredEntry,
  { cfg, offset }: Pick<DeriverParts, "cfg" | "offset">,
  owed: Closed[],
): "taken" | "late" {
  if (entry.type === "frame") {
    const taken = deriving.samplesOf(entry, entry.seq).map(([channel, sample]) => deriving.take(channel, sample));
    return taken.includes("late") ? "late" : "taken";
  }
  if (entry.type === "boot") owed.push(...deriving.close(Date.parse(entry.t) - grace));
  if (entry.type === "derived" && entry.cfg === cfg) {
    const start = Date.parse(entry.start);
    deriving.close(endOf(entry.period, start, offset / minute));
    const unpaid = owed.filter((one) => one.period !== entry.period || one.start !== start);
    owed.splice(0, owed.length, ...unpaid);
  }
  return "taken";
}
