import { createHash } from "node:crypto";
import { existsSync, realpathSync } from "node:fs";
import { Fault } from "../format/faults.ts";
import { checkSerial, type SeenRegister } from "../format/registry.ts";
import type { Frontier } from "../format/tree.ts";
import { createDatabase, type Database, holdLock, openDatabase } from "./database.ts";
import { asVerified, type Kept } from "./kept.ts";
import type { Holding, Leaf, Ledger, Refusal, Summary, Tree, Witnessed } from "./ledger.ts";

/** `leaf.id` numbers entries in the order they came, which is not that of their numbers while a backlog arrives. */
const schema = `
  CREATE TABLE origin(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, witnessed INTEGER NOT NULL,
                      mirrored INTEGER NOT NULL, frontier BLOB NOT NULL) STRICT;
  CREATE TABLE tree(origin INTEGER NOT NULL REFERENCES origin, size INTEGER NOT NULL,
                    root BLOB NOT NULL CHECK(length(root) = 32), note BLOB NOT NULL, PRIMARY KEY(origin, size)) STRICT;
  CREATE TABLE leaf(id INTEGER PRIMARY KEY, origin INTEGER NOT NULL REFERENCES origin, seq INTEGER NOT NULL,
                    type TEXT NOT NULL, readings INTEGER NOT NULL, hash BLOB NOT NULL CHECK(length(hash) = 32),
                    bytes BLOB NOT NULL, UNIQUE(origin, seq)) STRICT;
  CREATE TABLE refused(id INTEGER PRIMARY KEY, time INTEGER NOT NULL, gateway TEXT NOT NULL, code TEXT NOT NULL,
                       detail TEXT NOT NULL, digest BLOB NOT NULL UNIQUE, note BLOB NOT NULL) STRICT;
  CREATE TABLE tally(code TEXT PRIMARY KEY, n INTEGER NOT NULL) STRICT;
  CREATE TRIGGER origin_back BEFORE UPDATE ON origin
    WHEN NEW.witnessed < OLD.witnessed OR NEW.mirrored < OLD.mirrored OR NEW.name <> OLD.name
    BEGIN SELECT RAISE(ABORT, 'sizes never go back'); END;
  ${["origin", "tree", "leaf", "refused"]
    .map(
      (table) => `CREATE TRIGGER ${table}_delete BEFORE DELETE ON ${table}
        BEGIN SELECT RAISE(ABORT, 'nothing is ever deleted'); END;`,
    )
    .join("\n")}
  ${["tree", "leaf", "refused"]
    .map(
      (table) => `CREATE TRIGGER ${table}_update BEFORE UPDATE ON ${table}
        BEGIN SELECT RAISE(ABORT, 'nothing is ever changed'); END;`,
    )
    .join("\n")}`;

/** What came later than the first ledgers: made where it is not there yet. */
const later = `
  CREATE TABLE IF NOT EXISTS witnessed(origin INTEGER NOT NULL REFERENCES origin, size INTEGER NOT NULL,
                                       time INTEGER NOT NULL, PRIMARY KEY(origin, size)) STRICT;
  CREATE TABLE IF NOT EXISTS checking(origin INTEGER PRIMARY KEY REFERENCES origin, state TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS recomputed(origin TEXT PRIMARY KEY, below INTEGER NOT NULL) STRICT;
  -- calibration checks are looked for over weeks of entries
  CREATE INDEX IF NOT EXISTS leaf_event ON leaf(origin, seq) WHERE type = 'event';`;

/** Begins a ledger in a file that must not be there. Throws Fault E_RECEIVER_EXISTS, E_LEDGER_*. */
export function createLedger(path: string): void {
  if (existsSync(path)) throw new Fault("E_RECEIVER_EXISTS", `${path} is there already`);
  createDatabase(path, `${schema}${later}`);
}

/** Keeps other receivers from a ledger, by whatever path they name it. Throws Fault E_LEDGER_HELD, E_LEDGER_MISSING. */
export function holdLedger(path: string): { close(): void } {
  expectThere(path);
  return holdLock(`${realpathSync(path)}-held`);
}

function expectThere(path: string): void {
  if (!existsSync(path)) throw new Fault("E_LEDGER_MISSING", `${path} is not there`);
}

export function openLedger(path: string): Ledger {
  expectThere(path);
  return ledgerOn(openDatabase(path, { write: true, schema: later }));
}

