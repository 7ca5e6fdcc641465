import Sqlite from "better-sqlite3";
import { Fault } from "../format/faults.ts";
import type { ReceiverFaultCode } from "./faults.ts";

type Value = string | number | Buffer | null;

export interface Statement<Row> {
  /** Rows changed. */
  run(...values: Value[]): number;
  get(...values: Value[]): Row | undefined;
  all(...values: Value[]): Row[];
}

/** One SQLite file. Every method throws Fault E_LEDGER_*; nothing of SQLite's own errors leaves this file. */
export interface Database {
  prepare<Row>(sql: string): Statement<Row>;
  /** Commits what `work` did, flushed to disk, or nothing of it. */
  transaction<T>(work: () => T): T;
  /** Changes whenever another connection commits. */
  version(): number;
  close(): void;
}

const FORMAT = 1;

/** Makes a file that MUST NOT exist. Opening never makes one: an empty ledger looks like a deleted one. */
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

/** `write` false: a reader beside the running receiver. `schema` makes what is not there yet. */
export function openDatabase(path: string, options: { readonly write: boolean; readonly schema?: string }): Database {
  return translated(path, () => {
    const db = new Sqlite(path, { fileMustExist: true, readonly: !options.write, timeout: 5000 });
    try {
      // Before anything that writes: a file that is no ledger is evidence, also an empty one.
      const found = db.pragma("user_version", { simple: true });
      if (found !== FORMAT) throw fault("E_LEDGER_CORRUPT", path, `format ${found}, not ${FORMAT}`);
      harden(db, path, options.write);
      if (options.schema !== undefined) db.exec(options.schema);
      return wrap(db, path);
    } catch (error) {
      db.close();
      throw error;
    }
  });
}

/**
 * Holds a lock until `close` or the death of the process, however it dies: SQLite's exclusive lock is the kernel's, so none
 * is ever left behind. It is no lock of the ledger itself, which others may read. Throws Fault E_LEDGER_HELD.
 */
export function holdLock(path: string): { close(): void } {
  return translated(path, () => {
    const db = new Sqlite(path, { timeout: 0 });
    try {
      // An empty file would have to be written each time before it can be locked.
      if (db.pragma("user_version", { simple: true }) !== FORMAT) db.pragma(`user_version = ${FORMAT}`);
      db.exec("BEGIN EXCLUSIVE");
      return { close: () => void db.close() };
    } catch (error) {
      db.close();
      const held = error instanceof Sqlite.SqliteError && error.code.startsWith("SQLITE_BUSY");
      throw held ? fault("E_LEDGER_HELD", path, "another receiver holds it", error) : error;
    }
  });
}

/** Opened again, a WAL file of this build has synchronous=NORMAL, which forgets commits in a power cut; FULL is asked back. */
function harden(db: Sqlite.Database, path: string, writes = true): void {
  const settings: readonly (readonly [string, string, unknown])[] = [
    ...(writes ? [["journal_mode", "WAL", "wal"] as const] : []),
    ["synchronous", "FULL", 2],
    ["recursive_triggers", "ON", 1], // without it REPLACE deletes past the delete trigger
    ["trusted_schema", "OFF", 0],
    ["cell_size_check", "ON", 1],
  ];
  for (const [name, value, want] of settings) {
    db.pragma(`${name} = ${value}`);
    const got = db.pragma(name, { simple: true });
    if (got !== want) throw fault("E_LEDGER_IO", path, `SQLite does not take ${name}=${value}, it says ${got}`);
  }
  if (writes) db.pragma("journal_size_limit = 67108864");
}

function wrap(db: Sqlite.Database, path: string): Database {
  const transaction = db.transaction((work: () => unknown) => work());
  const version = db.prepare("PRAGMA data_version").pluck();
  return {
    prepare: <Row>(sql: string): Statement<Row> => {
      const statement = translated(path, () => db.prepare<Value[], Row>(sql));
      return {
        run: (...values) => translated(path, () => statement.run(...values).changes),
        get: (...values) => translated(path, () => statement.get(...values)),
        all: (...values) => translated(path, () => statement.all(...values)),
      };
    },
    transaction: <T>(work: () => T) => translated(path, () => transaction.immediate(work) as T),
    version: () => translated(path, () => version.get() as number),
    close: () => void translated(path, () => db.close()),
  };
}

const fault = (code: ReceiverFaultCode, path: string, detail: string, cause?: unknown): Fault =>
  new Fault(code, `${path}: ${detail}`, { cause });

function translated<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Sqlite.SqliteError)) throw error;
    throw fault(faultOf(error.code), path, `${error.message} (${error.code})`, error);
  }
}

/** By SQLite's result codes (sqlite.org/rescode.html), the extended ones by their beginning. */
function faultOf(code: string): ReceiverFaultCode {
  if (code === "SQLITE_FULL" || code === "SQLITE_IOERR_SHMSIZE") return "E_LEDGER_FULL";
  if (code.startsWith("SQLITE_CORRUPT") || code === "SQLITE_NOTADB") return "E_LEDGER_CORRUPT";
  if (code.startsWith("SQLITE_BUSY") || code.startsWith("SQLITE_LOCKED")) return "E_LEDGER_BUSY";
  if (code.startsWith("SQLITE_CONSTRAINT")) return "E_LEDGER_REFUSED";
  return "E_LEDGER_IO";
}
