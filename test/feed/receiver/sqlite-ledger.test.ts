import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";
import { openDatabase } from "../../../feed/receiver/database.ts";
import type { Ledger } from "../../../feed/receiver/ledger.ts";
import { createLedger, openLedger } from "../../../feed/receiver/sqlite-ledger.ts";
import { tempDir } from "../../support/temporary.ts";
import { ledgerContract } from "./ledger-contract.ts";

const place = () => join(tempDir(), "ledger.db");
const opened = (path: string): Ledger => {
  const ledger = openLedger(path);
  onTestFinished(() => ledger.close());
  return ledger;
};

ledgerContract("the SQLite ledger", () => {
  const path = place();
  createLedger(path);
  return { open: () => opened(path) };
});

test("opening never makes a ledger, and making never overwrites one", () => {
  const path = place();
  expect(() => openLedger(path)).toThrow(expect.objectContaining({ code: "E_LEDGER_MISSING" }));
  createLedger(path);
  expect(() => createLedger(path)).toThrow(expect.objectContaining({ code: "E_RECEIVER_EXISTS" }));
});

test("what is no ledger is refused", () => {
  const path = place();
  writeFileSync(path, "this is no database, however long it is".repeat(100));
  expect(() => openLedger(path)).toThrow(expect.objectContaining({ code: "E_LEDGER_CORRUPT" }));
  const empty = place();
  new Sqlite(empty).exec("CREATE TABLE t(a)").close();
  expect(() => openLedger(empty)).toThrow(expect.objectContaining({ code: "E_LEDGER_CORRUPT" }));
});

test("every commit reaches the disk, also when the file is opened again", () => {
  const path = place();
  createLedger(path);
  opened(path);
  const db = openDatabase(path, { write: true });
  onTestFinished(() => db.close());
  const setting = (name: string): unknown => Object.values(db.prepare<object>(`PRAGMA ${name}`).get() ?? {})[0];
  expect([setting("journal_mode"), setting("synchronous"), setting("recursive_triggers")]).toEqual(["wal", 2, 1]);
});

test.each([
  ["DELETE FROM leaf", "nothing is ever deleted"],
  ["UPDATE leaf SET bytes = x'00'", "nothing is ever changed"],
  ["UPDATE tree SET root = zeroblob(32)", "nothing is ever changed"],
  ["DELETE FROM tree", "nothing is ever deleted"],
  ["UPDATE origin SET mirrored = 0", "sizes never go back"],
])("%s is stopped", async (sql, why) => {
  const path = place();
  createLedger(path);
  const ledger = opened(path);
  const bytes = Buffer.from("e");
  const frontier = { size: 1, stack: [Buffer.alloc(32)] };
  await ledger.keep("o", {
    seen: { witnessed: 0, mirrored: 0 },
    tree: { size: 1, root: Buffer.alloc(32), note: bytes },
    leaves: [{ seq: 0, bytes, hash: Buffer.alloc(32), type: "event", readings: 0 }],
    frontier,
  });
  const db = new Sqlite(path);
  onTestFinished(() => void db.close());
  expect(() => db.exec(sql)).toThrow(why);
});

test("a full disk is a fault of its own, and nothing of the change is kept", async () => {
  const path = place();
  createLedger(path);
  const ledger = opened(path);
  const big = { seq: 0, bytes: Buffer.alloc(16_000), hash: Buffer.alloc(32), type: "frame", readings: 1 };
  // The file may not grow: SQLite says of its own quota what it says of a full disk.
  const db = openDatabase(path, { write: true });
  onTestFinished(() => db.close());
  db.prepare("PRAGMA max_page_count = 1").get();
  const insert = db.prepare(
    "INSERT INTO refused(time, gateway, code, detail, digest, note) VALUES (1, 'g', 'c', 'd', x'00', ?)",
  );
  expect(() => db.transaction(() => insert.run(Buffer.alloc(100_000)))).toThrow(
    expect.objectContaining({ code: "E_LEDGER_FULL" }),
  );
  expect(await ledger.hashes("o", big.seq, 1)).toEqual(new Map());
});

test("an empty file in the place of the ledger stays as it is", () => {
  const path = join(tempDir(), "ledger.db");
  writeFileSync(path, "");
  expect(() => openLedger(path)).toThrow(expect.objectContaining({ code: "E_LEDGER_CORRUPT" }));
  expect(statSync(path).size).toBe(0);
});
