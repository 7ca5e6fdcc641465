import { endOf } from "../../feed/derive/average/calendar.ts";
import type { Closed } from "../../feed/derive/average/channel.ts";
import { makeWatch, type Watch } from "../../feed/derive/calibration/watch.ts";
import type { CounterNews } from "../../feed/derive/counting.ts";
import { type Deriving, makeDeriving } from "../../feed/derive/deriving.ts";
import { derivedBodies } from "../../feed/derive/entries.ts";
import { samplesOf } from "../../feed/derive/samples.ts";
import type { StoredEntry } from "../../feed/format/entry.ts";
import { type Millis, millis } from "../../feed/format/vocabulary.ts";
import { amendments } from "./amendments.ts";
import { beginOf, recallBefore } from "./begin.ts";
import { checkEvent } from "./check-events.ts";
import { counterEvent } from "./counter-events.ts";
import type { DeriverParts } from "./parts.ts";
import { entriesFrom, grace } from "./reading.ts";
import { readSnapshot, type Snapshot, writeSnapshot } from "./snapshot.ts";
import { makeTelling } from "./telling.ts";

const minute = 60_000;
const hour = 60 * minute;

/**
 * Derives until `signal` aborts: reads what is in the journal, and closes each period a moment after it is over. It keeps
 * nothing that is not in the journal, so a restart at any moment goes on as if nothing had been.
 */
export async function derive(parts: DeriverParts, signal: AbortSignal): Promise<void> {
  const { channels, offset, cfg, journal, keep, clock } = parts;
  const declared = new Map(channels.map((channel) => [channel.id, channel]));
  const telling = makeTelling();
  const tellOfCounter = (news: CounterNews): void => telling.hear(counterEvent(news));
  const begin = beginOf(parts);
  const known = readSnapshot(parts.snapshot, cfg, journal.head().size);
  let next = known?.next ?? begin.seq;
  let deriving = makeDeriving(channels, offset, known?.state ?? begin.t, { tell: tellOfCounter });
  if (known === undefined) await recallBefore(deriving, parts, begin, signal);
  let late = false;
  const watches = watchesOf(parts, known?.checks ?? {});
  let seenUpTo = next;
  const see = (entry: StoredEntry): void => {
    if (entry.type === "event") telling.read(entry);
    if (entry.type !== "frame" || entry.seq < seenUpTo) return;
    for (const [channel, sample] of samplesOf(entry, entry.seq)) {
      const news = watches.get(channel)?.take(sample);
      if (news) telling.hear(checkEvent(news));
    }
    seenUpTo = entry.seq + 1;
  };

  let rememberedUpTo = known?.next;
  const owed: Closed[] = [];
  const catchUp = async (): Promise<void> => {
    for await (const entry of entriesFrom(journal, next, signal)) {
      see(entry);
      // Reading may take hours on a slow machine; what came meanwhile must not lie too far ahead.
      const came = entry.type === "frame" ? Date.parse(entry.t) : 0;
      if (came > deriving.until() + hour && came <= clock.now().wall) owed.push(...deriving.close(came - grace));
      late = takeEntry(deriving, entry, parts, owed) === "late" || late;
      next = entry.seq + 1;
    }
  };
  const putRight = async (): Promise<void> => {
    late = false;
    const again = await amendments({ ...parts, begin, tell: tellOfCounter, see }, signal);
    if (again === undefined) return;
    for (const body of again.bodies) keep(body);
    deriving = again.deriving;
    owed.splice(0, owed.length, ...again.owed);
    next = again.next;
    await catchUp();
  };
  while (!signal.aborted) {
    // Taken before the journal is read: what that takes long for must not look like silence of the meters.
    const { wall } = clock.now();
    await catchUp();
    if (late && !signal.aborted) await putRight();
    if (signal.aborted) break;
    const closed = [...owed.splice(0), ...deriving.close(wall - grace)];
    if (closed.length > 0) keep(...derivedBodies(closed, declared, cfg, wall));
    const told = telling.drain(wall);
    if (told.length > 0) keep(...told);
    if (next !== rememberedUpTo || closed.length > 0)
      writeSnapshot(parts.snapshot, { cfg, next, state: deriving.state(), checks: runningOf(watches) });
    rememberedUpTo = next;
    const now = clock.now();
    await clock.sleepUntil(millis(now.mono + untilNext(now.wall)), signal);
  }
}

const watchesOf = ({ checks }: DeriverParts, running: Snapshot["checks"]): ReadonlyMap<string, Watch> =>
  new Map((checks ?? []).map((watched) => [watched.channel, makeWatch(watched, running[watched.channel])]));

const runningOf = (watches: ReadonlyMap<string, Watch>): Snapshot["checks"] =>
  Object.fromEntries(
    [...watches].flatMap(([channel, watch]) => {
      const running = watch.state();
      return running === undefined ? [] : [[channel, running] as const];
    }),
  );

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
