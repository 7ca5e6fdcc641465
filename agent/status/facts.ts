import { type Sector, sectorById } from "../../config/sectors.ts";
import { daysAhead, type Site } from "../../config/site.ts";
import type { FrameBody } from "../../feed/format/body.ts";
import { type Entry, readEntry, type StoredEntry } from "../../feed/format/entry.ts";
import { journalPath } from "../agent.ts";
import { type Following, followJournal, isHeld } from "../keep/follow.ts";
import type { JournalReader } from "../keep/open-journal.ts";
import { readJournal } from "../keep/reader.ts";
import { readPolicy } from "../policy.ts";
import { type MonthFact, monthsSince } from "./months.ts";

/** Entries that wait for something. Times here are Unix ms. */
export interface Waiting {
  readonly entries: number;
  /** When the oldest of them was made. */
  readonly since: number | null;
}

/** How the last poll of a device ended: so many of its values are there, and why the others are not. */
export interface LastPoll {
  readonly at: number;
  readonly seq: number;
  readonly values: number;
  readonly of: number;
  readonly reasons: readonly string[];
}

export interface DeviceFact {
  readonly id: string;
  readonly every: number;
  /** Null: none among the newest entries. */
  readonly last: LastPoll | null;
  /** When the agent told that it answers no more; null: it answers, or answered when it was asked last. */
  readonly silentSince: number | null;
}

/** What the files of a site say, beside a running agent or without one. */
export interface Facts {
  readonly now: number;
  /** Where the site's days begin, ahead of UTC. */
  readonly offset: number;
  readonly origin: string;
  readonly running: boolean;
  /** The log was closed: nothing is measured any more. */
  readonly ended: boolean;
  readonly begun: number | null;
  /** When an agent was started last. */
  readonly started: number | null;
  readonly head: { readonly size: number; readonly at: number | null };
  readonly sealEvery: number;
  /** The newest, and when the newest entry under it was made. */
  readonly checkpoint: { readonly size: number; readonly at: number | null } | null;
  readonly unsigned: Waiting;
  /** Null: the site sends nothing. `cosigned`: the newest tree that was, and when. */
  readonly service: {
    readonly cosigned: { readonly size: number; readonly at: number | null };
    readonly uncosigned: Waiting;
    readonly outbox: Waiting;
  } | null;
  /** As the newest poll knew it. */
  readonly clock: { readonly source: string; readonly maxErrMs: number; readonly at: number } | null;
  /** The last check of the whole journal; `fault` is the code of what it found. */
  readonly check: { readonly at: number; readonly fault: string | null } | null;
  readonly devices: readonly DeviceFact[];
  /** Null: the site certifies nothing. */
  readonly certificates: { readonly due: Sector["due"]; readonly months: readonly MonthFact[] } | null;
}

/** Entries looked at, at most, for the last poll of each device. */
const back = 20_000;
const portion = 256;

/**
 * Reads what there is to know, and holds nothing up. E_POLICY, E_JOURNAL_MISSING, E_JOURNAL_CORRUPT, E_JOURNAL_BUSY, E_JOURNAL_IO.
 */
export function readFacts(site: Site, now: number): Facts {
  const dir = journalPath(site);
  const journal = readJournal(dir);
  try {
    // What the agent moves meanwhile is read before the end of the log is: no pointer lies beyond it.
    const { witnessed, mirrored } = { witnessed: journal.witnessed(), mirrored: journal.mirrored() };
    const following = followJournal(dir);
    try {
      return factsOf(site, journal, following, { witnessed, mirrored, running: isHeld(dir) }, now);
    } finally {
      following.close();
    }
  } finally {
    journal.close();
  }
}

interface Moving {
  readonly witnessed: number;
  readonly mirrored: number;
  readonly running: boolean;
}

