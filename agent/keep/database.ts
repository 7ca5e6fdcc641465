import { existsSync } from "node:fs";
import Sqlite from "better-sqlite3";
import { Fault } from "../../feed/format/faults.ts";

/** What a transaction is for. Tests cut the power before or after one of them. */
export type Step = "create" | "append" | "seal" | "cosign" | "restore" | "register" | "remember" | "prune";
export type CommitHook = (moment: "before" | "after", step: Step) => void;

export type Value = string | number | Buffer | null;

export interface Statement<Row> {
  /** Only inside a transaction, which tells SQLite's errors. */
  run(...values: Value[]): unknown;
  get(...values: Value[]): Row | undefined;
  all(...values: Value[]): Row[];
}

/** One SQLite file. Every method throws `Fault` where SQLite fails; nothing of SQLite's own errors leaves this file. */
export interface Database {
  prepare<Row>(sql: string): Statement<Row>;
  exec(sql: string): void;
  /** Commits what `work` did, flushed to disk, or nothing of it. */
  transaction<T>(step: Step, work: () => T): T;
  pages(): number;
  /** The file grows no further than this; SQLite keeps at least its present size. */
  limitPages(pages: number): void;
  /** Lets go of the pages in memory: what is read next comes from the file. */
  forget(): void;
  close(): void;
}

export interface WriteOptions {
  readonly hook?: CommitHook | undefined;
  /** Pages the write-ahead log may hold before they are moved into the file. */
  readonly walPages?: number | undefined;
}

/** Twice SQLite's default: a batch of entries takes half as many frames of the log, a single entry costs the same. */
export const PAGE_BYTES = 8192;
export const WAL_PAGES = 500;
/** What a write-ahead log of so many pages takes: it is emptied by the first transaction that goes past them. */
export const walBytes = (pages: number): number => (pages + 16) * (PAGE_BYTES + 24);
/** How long a write waits for another program that writes to the file; nothing else runs meanwhile. */
const BUSY_WAIT_MS = 5000;
const FORMAT = 1;

/** Makes a file that MUST NOT exist. Opening never makes one: an empty journal looks like a deleted one. */
export function createDatabase(path: string, schema: string): void {
  translated(path, () => {
    const db = new Sqlite(path, { timeout: 0 });
    try {
      harden(db, path);
      db.transaction(() => {
        db.exec(schema);
        db.pragma(`user_version = ${FORMAT}`);
      })();
    } finally {
      db.close();
    }
  });
}

export function openDatabase(path: string, options: WriteOptions = {}): Database {
  return translated(path, () => {
    const db = new Sqlite(path, { fileMustExist: true, timeout: BUSY_WAIT_MS });
    try {
      expectFormat(db, path);
      harden(db, path);
      const walPages = options.walPages ?? WAL_PAGES;
      db.pragma(`wal_autocheckpoint = ${walPages}`);
      db.pragma(`journal_size_limit = ${walBytes(walPages)}`);
      return wrap(db, path, options.hook);
    } catch (error) {
      db.close();
      throw error;
    }
  });
}

/** For readers beside the running agent and for closed months. */
export function openReadOnly(path: string): Database {
  return translated(path, () => {
    const db = new Sqlite(path, { readonly: true, fileMustExist: true, timeout: 2000 });
    try {
      expectFormat(db, path);
      harden(db, path, false);
      return wrap(db, path);
    } catch (error) {
      db.close();
      throw error;
    }
  });
}

/**
 * Holds a lock until `close` or the death of the process, however it dies: SQLite's exclusive lock is the kernel's, so
 * none is ever left behind. Nothing else in this process may open the file: closing any handle of it would free the lock.
 */
export function holdLock(path: string): { close(): void } {
  return translated(path, () => {
    const db = new Sqlite(path, { timeout: 0 });
    try {
      // An empty file would have to be written before it can be locked, and the disk may be full.
      if (db.pragma("user_version", { simple: true }) !== FORMAT) db.pragma(`user_version = ${FORMAT}`);
      db.exec("BEGIN EXCLUSIVE");
      return { close: () => void db.close() };
    } catch (error) {
      db.close();
      const held = error instanceof Sqlite.SqliteError && error.code.startsWith("SQLITE_BUSY");
      throw held ? new Fault("E_JOURNAL_HELD", `${path} is locked`, { cause: error }) : error;
    }
  });
}

/** Whether a process holds the lock. Only read, and for a moment, so that whoever is about to take it is not kept from it. */
export function isLocked(path: string): boolean {
  if (!existsSync(path)) return false;
  const db = new Sqlite(path, { readonly: true, fileMustExist: true, timeout: 0 });
  try {
    db.pragma("user_version");
    return false;
  } catch (error) {
    if (error instanceof Sqlite.SqliteError && error.code.startsWith("SQLITE_BUSY")) return true;
    throw error;
  } finally {
    db.close();
  }
}