interface OriginRow {
  readonly id: number;
  readonly witnessed: number;
  readonly mirrored: number;
  readonly frontier: Buffer;
}

function ledgerOn(db: Database): Ledger {
  const findOrigin = db.prepare<OriginRow>("SELECT id, witnessed, mirrored, frontier FROM origin WHERE name = ?");
  const addOrigin = db.prepare("INSERT INTO origin(name, witnessed, mirrored, frontier) VALUES (?, 0, 0, x'')");
  const moveOrigin = db.prepare("UPDATE origin SET witnessed = ?, mirrored = ?, frontier = ? WHERE id = ?");
  const findTree = db.prepare<Tree>("SELECT size, root, note FROM tree WHERE origin = ? AND size = ?");
  const addTree = db.prepare("INSERT OR IGNORE INTO tree(origin, size, root, note) VALUES (?, ?, ?, ?)");
  const sizes = db.prepare<{ size: number }>(
    "SELECT size FROM tree WHERE origin = ? AND size > ? AND size <= ? ORDER BY size LIMIT 1000",
  );
  const addLeaf = db.prepare("INSERT INTO leaf(origin, seq, type, readings, hash, bytes) VALUES (?, ?, ?, ?, ?, ?)");
  const findHashes = db.prepare<{ seq: number; hash: Buffer }>(
    "SELECT seq, hash FROM leaf WHERE origin = ? AND seq >= ? AND seq < ? ORDER BY seq",
  );
  const findEntries = db.prepare<Kept>(
    "SELECT seq, hash, bytes FROM leaf WHERE origin = ? AND seq >= ? AND seq < ? ORDER BY seq",
  );
  const findComputed = db.prepare<Omit<Leaf, "readings">>(
    `SELECT seq, type, hash, bytes FROM leaf
     WHERE origin = ? AND seq >= ? AND seq < ? AND type IN ('derived', 'amend') ORDER BY seq`,
  );
  const findChecks = db.prepare<Kept>(
    `SELECT seq, hash, bytes FROM leaf WHERE origin = ? AND seq >= ? AND seq < ? AND type = 'event'
     AND instr(bytes, CAST('"code":"CALIBRATION_' AS BLOB)) > 0 ORDER BY seq`,
  );
  const addRefused = db.prepare(
    "INSERT OR IGNORE INTO refused(time, gateway, code, detail, digest, note) VALUES (?, ?, ?, ?, ?, ?)",
  );
  const findBelow = db.prepare<{ below: number }>("SELECT below FROM recomputed WHERE origin = ?");
  const setBelow = db.prepare(
    "INSERT INTO recomputed VALUES (?, ?) ON CONFLICT DO UPDATE SET below = max(below, excluded.below)",
  );
  // Ledgers of before there were registers lack it.
  db.prepare("CREATE TABLE IF NOT EXISTS register(serial INTEGER PRIMARY KEY, digest BLOB NOT NULL) STRICT").run();
  const newestRegister = db.prepare<SeenRegister>("SELECT serial, digest FROM register ORDER BY serial DESC LIMIT 1");
  const addRegister = db.prepare("INSERT OR IGNORE INTO register(serial, digest) VALUES (?, ?)");
  const count = db.prepare("INSERT INTO tally VALUES (?, ?) ON CONFLICT DO UPDATE SET n = n + excluded.n");
  const addWitnessed = db.prepare("INSERT OR IGNORE INTO witnessed(origin, size, time) VALUES (?, ?, ?)");
  const findWitnessed = db.prepare<Witnessed>(
    `SELECT size, time FROM witnessed WHERE origin = ? AND size > ? AND size <= coalesce(
       (SELECT min(size) FROM witnessed WHERE origin = ? AND size >= ?), 9007199254740991) ORDER BY size`,
  );
  const findChecked = db.prepare<{ state: string }>("SELECT state FROM checking WHERE origin = ?");
  const setChecked = db.prepare(
    "INSERT INTO checking(origin, state) VALUES (?, ?) ON CONFLICT DO UPDATE SET state = excluded.state",
  );
  const refuse = ({ time, gateway, code, detail, note, times, once }: Refusal, digested = note): void => {
    const isKept = note && digested && addRefused.run(time, gateway, code, detail, digest(digested), note) === 0;
    if (once !== true || isKept !== true) count.run(code, times ?? 1);
  };
  const id = (origin: string): number => findOrigin.get(origin)?.id ?? 0;
  const treeAt = (origin: number, size: number): Tree | undefined =>
    size > 0 ? findTree.get(origin, size) : undefined;

  return {
    holding: async (origin): Promise<Holding> => {
      const row = findOrigin.get(origin) ?? { id: 0, witnessed: 0, mirrored: 0, frontier: Buffer.alloc(0) };
      const frontier = { size: row.mirrored, stack: cut(row.frontier) };
      return { witnessed: treeAt(row.id, row.witnessed), mirrored: treeAt(row.id, row.mirrored), frontier };
    },
    tree: async (origin, size) => findTree.get(id(origin), size),
    treesBetween: async (origin, above, upTo) => sizes.all(id(origin), above, upTo).map(({ size }) => size),
    hashes: async (origin, from, to) =>
      new Map(findHashes.all(id(origin), from, to).map(({ seq, hash }) => [seq, hash] as const)),
    entries: async (origin, from, to) => {
      const rows = findEntries.all(id(origin), from, to);
      const gap = rows.findIndex(({ seq }, index) => seq !== from + index);
      return rows.slice(0, gap < 0 ? rows.length : gap).map((row) => asVerified(row).bytes);
    },
    computed: async (origin, from, to) => findComputed.all(id(origin), from, to).map(asVerified),
    checks: async (origin, from, to) => findChecks.all(id(origin), from, to).map((row) => asVerified(row).bytes),
    recomputed: async (origin) => findBelow.get(origin)?.below,
    setRecomputed: async (origin, below) => void setBelow.run(origin, below),
    witnessedFrom: async (origin, above, upTo) => findWitnessed.all(id(origin), above, id(origin), upTo),
    checked: async (origin) => findChecked.get(id(origin))?.state,
    keep: async (origin, { seen, tree, leaves, frontier, time, checked }) =>
      db.transaction(() => {
        if (id(origin) === 0) addOrigin.run(origin);
        const row = findOrigin.get(origin) as OriginRow;
        if (row.witnessed !== seen.witnessed || row.mirrored !== seen.mirrored) return false;
        addTree.run(row.id, tree.size, tree.root, tree.note);
        for (const { seq, type, readings, hash, bytes } of leaves)
          addLeaf.run(row.id, seq, type, readings, hash, bytes);
        if (time !== undefined && tree.size > row.witnessed) addWitnessed.run(row.id, tree.size, Math.floor(time));
        if (checked) setChecked.run(row.id, checked.state);
        // One entry may be remarked upon under several codes.
        for (const one of checked?.remarks ?? [])
          refuse(one, one.note && Buffer.concat([Buffer.from(`${one.code}\n`), one.note]));
        moveOrigin.run(Math.max(row.witnessed, tree.size), frontier.size, join(frontier), row.id);
        return true;
      }),
    refuse: async (refusal) => db.transaction(() => refuse(refusal)),
    summary: async () => summarise(db),
    useRegister: async (found) =>
      db.transaction(() => {
        const problem = checkSerial(found, newestRegister.get());
        if (problem === undefined) addRegister.run(found.serial, found.digest);
        return problem;
      }),
    close: async () => db.close(),
  };
}