function factsOf(site: Site, journal: JournalReader, log: Following, moving: Moving, now: number): Facts {
  const { certificate, feed } = site;
  const end = log.end();
  const at = (seq: number): number | null => timeOf(log.read(seq, seq + 1)[0]);
  const waiting = (from: number): Waiting => ({ entries: end - from, since: from < end ? at(from) : null });
  const sealed = journal.latestCheckpoint()?.size ?? 0;
  const frames = newestFrames(log, end, new Set(site.devices.map(({ id }) => id)));
  const newest = [...frames.values()].sort((a, b) => b.seq - a.seq)[0];
  const offset = daysAhead(site);
  const begun = at(0);
  return {
    now,
    offset,
    origin: journal.origin,
    running: moving.running,
    ended: journal.lastOfType("end") !== undefined,
    begun,
    started: timeOf(journal.lastOfType("boot")),
    head: { size: end, at: end === 0 ? null : at(end - 1) },
    sealEvery: site.seal.every,
    checkpoint: sealed === 0 ? null : { size: sealed, at: at(sealed - 1) },
    unsigned: waiting(sealed),
    service: feed === undefined ? null : serviceOf(journal, moving, waiting),
    clock: newest === undefined ? null : { source: newest.clk[0], maxErrMs: newest.clk[1], at: Date.parse(newest.t) },
    check: lastCheck(journal),
    devices: site.devices.map(({ id, every }) => deviceOf(journal, id, every, frames.get(id))),
    certificates:
      certificate === undefined
        ? null
        : {
            due: sectorById(certificate.sector).due,
            months: monthsSince(begun ?? now, now, offset, {
              state: site.state,
              journal,
              control: feed === undefined ? [] : [readPolicy(feed.policy).policy.control].flatMap((key) => key ?? []),
            }),
          },
  };
}

function serviceOf(
  journal: JournalReader,
  { witnessed, mirrored }: Moving,
  waiting: (from: number) => Waiting,
): Facts["service"] {
  const [first] = journal.cosignatures(witnessed);
  return {
    cosigned: { size: witnessed, at: first === undefined ? null : first.time * 1000 },
    uncosigned: waiting(witnessed),
    outbox: waiting(mirrored),
  };
}

type StoredFrame = StoredEntry & FrameBody;

/** The newest poll of each device. What an instrument kept in its own memory is none. */
function newestFrames(log: Following, end: number, devices: ReadonlySet<string>): ReadonlyMap<string, StoredFrame> {
  const found = new Map<string, StoredFrame>();
  for (let to = end; to > Math.max(0, end - back) && found.size < devices.size; to -= portion)
    for (const { bytes } of log.read(Math.max(0, to - portion), to).toReversed()) {
      const read = readEntry(bytes);
      if (!read.ok || read.value.type !== "frame" || read.value.hist) continue;
      const { dev = "" } = read.value;
      if (devices.has(dev) && !found.has(dev)) found.set(dev, read.value);
    }
  return found;
}

function deviceOf(journal: JournalReader, id: string, every: number, frame: StoredFrame | undefined): DeviceFact {
  const lost = journal.lastOfType("event", id, "COMM_LOST");
  const regained = journal.lastOfType("event", id, "COMM_BACK");
  const last = frame === undefined ? null : pollOf(frame);
  // An agent that starts anew knows of no loss, and tells of no return: the newest poll says it too.
  const silent = lost !== undefined && lost.seq > (regained?.seq ?? -1) && (last === null || last.values === 0);
  return { id, every, last, silentSince: silent ? timeOf(lost) : null };
}

function pollOf({ seq, t, data }: StoredFrame): LastPoll {
  const tuples = Object.values(data);
  const missing = tuples.filter(([value]) => value === null);
  const reasons = new Set(missing.map(([, , reason = ""]) => reason));
  return {
    at: Date.parse(t),
    seq,
    values: tuples.length - missing.length,
    of: tuples.length,
    reasons: [...reasons].sort(),
  };
}

function lastCheck(journal: JournalReader): Facts["check"] {
  const passed = journal.lastOfType("event", null, "JOURNAL_CHECKED");
  const failed = journal.lastOfType("event", null, "E_JOURNAL_CORRUPT");
  const failedLast = (failed?.seq ?? -1) > (passed?.seq ?? -1);
  const at = timeOf(failedLast ? failed : passed);
  return at === null ? null : { at, fault: failedLast ? "E_JOURNAL_CORRUPT" : null };
}

function timeOf(entry: Entry | undefined): number | null {
  const read = entry && readEntry(entry.bytes);
  return read?.ok ? Date.parse(read.value.t) : null;
}
