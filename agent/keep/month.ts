import { hash } from "node:crypto";
import type { Entry } from "../../feed/format/entry.ts";
import { Fault } from "../../feed/format/faults.ts";
import type { Frontier } from "../../feed/format/tree.ts";
import { blobOf, createDatabase, type Database, type Statement, type Value } from "./database.ts";
import { TILE_HEIGHT, type Tile } from "./tiles.ts";

/**
 * One month of entries in one SQLite file, so that pruning replaces a closed file and no row is ever changed in place: there, the
 * polls have no bytes any more, and their hashes stay.
 * The triggers guard against accidents and defects, not against whoever owns the file: that is what the tree is for.
 */
const schema = `
  CREATE TABLE leaf(i INTEGER PRIMARY KEY, k TEXT NOT NULL, t TEXT NOT NULL, rec BLOB NOT NULL,
                    h BLOB NOT NULL CHECK(length(h) = 32), h3 BLOB,
                    f BLOB CHECK(length(f) = 32)) STRICT;
  CREATE INDEX leaf_rare ON leaf(k, i) WHERE k <> 'frame';
  CREATE TABLE tile(level INTEGER NOT NULL, i INTEGER NOT NULL, h BLOB NOT NULL CHECK(length(h) = 32),
                    PRIMARY KEY(level, i)) STRICT, WITHOUT ROWID;
  CREATE TABLE opening(only INTEGER PRIMARY KEY CHECK(only = 1), size INTEGER NOT NULL, stack BLOB NOT NULL) STRICT;
  CREATE TRIGGER leaf_update BEFORE UPDATE ON leaf BEGIN SELECT RAISE(ABORT, 'entries are never changed'); END;
  CREATE TRIGGER leaf_delete BEFORE DELETE ON leaf BEGIN SELECT RAISE(ABORT, 'entries are never deleted'); END;
  CREATE TRIGGER tile_update BEFORE UPDATE ON tile BEGIN SELECT RAISE(ABORT, 'hashes are never changed'); END;
  CREATE TRIGGER tile_delete BEFORE DELETE ON tile BEGIN SELECT RAISE(ABORT, 'hashes are never deleted'); END;
  CREATE TRIGGER opening_update BEFORE UPDATE ON opening BEGIN SELECT RAISE(ABORT, 'a month opens once'); END;
  CREATE TRIGGER opening_delete BEFORE DELETE ON opening BEGIN SELECT RAISE(ABORT, 'a month opens once'); END;`;

/** A month begins with the tree of all entries before it, so it can be checked without them. */
export function createMonth(path: string, opening: Frontier): void {
  const stack = Buffer.concat(opening.stack).toString("hex");
  createDatabase(path, `${schema} INSERT INTO opening VALUES(1, ${opening.size}, x'${stack}');`);
}

/**
 * What stands for the tree in the row of a transaction's last entry (column `f`). The frontier itself can be had from the
 * stored hashes; in a table of its own it would cost every commit one more page.
 */
export const frontierHash = ({ stack }: Frontier): Buffer => hash("sha256", Buffer.concat(stack), "buffer");

export interface Month {
  readonly name: string;
  /** Number of its first entry. */
  readonly first: number;
  /** One past the number of its last entry. */
  end(): number;
  /** The tree of all entries before it. */
  opening(): Frontier;
  /** `frontierHash` as the last transaction left it; undefined where that left none. */
  stored(): Buffer | undefined;
  /** Without those that were pruned. */
  read(from: number, to: number): Entry[];
  /** Newest entry of a type and, where given, a device and the code of an event. */
  newest(type: string, dev: string | null | undefined, code: string | undefined): Entry | undefined;
  /** Entries of a type other than "frame" from number `from` on. */
  ofType(type: string, from: number): Entry[];
  hashes(level: number, from: number, to: number): Buffer[];
  /**
   * All entries of a transaction of `db`, in order, with the frontier after the last. Only within that transaction. Throws
   * Fault E_JOURNAL_REFUSED where they do not continue what is on disk.
   */
  put(kept: readonly Kept[], frontier: Frontier): void;
  putTile(tile: Tile): void;
  readonly db: Database;
}

/** An entry and what its row says besides: the type and the time of its body. */
export interface Kept {
  readonly entry: Entry;
  readonly type: string;
  readonly t: string;
}

interface LeafRow {
  readonly i: number;
  readonly rec: Buffer;
  readonly h: Buffer;
}

const entryOf = ({ i, rec, h }: LeafRow): Entry => ({
  seq: i,
  bytes: blobOf(rec, `entry ${i}`),
  hash: blobOf(h, `entry ${i}`),
});

