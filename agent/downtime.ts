import type { GapBody } from "../feed/format/body.ts";
import { type Entry, isoTime, readEntry, type StoredEntry } from "../feed/format/entry.ts";
import type { Millis } from "../feed/format/vocabulary.ts";
import type { OpenJournal } from "./keep/open-journal.ts";

/** A restart within this is none. */
const least = 60_000;

/**
 * The interval of which there is nothing because the agent did not run, from the newest entry of the last run to now; undefined
 * where it is short, or where the clock says that it ends before it begins.
 */
export function downtime(
  last: StoredEntry | undefined,
  boot: string,
  lastBoot: string | undefined,
  now: Millis,
): GapBody | undefined {
  if (last === undefined || last.type === "genesis" || now - Date.parse(last.t) < least) return undefined;
  const stopped = last.type === "event" && last.code === "AGENT_STOP";
  const rebooted = lastBoot !== undefined && lastBoot !== boot;
  const why = `${stopped ? "the agent was stopped" : "the agent ended without notice"}${rebooted ? "; the machine was started anew" : ""}`;
  return { type: "gap", t: isoTime(now), from: last.t, to: isoTime(now), why };
}

const read = (entry: Entry | undefined): StoredEntry | undefined => {
  const value = entry && readEntry(entry.bytes);
  return value?.ok ? value.value : undefined;
};

export function newest(journal: Pick<OpenJournal, "head" | "read">): StoredEntry | undefined {
  const { size } = journal.head();
  return read(journal.read(size - 1, size)[0]);
}

export function lastBoot(journal: Pick<OpenJournal, "lastOfType">): string | undefined {
  const entry = read(journal.lastOfType("boot"));
  return entry?.type === "boot" ? entry.boot : undefined;
}
