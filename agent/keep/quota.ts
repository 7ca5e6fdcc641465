import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { Fault } from "../../feed/format/faults.ts";
import { PAGE_BYTES, WAL_PAGES, walBytes } from "./database.ts";
import { onDisk } from "./files.ts";
import type { Leaves } from "./leaves.ts";
import type { State } from "./state.ts";

/** Room for the last words: the event that says the journal is full must itself still fit. */
const HEADROOM = 4 * PAGE_BYTES;
/** What an empty month takes, and a first entry of the largest kind. */
const MONTH_PAGES = 16;
const SHM_BYTES = 32 * 1024;

/** How the bytes that a folder may hold are shared out. Pure, in bytes unless it says pages. */
export interface Share {
  /** Pages the newest month may grow to; `lastWords` of them more for an event. */
  readonly leafPages: number;
  readonly lastWords: number;
  /** 0 to 1 and above: how much of the quota is in use, with what is set aside. */
  readonly used: number;
}

/** `fixed`: bytes of everything but the newest month's own file. `walPages`: what one write-ahead log may hold. */
export function share(quota: number, fixed: number, walPages: number, leafPages: number): Share {
  const aside = fixed + 2 * walBytes(walPages) + HEADROOM;
  return {
    leafPages: Math.floor((quota - aside) / PAGE_BYTES),
    lastWords: HEADROOM / PAGE_BYTES,
    used: (aside + leafPages * PAGE_BYTES) / quota,
  };
}

/** A small quota has a small write-ahead log, or the log alone would fill it. */
export const walPagesOf = (quota: number | undefined): number =>
  quota === undefined ? WAL_PAGES : Math.max(16, Math.min(WAL_PAGES, Math.floor(quota / PAGE_BYTES / 32)));

/** Keeps a journal's folder within its quota. Without one nothing is limited and `share` is undefined. */
export interface Quota {
  share(): Share | undefined;
  /** Sets the newest month's limit; `withLastWords` opens the room set aside. */
  apply(withLastWords?: boolean): void;
  /** Before a new month begins. E_JOURNAL_FULL where it would not fit beside the others. */
  expectRoomForMonth(): void;
  /** After a new month began: what is closed has changed. */
  recount(): void;
}

const unlimited: Quota = { share: () => undefined, apply: () => {}, expectRoomForMonth: () => {}, recount: () => {} };

export function quotaOf(dir: string, bytes: number | undefined, leaves: Leaves, state: State): Quota {
  if (bytes === undefined) return unlimited;
  const closedBytes = (): number => onDisk(dir, () => sizeOf(dir, [leaves.newest().name, "state.db"]));
  const walPages = walPagesOf(bytes);
  let closed = closedBytes();
  const now = (): Share => {
    const fixed = closed + state.db.pages() * PAGE_BYTES + 2 * SHM_BYTES;
    return share(bytes, fixed, walPages, leaves.newest().db.pages());
  };
  return {
    share: now,
    apply: (withLastWords = false) => {
      const { leafPages, lastWords } = now();
      leaves.newest().db.limitPages(withLastWords ? leafPages + lastWords : leafPages);
    },
    expectRoomForMonth: () => {
      if (now().leafPages - leaves.newest().db.pages() >= MONTH_PAGES) return;
      throw new Fault("E_JOURNAL_FULL", `${dir}: the quota of ${bytes} bytes has no room for another month`);
    },
    recount: () => {
      closed = closedBytes();
    },
  };
}

/** Bytes of the files in a folder but those whose names begin with one of `without`: their logs are reckoned apart. */
function sizeOf(dir: string, without: readonly string[]): number {
  return readdirSync(dir)
    .filter((name) => !without.some((start) => name.startsWith(start)))
    .reduce((sum, name) => sum + (statSync(join(dir, name), { throwIfNoEntry: false })?.size ?? 0), 0);
}