/** The state of a whole ledger in one look. */
export function summarise(db: Database): Summary {
  const [total] = db
    .prepare<Omit<Summary, "codes" | "logs">>(
      `SELECT count(*) AS entries, coalesce(sum(readings), 0) AS readings,
              coalesce(sum(seq < origin.mirrored), 0) AS mirrored,
              coalesce(sum(readings * (seq < origin.mirrored)), 0) AS mirroredReadings
       FROM leaf JOIN origin ON origin.id = leaf.origin`,
    )
    .all() as [Omit<Summary, "codes" | "logs">];
  const codes = db.prepare<{ code: string; n: number }>("SELECT code, n FROM tally ORDER BY code").all();
  const logs = db
    .prepare<{ origin: string; witnessed: number; mirrored: number }>(
      "SELECT name AS origin, witnessed, mirrored FROM origin ORDER BY name",
    )
    .all();
  return { ...total, codes: Object.fromEntries(codes.map(({ code, n }) => [code, n])), logs };
}

const digest = (bytes: Buffer): Buffer => createHash("sha256").update(bytes).digest();
const join = ({ stack }: Frontier): Buffer => Buffer.concat(stack);
const cut = (bytes: Buffer): Buffer[] =>
  Array.from({ length: bytes.length / 32 }, (_, index) => Buffer.from(bytes.subarray(index * 32, index * 32 + 32)));
