import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import Sqlite from "better-sqlite3";
import { expect, test } from "vitest";
import { createDatabase, openDatabase, openReadOnly } from "../../../agent/keep/database.ts";
import { createMonth, type Kept, monthOn } from "../../../agent/keep/month.ts";
import { createState } from "../../../agent/keep/state.ts";
import { makeEntry, noPrev } from "../../../feed/format/entry.ts";
import { emptyFrontier } from "../../../feed/format/tree.ts";
import { tempDir } from "../../support/temporary.ts";
import { events, faultOf, makeJournal, october } from "./kit.ts";

const path = () => join(tempDir(), "a.db");
const setting = (db: ReturnType<typeof openDatabase>, name: string) =>
  Object.values(db.prepare<Record<string, unknown>>(`PRAGMA ${name}`).get() ?? {})[0];

test.each([
  ["synchronous", 2],
  ["journal_mode", "wal"],
  ["recursive_triggers", 1],
  ["trusted_schema", 0],
  ["cell_size_check", 1],
])("%s is %s at every open", (name, value) => {
  const file = path();
  createDatabase(file, "CREATE TABLE a(b) ");
  for (let i = 0; i < 3; i++) {
    const db = openDatabase(file);
    expect(setting(db, name)).toBe(value);
    db.close();
  }
});

test("the library alone would forget commits in a power cut", () => {
  const file = path();
  createDatabase(file, "CREATE TABLE a(b)");
  const plain = new Sqlite(file);
  expect(plain.pragma("synchronous", { simple: true })).toBe(1); // the reason why it is set at every open
  plain.close();
});

test("opening never makes a file", () => {
  const file = path();
  expect(faultOf(() => openDatabase(file))).toBe("E_JOURNAL_IO");
  expect(faultOf(() => openReadOnly(file))).toBe("E_JOURNAL_IO");
});

test("a reader cannot write", () => {
  const file = path();
  createDatabase(file, "CREATE TABLE a(b)");
  const db = openReadOnly(file);
  expect(faultOf(() => db.exec("INSERT INTO a VALUES(1)"))).toBe("E_JOURNAL_IO");
  db.close();
});

test("a format that is not ours is not read", () => {
  const file = path();
  createDatabase(file, "CREATE TABLE a(b)");
  const plain = new Sqlite(file);
  plain.pragma("user_version = 2");
  plain.close();
  expect(faultOf(() => openDatabase(file))).toBe("E_JOURNAL_CORRUPT");
});

/** A database that another program made, without a write-ahead log. */
function foreign(): Buffer {
  const file = path();
  const plain = new Sqlite(file);
  plain.exec("CREATE TABLE a(b)");
  plain.close();
  return readFileSync(file);
}

test.each([
  ["an empty file", () => Buffer.alloc(0)],
  ["another program's database", foreign],
  ["no database", () => Buffer.alloc(20_000, "no database")],
])("%s is refused and stays byte for byte as it was", (_, bytes) => {
  const file = path();
  const before = bytes();
  writeFileSync(file, before);
  for (const open of [openDatabase, openReadOnly]) expect(faultOf(() => open(file))).toBe("E_JOURNAL_CORRUPT");
  expect(readFileSync(file).equals(before)).toBe(true);
  expect(readdirSync(dirname(file))).toEqual(["a.db"]);
});

test("a failed transaction leaves nothing, and the next one works", () => {
  const file = path();
  createDatabase(file, "CREATE TABLE a(b INTEGER PRIMARY KEY) STRICT");
  const db = openDatabase(file);
  const insert = db.prepare("INSERT INTO a VALUES(?)");
  const both = () => db.transaction("append", () => [1, 1].map((value) => insert.run(value)));
  expect(faultOf(both)).toBe("E_JOURNAL_REFUSED");
  db.transaction("append", () => insert.run(2));
  expect(db.prepare("SELECT b FROM a").all()).toEqual([{ b: 2 }]);
  db.close();
});

test.each([
  "UPDATE leaf SET t = ''",
  "DELETE FROM leaf",
  "DELETE FROM leaf WHERE i = 3",
  "INSERT INTO leaf(i, k, t, rec, h) VALUES(9, 'event', '', x'00', zeroblob(32))",
  "INSERT INTO leaf(i, k, t, rec, h) VALUES(3, 'event', '', x'00', zeroblob(32))",
  "INSERT INTO leaf(k, t, rec, h) VALUES('event', '', x'00', x'00')",
  "REPLACE INTO leaf(i, k, t, rec, h) VALUES(3, 'event', '', x'00', zeroblob(32))",
  "UPDATE tile SET h = zeroblob(32)",
  "DELETE FROM tile",
  "UPDATE opening SET size = 5",
  "DELETE FROM opening",
])("a month refuses %s", (sql) => {
  const { journal, dir } = makeJournal();
  journal.append(...events(300));
  journal.close();
  const db = openDatabase(join(dir, october));
  expect(faultOf(() => db.exec(sql))).toBe("E_JOURNAL_REFUSED");
  expect(db.prepare("SELECT count(*) AS n, max(i) AS i FROM leaf").get()).toEqual({ n: 301, i: 300 });
  db.close();
});

test.each([
  "INSERT INTO cp VALUES(5, x'01', x'01')",
  "INSERT INTO cp VALUES(4, x'01', x'01')",
  "REPLACE INTO cp VALUES(5, x'01', x'01')",
  "UPDATE cp SET root = x'01'",
  "DELETE FROM cp",
  "UPDATE cosig SET ts = 1",
  "DELETE FROM cosig",
])("the state refuses %s", (sql) => {
  const file = path();
  createState(file);
  const db = openDatabase(file);
  db.exec("INSERT INTO cp VALUES(5, x'00', x'00'); INSERT INTO cosig VALUES(5, 'w', 0, '')");
  expect(faultOf(() => db.exec(sql))).toBe("E_JOURNAL_REFUSED");
  db.close();
});

test.each([
  ["an entry before the month's first", [0]],
  ["a gap before the month's first", [8]],
  ["a gap among entries", [7, 9]],
  ["an entry twice", [7, 7]],
])("entries are numbered without gaps: %s is refused", (_what, numbers) => {
  const file = path();
  createMonth(file, { ...emptyFrontier, size: 7 });
  const db = openDatabase(file);
  const month = monthOn(db, "leaf");
  const put = (...seqs: number[]) =>
    db.transaction("append", () =>
      month.put(
        seqs.map((seq) => keptAs(seq)),
        emptyFrontier,
      ),
    );
  expect(faultOf(() => put(...numbers))).toBe("E_JOURNAL_REFUSED");
  expect(month.end()).toBe(7);
  put(7);
  put(8, 9);
  expect(faultOf(() => put(...numbers.map((seq) => seq + 4)))).toBe("E_JOURNAL_REFUSED");
  expect(month.end()).toBe(10);
  db.close();
});

function keptAs(seq: number): Kept {
  const [body] = events(1, seq);
  if (body === undefined) throw new Error("no event");
  return { entry: makeEntry(body, seq, noPrev, Buffer.alloc(12)), type: body.type, t: body.t };
}
