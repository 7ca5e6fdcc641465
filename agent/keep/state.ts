import { Fault } from "../../feed/format/faults.ts";
import { blobOf, createDatabase, type Database } from "./database.ts";

/** A checkpoint that was signed: `note` is the whole signed note as it was published. */
export interface Sealed {
  readonly size: number;
  readonly root: Buffer;
  readonly note: Buffer;
}

/** A cosignature: who, when (Unix seconds, as it was signed), and the whole line without line end. */
export interface CosignatureLine {
  readonly name: string;
  readonly time: number;
  readonly line: string;
}

/** A checkpoint that somebody cosigned, and when first, in Unix seconds. */
export interface Cosigned {
  readonly size: number;
  readonly time: number;
}

/** How far the other side has come, as tree sizes. They never go back. */
export interface Pointers {
  readonly witnessed?: number;
  readonly mirrored?: number;
}

export interface Part {
  readonly name: string;
  readonly first: number;
}

/** The primary key of `cp` is the promise of the whole product: one note per size, ever. */
const schema = `
  CREATE TABLE cp(size INTEGER NOT NULL, root BLOB NOT NULL, note BLOB NOT NULL, PRIMARY KEY(size)) STRICT;
  CREATE TABLE cosig(size INTEGER NOT NULL, name TEXT NOT NULL, ts INTEGER NOT NULL, line TEXT NOT NULL,
                     PRIMARY KEY(size, name)) STRICT;
  CREATE TABLE twin(size INTEGER PRIMARY KEY, stack BLOB NOT NULL, note BLOB NOT NULL) STRICT;
  CREATE TABLE state(k TEXT PRIMARY KEY, v BLOB NOT NULL) STRICT;
  CREATE TABLE part(name TEXT PRIMARY KEY, first INTEGER NOT NULL) STRICT;
  CREATE TRIGGER cp_next BEFORE INSERT ON cp WHEN NEW.size <= (SELECT max(size) FROM cp)
    BEGIN SELECT RAISE(ABORT, 'checkpoints only grow'); END;
  CREATE TRIGGER cp_update BEFORE UPDATE ON cp BEGIN SELECT RAISE(ABORT, 'checkpoints are never changed'); END;
  CREATE TRIGGER cp_delete BEFORE DELETE ON cp BEGIN SELECT RAISE(ABORT, 'checkpoints are never deleted'); END;
  CREATE TRIGGER twin_next BEFORE INSERT ON twin WHEN NEW.size <= (SELECT max(size) FROM twin)
    BEGIN SELECT RAISE(ABORT, 'checkpoints only grow'); END;
  CREATE TRIGGER twin_update BEFORE UPDATE ON twin BEGIN SELECT RAISE(ABORT, 'checkpoints are never changed'); END;
  CREATE TRIGGER twin_delete BEFORE DELETE ON twin BEGIN SELECT RAISE(ABORT, 'checkpoints are never deleted'); END;
  CREATE TRIGGER cosig_update BEFORE UPDATE ON cosig BEGIN SELECT RAISE(ABORT, 'cosignatures are never changed'); END;
  CREATE TRIGGER cosig_delete BEFORE DELETE ON cosig BEGIN SELECT RAISE(ABORT, 'cosignatures are never deleted'); END;`;

export const createState = (path: string): void => createDatabase(path, schema);

/** What was signed, who cosigned it, and the pointers. */
export interface State {
  readonly db: Database;
  latest(): Sealed | undefined;
  at(size: number): Sealed | undefined;
  after(size: number, atMost: number): Sealed[];
  keepNote(sealed: Sealed): void;
  cosignatures(size: number): CosignatureLine[];
  cosignedAfter(size: number, atMost: number): Cosigned[];
  cosign(size: number, lines: readonly CosignatureLine[], pointers: Pointers): void;
  pointer(name: keyof Pointers): number;
  parts(): Part[];
  register(part: Part): void;
  recall(name: string): string | undefined;
  remember(name: string, value: string): void;
}

/** A row that was read, or Fault E_JOURNAL_CORRUPT. */
const sealedOf = ({ size, root, note }: Sealed): Sealed => ({
  size,
  root: blobOf(root, `the checkpoint of ${size}`),
  note: blobOf(note, `the checkpoint of ${size}`),
});
const maybeSealed = (row: Sealed | undefined): Sealed | undefined => row && sealedOf(row);

export function stateOn(db: Database): State {
  const newest = db.prepare<Sealed>("SELECT size, root, note FROM cp ORDER BY size DESC LIMIT 1");
  const exact = db.prepare<Sealed>("SELECT size, root, note FROM cp WHERE size = ?");
  const larger = db.prepare<Sealed>("SELECT size, root, note FROM cp WHERE size > ? ORDER BY size LIMIT ?");
  const insertNote = db.prepare("INSERT INTO cp(size, root, note) VALUES(?, ?, ?)");
  const lines = db.prepare<CosignatureLine>(
    "SELECT name, ts AS time, line FROM cosig WHERE size = ? ORDER BY ts, name",
  );
  const cosigned = db.prepare<Cosigned>(
    "SELECT size, min(ts) AS time FROM cosig WHERE size > ? GROUP BY size ORDER BY size LIMIT ?",
  );
  // The earliest cosignature of a name is the one that narrows the time of the entries most.
  const insertLine = db.prepare("INSERT INTO cosig(size, name, ts, line) VALUES(?, ?, ?, ?) ON CONFLICT DO NOTHING");
  const get = db.prepare<{ readonly v: Buffer }>("SELECT v FROM state WHERE k = ?");
  const put = db.prepare("INSERT INTO state(k, v) VALUES(?, ?) ON CONFLICT(k) DO UPDATE SET v = excluded.v");
  const allParts = db.prepare<Part>("SELECT name, first FROM part ORDER BY first");
  const insertPart = db.prepare("INSERT INTO part(name, first) VALUES(?, ?) ON CONFLICT DO NOTHING");

  /** Nobody but the one who holds the journal writes notes, so what it wrote last is the newest. */
  let written: Sealed | undefined;
  const recall = (name: string): string | undefined => get.get(name)?.v.toString();
  const pointer = (name: keyof Pointers): number => {
    const size = Number(recall(name) ?? "0");
    if (!Number.isSafeInteger(size)) throw new Fault("E_JOURNAL_CORRUPT", `the pointer "${name}" is no size`);
    return size;
  };
  return {
    db,
    latest: () => written ?? maybeSealed(newest.get()),
    at: (size) => maybeSealed(exact.get(size)),
    after: (size, atMost) => larger.all(size, atMost).map(sealedOf),
    keepNote: (sealed) => {
      db.transaction("seal", () => insertNote.run(sealed.size, sealed.root, sealed.note));
      written = sealed;
    },
    cosignatures: (size) => lines.all(size),
    cosignedAfter: (size, atMost) => cosigned.all(size, atMost),
    cosign: (size, cosignatures, pointers) =>
      db.transaction("cosign", () => {
        for (const { name, time, line } of cosignatures) insertLine.run(size, name, time, line);
        for (const name of ["witnessed", "mirrored"] as const) {
          const value = pointers[name];
          if (value !== undefined && value > pointer(name)) put.run(name, Buffer.from(String(value)));
        }
      }),
    pointer,
    parts: () => allParts.all(),
    register: ({ name, first }) => db.transaction("register", () => insertPart.run(name, first)),
    recall,
    remember: (name, value) => db.transaction("remember", () => put.run(name, Buffer.from(value))),
  };
}