export function monthOn(db: Database, name: string): Month {
  const range = db.prepare<LeafRow>("SELECT i, rec, h FROM leaf WHERE i >= ? AND i < ? AND length(rec) > 0 ORDER BY i");
  const ofType = db.prepare<LeafRow>("SELECT i, rec, h FROM leaf WHERE k = ? AND k <> 'frame' AND i >= ? ORDER BY i");
  const last = db.prepare<{ readonly end: number | null }>("SELECT max(i) + 1 AS end FROM leaf");
  const leafHashes = db.prepare<{ readonly h: Buffer }>("SELECT h FROM leaf WHERE i >= ? AND i < ? ORDER BY i");
  const tiles = db.prepare<{ readonly h: Buffer }>(
    "SELECT h FROM tile WHERE level = ? AND i >= ? AND i < ? ORDER BY i",
  );
  const insert = insertOf(db, 1);
  const insertMany = insertOf(db, MANY);
  const insertTile = db.prepare("INSERT INTO tile(level, i, h) VALUES(?, ?, ?)");
  const stored = db.prepare<{ readonly f: Buffer | null }>("SELECT f FROM leaf ORDER BY i DESC LIMIT 1");
  const opening = openingOf(db, name);
  const first = opening.size;
  const end = (): number => last.get()?.end ?? first;
  return {
    name,
    first,
    db,
    end,
    opening: () => openingOf(db, name),
    stored: () => stored.get()?.f ?? (last.get()?.end === null ? frontierHash(opening) : undefined),
    read: (from, to) => range.all(from, to).map(entryOf),
    newest: (type, dev, code) => newestOf(db, type, { dev, code }),
    ofType: (type, from) => ofType.all(type, from).map(entryOf),
    hashes: (level, from, to) => {
      const rows = level < TILE_HEIGHT ? leafHashes.all(from, to) : tiles.all(level, from, to);
      return rows.map((row) => blobOf(row.h, `a hash of level ${level}`));
    },
    put: (kept, frontier) => {
      expectNext(kept, end(), name);
      const rows = kept.map(({ entry, type, t }): Value[] => [entry.seq, type, t, entry.bytes, entry.hash, null]);
      rows.at(-1)?.splice(-1, 1, frontierHash(frontier));
      let done = 0;
      for (; done + MANY <= rows.length; done += MANY) insertMany.run(...rows.slice(done, done + MANY).flat());
      for (const row of rows.slice(done)) insert.run(...row);
    },
    putTile: (tile) => insertTile.run(tile.level, tile.index, tile.hash),
  };
}

/** Once a transaction: a trigger would ask for every row, and take as long as the row itself. */
function expectNext(kept: readonly Kept[], end: number, name: string): void {
  kept.forEach(({ entry }, i) => {
    if (entry.seq === end + i) return;
    throw new Fault("E_JOURNAL_REFUSED", `entry ${entry.seq} does not follow entry ${end + i - 1} in ${name}`);
  });
}

/** Rows of one statement: a backlog is kept in a tenth less time. More gain nothing. */
const MANY = 10;

const insertOf = (db: Database, rows: number): Statement<unknown> =>
  db.prepare(`INSERT INTO leaf(i, k, t, rec, h, f) VALUES${Array(rows).fill("(?, ?, ?, ?, ?, ?)").join(", ")}`);

function openingOf(db: Database, name: string): Frontier {
  const row = db.prepare<{ readonly size: number; readonly stack: Buffer }>("SELECT size, stack FROM opening").get();
  if (row === undefined) throw new Fault("E_JOURNAL_CORRUPT", `${name} has lost its opening`);
  const hashes = blobOf(row.stack, `the opening of ${name}`);
  const stack: Buffer[] = [];
  for (let i = 0; i < hashes.length; i += 32) stack.push(hashes.subarray(i, i + 32));
  return { size: row.size, stack };
}

/** The index knows all types but frames: they are many, and every poll would have to write it. */
function newestOf(
  db: Database,
  type: string,
  members: Readonly<Record<"dev" | "code", string | null | undefined>>,
): Entry | undefined {
  const rare = type === "frame" ? "" : "AND k <> 'frame'";
  const given = Object.entries(members).filter(([, value]) => value !== undefined);
  const same = given.map(([name]) => `AND json_extract(CAST(rec AS TEXT), '$.${name}') IS ?`).join(" ");
  const row = db
    .prepare<LeafRow>(
      `SELECT i, rec, h FROM leaf WHERE k = ? ${rare} AND length(rec) > 0 ${same} ORDER BY i DESC LIMIT 1`,
    )
    .get(type, ...given.map(([, value]) => value ?? null));
  return row === undefined ? undefined : entryOf(row);
}