/**
 * The build's default for a WAL file that is opened again is synchronous=NORMAL, which forgets commits in a power cut: the
 * agent would sign another tree of a size it has signed before. So FULL is set and asked back at every open.
 */
function harden(db: Sqlite.Database, path: string, writes = true): void {
  const settings: readonly (readonly [string, string | number, string | number])[] = [
    ["recursive_triggers", "ON", 1], // without it REPLACE deletes past the delete trigger
    ["trusted_schema", "OFF", 0],
    ["cell_size_check", "ON", 1],
    ["cache_size", -2000, -2000],
    ["synchronous", "FULL", 2],
  ];
  if (writes) {
    db.pragma(`page_size = ${PAGE_BYTES}`); // heeded only where the file is new
    expectSetting(db, path, "journal_mode", "WAL", "wal");
  }
  for (const [name, value, want] of settings) expectSetting(db, path, name, value, want);
}

function expectSetting(db: Sqlite.Database, path: string, name: string, value: string | number, want: unknown): void {
  db.pragma(`${name} = ${value}`);
  const got = db.pragma(name, { simple: true });
  if (got !== want) throw new Fault("E_JOURNAL_IO", `${path}: SQLite does not take ${name}=${value}, it says ${got}`);
}

/** Before anything that may write: a file that is refused is evidence, also an empty one, and stays byte for byte. */
function expectFormat(db: Sqlite.Database, path: string): void {
  const found = db.pragma("user_version", { simple: true });
  if (found !== FORMAT) throw new Fault("E_JOURNAL_CORRUPT", `${path}: format ${found}, not ${FORMAT}`);
}

function wrap(db: Sqlite.Database, path: string, hook?: CommitHook): Database {
  const begin = db.prepare("BEGIN IMMEDIATE");
  const commit = db.prepare("COMMIT");
  const rollback = db.prepare("ROLLBACK");
  const pageCount = db.prepare("PRAGMA page_count").pluck();
  return {
    prepare: <Row>(sql: string): Statement<Row> => {
      const statement = translated(path, () => db.prepare<Value[], Row>(sql));
      return {
        run: statement.run.bind(statement),
        get: (...values) => translated(path, () => statement.get(...values)),
        all: (...values) => translated(path, () => statement.all(...values)),
      };
    },
    exec: (sql) => void translated(path, () => db.exec(sql)),
    transaction: (step, work) =>
      translated(path, () => {
        begin.run();
        try {
          const result = work();
          hook?.("before", step);
          commit.run();
          hook?.("after", step);
          return result;
        } catch (error) {
          if (db.inTransaction) rollback.run(); // on a full disk SQLite may have done it itself
          throw error;
        }
      }),
    pages: () => translated(path, () => pageCount.get() as number),
    limitPages: (pages) => void translated(path, () => db.pragma(`max_page_count = ${Math.max(1, Math.floor(pages))}`)),
    forget: () => void translated(path, () => db.pragma("shrink_memory")),
    close: () => void translated(path, () => db.close()),
  };
}

function translated<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Sqlite.SqliteError)) throw error;
    const code = faultOf(error.code);
    throw code === undefined ? error : new Fault(code, `${path}: ${error.message} (${error.code})`, { cause: error });
  }
}

/** A bit that turned in the head of a row gives a value of another type, or none, whatever the table allows. */
export function blobOf(value: unknown, what: string): Buffer {
  if (Buffer.isBuffer(value)) return value;
  throw new Fault("E_JOURNAL_CORRUPT", `${what} is not what was kept`);
}

/** By SQLite's result codes (sqlite.org/rescode.html), the extended ones by their beginning. */
function faultOf(code: string): string | undefined {
  // The shared-memory file cannot grow: the disk is full, though SQLite has no own word for it there.
  if (code === "SQLITE_FULL" || code === "SQLITE_IOERR_SHMSIZE") return "E_JOURNAL_FULL";
  if (code.startsWith("SQLITE_CORRUPT") || code === "SQLITE_NOTADB") return "E_JOURNAL_CORRUPT";
  if (code.startsWith("SQLITE_BUSY") || code.startsWith("SQLITE_LOCKED")) return "E_JOURNAL_BUSY";
  if (/^SQLITE_(IOERR|READONLY|CANTOPEN|PERM|AUTH|NOLFS)/.test(code)) return "E_JOURNAL_IO";
  if (code.startsWith("SQLITE_CONSTRAINT")) return "E_JOURNAL_REFUSED";
  return undefined;
}
