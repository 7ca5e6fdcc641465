import { existsSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { syncFolder } from "../../feed/files/whole-file.ts";
import type { Entry } from "../../feed/format/entry.ts";
import { Fault } from "../../feed/format/faults.ts";
import type { Frontier } from "../../feed/format/tree.ts";
import { type Database, openDatabase, openReadOnly, type WriteOptions } from "./database.ts";
import { MONTH, onDisk } from "./files.ts";
import { createMonth, type Month, monthOn } from "./month.ts";
import type { State } from "./state.ts";
import { TILE_HEIGHT } from "./tiles.ts";

/** All months of a journal as one row of entries. Only the newest is written. */
export interface Leaves {
  newest(): Month;
  /** The tree that each month says it began with. */
  openings(): readonly Frontier[];
  end(): number;
  read(from: number, to: number): Entry[];
  hashes(level: number, from: number, to: number): Buffer[];
  /** Entries of a type other than "frame" from number `from` on, month by month. */
  ofType(type: string, from: number): Generator<Entry>;
  lastOfType(type: string, dev?: string | null, code?: string): Entry | undefined;
  /** Closes the newest month and begins another after it. */
  begin(name: string, opening: Frontier): void;
  /** Lets go of what is in memory: what is read next comes from the files. */
  forget(): void;
  close(): void;
}

/**
 * Opens every month that the state knows. A month may stand in the folder before the state knows it (power went between
 * the two): it is taken in. The other way round it was removed: E_JOURNAL_MISSING. A gap between months is E_JOURNAL_CORRUPT.
 */
export function openLeaves(dir: string, state: State, options: WriteOptions | "read-only"): Leaves {
  const known = state.parts();
  const gone = known.filter(({ name }) => !existsSync(join(dir, name)));
  if (gone.length > 0) throw new Fault("E_JOURNAL_MISSING", `${dir}: ${gone.map(({ name }) => name).join(", ")}`);
  const names = onDisk(dir, () => readdirSync(dir))
    .filter((name) => MONTH.test(name))
    .sort();
  const months: Month[] = [];
  const close = (): void => {
    for (const month of months) month.db.close();
  };
  const open = (name: string, writes: boolean): Month => {
    const db =
      writes && options !== "read-only" ? openDatabase(join(dir, name), options) : openReadOnly(join(dir, name));
    return closing(db, () => monthOn(db, name));
  };
  try {
    for (const name of names) {
      const month = open(name, name === names.at(-1));
      months.push(month);
      expectFollows(months.at(-2), month);
      if (known.some((part) => part.name === name)) continue;
      if (options !== "read-only") state.register({ name, first: month.first });
    }
    if (months.length === 0) throw new Fault("E_JOURNAL_MISSING", `${dir}: no month of entries`);
  } catch (error) {
    close();
    throw error;
  }
  const newest = (): Month => months.at(-1) as Month;
  /** In which month an entry is; each knows its first number, so no file is asked. */
  const overlapping = (from: number, to: number): readonly Month[] =>
    months.filter((month, i) => month.first < to && from < (months[i + 1]?.first ?? Number.POSITIVE_INFINITY));
  return {
    newest,
    openings: () => months.map((month) => month.opening()),
    end: () => newest().end(),
    close,
    read: (from, to) => overlapping(from, to).flatMap((month) => month.read(from, to)),
    hashes: (level, from, to) => {
      const width = level < TILE_HEIGHT ? 1 : 2 ** level;
      return overlapping(from * width, to * width).flatMap((month) => month.hashes(level, from, to));
    },
    forget: () => {
      for (const month of months) month.db.forget();
    },
    ofType: function* (type, from) {
      for (const month of months) if (month.end() > from) yield* month.ofType(type, from);
    },
    lastOfType: (type, dev, code) => {
      for (const month of months.toReversed()) {
        const found = month.newest(type, dev, code);
        if (found !== undefined) return found;
      }
      return undefined;
    },
    begin: (name, opening) => {
      // Made aside, whole and flushed, before it gets its name: a torn month is never taken for one.
      const path = join(dir, name);
      const aside = `${path}.new`;
      onDisk(path, () => {
        rmSync(aside, { force: true });
        createMonth(aside, opening);
        renameSync(aside, path);
        syncFolder(dir);
      });
      state.register({ name, first: opening.size });
      const next = open(name, true);
      const was = newest();
      try {
        was.db.close(); // before it is opened for reading: the last writer to close empties the write-ahead log
        months.splice(-1, 1, open(was.name, false), next);
      } catch (cause) {
        next.db.close();
        throw new Fault("E_JOURNAL_IO", `${path}: the month before it cannot be closed`, { cause });
      }
    },
  };
}

function closing<T>(db: Database, work: () => T): T {
  try {
    return work();
  } catch (error) {
    db.close();
    throw error;
  }
}

function expectFollows(before: Month | undefined, month: Month): void {
  const end = before?.end() ?? 0;
  if (month.first !== end) {
    throw new Fault(
      "E_JOURNAL_CORRUPT",
      `${month.name} begins with entry ${month.first}, the one before ends at ${end}`,
    );
  }
}
