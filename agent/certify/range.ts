import { endOf } from "../../feed/derive/average/calendar.ts";
import { isoTime, readEntry, type StoredEntry } from "../../feed/format/entry.ts";
import { Fault } from "../../feed/format/faults.ts";
import { type Millis, millis } from "../../feed/format/vocabulary.ts";
import { readPeriod } from "../derive/period-text.ts";
import { firstSince } from "../derive/reading.ts";
import type { JournalReader } from "../keep/open-journal.ts";
import type { CosignatureLine, Sealed } from "../keep/state.ts";

/** A month of a site, Unix ms. */
export interface Month {
  readonly month: string;
  readonly from: number;
  readonly to: number;
  /** Minutes that its days begin before those of UTC. */
  readonly east: number;
}

/** Entries [from, to) of the month, and what closes them. */
export interface Range {
  readonly from: number;
  readonly to: number;
  readonly close: Sealed;
  /** Unix ms of the earliest cosignature over all of them. */
  readonly closed: number;
  /** Entries outside of the range that the certificate needs: before it and behind it, in order. */
  readonly before: readonly StoredEntry[];
  readonly behind: readonly StoredEntry[];
}

/** E_CERT_MONTH where it is no month, or is not over at `now`. */
export function monthOf(text: string, offset: Millis, now: Millis): Month {
  const east = offset / 60_000;
  const named = readPeriod(text, east);
  if (named?.period !== "month") throw new Fault("E_CERT_MONTH", `${text} is no month; write 2026-10`);
  const to = endOf("month", named.start, east);
  if (to > now) throw new Fault("E_CERT_MONTH", `${text} is not over before ${isoTime(millis(to))}`);
  return { month: text, from: named.start, to, east };
}

/**
 * From the first entry made in the month to the first checkpoint that was cosigned after its end and covers its derived
 * values. Outside of it: the configuration in force when the month began, and what was entered or amended later.
 * E_CERT_OPEN where the month is not closed yet, E_CERT_EMPTY where it has no entry.
 */
export function rangeOf(journal: JournalReader, month: Month, derives: boolean): Range {
  const from = firstSince(journal, isoTime(millis(month.from)));
  const after = firstSince(journal, isoTime(millis(month.to)));
  if (after <= from) throw new Fault("E_CERT_EMPTY", `the journal has no entry of ${month.month}`);
  const derived = derives ? derivedEntry(journal, from, month) : undefined;
  if (derives && derived === undefined)
    throw new Fault("E_CERT_OPEN", `the derived values of ${month.month} are not written yet`);
  const least = Math.max(after, (derived ?? 0) + 1);
  const closing = closingFrom(journal, least, month.to);
  if (closing === undefined)
    throw new Fault("E_CERT_OPEN", `no checkpoint of ${least} entries or more was cosigned since the month ended`);
  const { close, closed } = closing;
  return {
    from,
    to: close.size,
    close,
    closed,
    before: configsBefore(journal, from),
    behind: behind(journal, close.size, month, derived),
  };
}

function derivedEntry(journal: JournalReader, from: number, month: Month): number | undefined {
  const start = isoTime(millis(month.from));
  let found: number | undefined;
  for (const { seq, bytes } of journal.ofType("derived", from)) {
    if (!bytes.includes(monthMark)) continue;
    const read = readEntry(bytes);
    if (read.ok && read.value.type === "derived" && read.value.period === "month" && read.value.start === start)
      found = seq;
  }
  return found;
}
const monthMark = Buffer.from('"period":"month"');

function closingFrom(
  journal: JournalReader,
  least: number,
  end: number,
): { readonly close: Sealed; readonly closed: number } | undefined {
  for (let after = least - 1; ; ) {
    const page = journal.checkpoints(after, 200);
    for (const close of page) {
      const closed = earliest(journal.cosignatures(close.size));
      if (closed !== undefined && closed >= end) return { close, closed };
      after = close.size;
    }
    if (page.length === 0) return undefined;
  }
}

const earliest = (lines: readonly CosignatureLine[]): number | undefined =>
  lines.length === 0 ? undefined : Math.min(...lines.map(({ time }) => time)) * 1000;

/** The newest configuration of each device and of the site. */
function configsBefore(journal: JournalReader, from: number): StoredEntry[] {
  const newest = new Map<string, StoredEntry>();
  for (const { seq, bytes } of journal.ofType("config", 0)) {
    if (seq >= from) break;
    const read = readEntry(bytes);
    if (read.ok && read.value.type === "config") newest.set(read.value.dev ?? "", read.value);
  }
  return [...newest.values()].sort((a, b) => a.seq - b.seq);
}

function behind(journal: JournalReader, size: number, month: Month, derived: number | undefined): StoredEntry[] {
  const found = new Map<number, StoredEntry>();
  for (const type of ["amend", "manual", "doc"] as const)
    for (const { bytes } of journal.ofType(type, size)) {
      const read = readEntry(bytes);
      if (!read.ok) continue;
      const entry = read.value;
      if (entry.type === "amend" && entry.ref === derived) found.set(entry.seq, entry);
      if (entry.type === "manual" && entry.period === month.month) found.set(entry.seq, entry);
      if (entry.type === "doc" && isNamed(entry.seq, found)) found.set(entry.seq, entry);
    }
  const head = journal.head().size;
  return [...found.values()].filter(({ seq }) => seq < head).sort((a, b) => a.seq - b.seq);
}

const isNamed = (seq: number, found: ReadonlyMap<number, StoredEntry>): boolean =>
  [...found.values()].some((entry) => entry.type === "manual" && entry.docs.includes(seq));
