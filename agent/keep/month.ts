import type { Entry } from "../../feed/format/entry.ts";
import { Fault } from "../../feed/format/faults.ts";
import type { Frontier } from "../../feed/format/tree.ts";
import { createDatabase, type Database, type Statement } from "./database.ts";
import { TILE_HEIGHT, type Tile } from "./tiles.ts";

/**
 * One month of entries in one SQLite file, so that pruning removes a closed file and no row is ever deleted.
 * The triggers guard against accidents and defects, not against whoever owns the file: that is what the tree is for.
 */
const schema = `
  CREATE TABLE leaf(i INTEGER PRIMARY KEY, k TEXT NOT NULL, t TEXT NOT NULL, rec BLOB NOT NULL,
                    h BLOB NOT NULL CHECK(length(h) = 32), h3 BLOB) STRICT;
  CREATE INDEX leaf_rare ON leaf(k, i) WHERE k <> 'frame';
  CREATE TABLE tile(level INTEGER NOT NULL, i INTEGER NOT NULL, h BLOB NOT NULL CHECK(length(h) = 32),
                    PRIMARY KEY(level, i)) STRICT, WITHOUT ROWID;
  CREATE TABLE frontier(at TEXT PRIMARY KEY CHECK(at IN ('open', 'now')), size INTEGER NOT NULL, stack BLOB NOT NULL) STRICT;
  CREATE TRIGGER leaf_next BEFORE INSERT ON leaf
    WHEN NEW.i <> coalesce((SELECT max(i) + 1 FROM leaf), (SELECT size FROM frontier WHERE at = 'open'))
    BEGIN SELECT RAISE(ABORT, 'entries are numbered without gaps'); END;
  CREATE TRIGGER leaf_update BEFORE UPDATE ON leaf BEGIN SELECT RAISE(ABORT, 'entries are never changed'); END;
  CREATE TRIGGER leaf_delete BEFORE DELETE ON leaf BEGIN SELECT RAISE(ABORT, 'entries are never deleted'); END;
  CREATE TRIGGER tile_update BEFORE UPDATE ON tile BEGIN SELECT RAISE(ABORT, 'hashes are never changed'); END;
  CREATE TRIGGER tile_delete BEFORE DELETE ON tile BEGIN SELECT RAISE(ABORT, 'hashes are never deleted'); END;
  CREATE TRIGGER frontier_update BEFORE UPDATE ON frontier WHEN OLD.at = 'open' OR NEW.at = 'open'
    BEGIN SELECT RAISE(ABORT, 'the opening of a month is never changed'); END;
  CREATE TRIGGER frontier_delete BEFORE DELETE ON frontier BEGIN SELECT RAISE(ABORT, 'the frontier is never deleted'); END;`;

/** A month begins with the tree of all entries before it, so it can be checked without them. */
export function createMonth(path: string, opening: Frontier): void {
  const stack = Buffer.concat(opening.stack).toString("hex");
  const rows = ["open", "now"].map((at) => `INSERT INTO frontier VALUES('${at}', ${opening.size}, x'${stack}');`);
  createDatabase(path, schema + rows.join(""));
}

export interface Month {
  readonly name: string;
  /** Number of its first entry. */
  readonly first: number;
  /** One past the number of its last entry. */
  end(): number;
  /** The frontier as its last transaction left it. */
  stored(): Frontier;
  read(from: number, to: number): Entry[];
  /** Newest entry of a type and, where given, a device, below number `before`. */
  newest(type: string, dev: string | undefined): Entry | undefined;
  hashes(level: number, from: number, to: number): Buffer[];
  /** Only within a transaction of `db`. */
  put(entry: Entry, type: string, t: string): void;
  putTile(tile: Tile): void;
  putFrontier(frontier: Frontier): void;
  readonly db: Database;
}

interface LeafRow {
  readonly i: number;
  readonly rec: Buffer;
  readonly h: Buffer;
}

const entryOf = ({ i, rec, h }: LeafRow): Entry => ({ seq: i, bytes: rec, hash: h });

export function monthOn(db: Database, name: string): Month {
  const range = db.prepare<LeafRow>("SELECT i, rec, h FROM leaf WHERE i >= ? AND i < ? ORDER BY i");
  const last = db.prepare<{ readonly end: number | null }>("SELECT max(i) + 1 AS end FROM leaf");
  const leafHashes = db.prepare<{ readonly h: Buffer }>("SELECT h FROM leaf WHERE i >= ? AND i < ? ORDER BY i");
  const tiles = db.prepare<{ readonly h: Buffer }>(
    "SELECT h FROM tile WHERE level = ? AND i >= ? AND i < ? ORDER BY i",
  );
  const insert = db.prepare("INSERT INTO leaf(i, k, t, rec, h) VALUES(?, ?, ?, ?, ?)");
  const insertTile = db.prepare("INSERT INTO tile(level, i, h) VALUES(?, ?, ?)");
  const setFrontier = db.prepare("UPDATE frontier SET size = ?, stack = ? WHERE at = 'now'");
  const readFrontier = db.prepare<FrontierRow>("SELECT size, stack FROM frontier WHERE at = ?");
  const first = frontierOf(readFrontier, "open", name).size;
  return {
    name,
    first,
    db,
    end: () => last.get()?.end ?? first,
    stored: () => frontierOf(readFrontier, "now", name),
    read: (from, to) => range.all(from, to).map(entryOf),
    newest: (type, dev) => newestOf(db, type, dev),
    hashes: (level, from, to) => {
      const rows = level < TILE_HEIGHT ? leafHashes.all(from, to) : tiles.all(level, from, to);
      return rows.map((row) => row.h);
    },
    put: (entry, type, t) => insert.run(entry.seq, type, t, entry.bytes, entry.hash),
    putTile: (tile) => insertTile.run(tile.level, tile.index, tile.hash),
    putFrontier: ({ size, stack }) => setFrontier.run(size, Buffer.concat(stack)),
  };
}

interface FrontierRow {
  readonly size: number;
  readonly stack: Buffer;
}

function frontierOf(statement: Statement<FrontierRow>, at: string, name: string): Frontier {
  const row = statement.get(at);
  if (row === undefined) throw new Fault("E_JOURNAL_CORRUPT", `${name} has lost its frontier`);
  const stack: Buffer[] = [];
  for (let i = 0; i < row.stack.length; i += 32) stack.push(row.stack.subarray(i, i + 32));
  return { size: row.size, stack };
}

/** The index knows all types but frames: they are many, and every poll would have to write it. */
function newestOf(db: Database, type: string, dev: string | undefined): Entry | undefined {
  const rare = type === "frame" ? "" : "AND k <> 'frame'";
  const device = dev === undefined ? "AND ? IS NULL" : "AND json_extract(CAST(rec AS TEXT), '$.dev') = ?";
  const row = db
    .prepare<LeafRow>(`SELECT i, rec, h FROM leaf WHERE k = ? ${rare} ${device} ORDER BY i DESC LIMIT 1`)
    .get(type, dev ?? null);
  return row === undefined ? undefined : entryOf(row);
}
