import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { createJournal, openJournal } from "../../../agent/keep/open.ts";
import { noPrev, readEntry } from "../../../feed/format/entry.ts";
import { emptyFrontier, leafHash, pushLeaf, rootOf } from "../../../feed/format/tree.ts";
import { start } from "../../support/program.ts";
import { tempDir } from "../../support/temporary.ts";
import { event, events, faultOf, genesis, makeJournal, newSigner, october, origin } from "./kit.ts";

const open = (dir: string) => {
  const journal = openJournal(dir);
  onTestFinished(() => journal.close());
  return journal;
};

test("a new journal holds its genesis as entry 0, and what else it needs", () => {
  const { journal, dir, signer } = makeJournal();
  expect(journal.head().size).toBe(1);
  expect(journal.origin).toBe(origin);
  expect(journal.keys.map(({ text }) => text)).toEqual([signer.vkey.text]);
  const [first] = journal.read(0, 10);
  expect(readEntry(first?.bytes ?? noPrev)).toMatchObject({ ok: true, value: { type: "genesis", seq: 0 } });
  journal.close();
  expect(readdirSync(dir).sort()).toEqual([october, "lock.db", "state.db"]);
});

test("entries are numbered without gaps, chained by hash, and come back as the bytes that were kept", () => {
  const { journal, dir } = makeJournal();
  const kept = [...journal.append(event(1)), ...journal.append(...events(3, 2)), ...journal.append()];
  journal.close();
  const entries = open(dir).read(0, 100);
  expect(entries.slice(1)).toEqual(kept);
  expect(entries.map(({ seq }) => seq)).toEqual([0, 1, 2, 3, 4]);
  let prev: Buffer = noPrev;
  for (const { bytes, hash } of entries) {
    expect(readEntry(bytes)).toMatchObject({ ok: true, value: { prev: prev.toString("base64") } });
    expect(leafHash(bytes).equals(hash)).toBe(true);
    prev = hash;
  }
});

test("the head is the tree of all entries, before and after it is opened again", () => {
  const { journal, dir } = makeJournal();
  journal.append(...events(300));
  const expected = journal.read(0, 1000).reduce((tree, { hash }) => pushLeaf(tree, hash), emptyFrontier);
  expect(journal.head()).toEqual({ size: 301, root: rootOf(expected) });
  journal.close();
  expect(open(dir).head()).toEqual({ size: 301, root: rootOf(expected) });
});

test("an entry that no reader would take leaves the journal as it was", () => {
  const { journal } = makeJournal();
  const before = journal.head();
  expect(faultOf(() => journal.append(event(1), event(2, "a\tb")))).toBe("REC_NONCANON");
  expect(faultOf(() => journal.append(event(1), event(2, "x".repeat(20_000))))).toMatch(/^REC_/);
  expect(journal.head()).toEqual(before);
  expect(journal.append(event(1))[0]?.seq).toBe(1);
  journal.close();
});

test("the newest entry of a type and a device is found across months", () => {
  const { journal } = makeJournal();
  journal.append(event(1, "a", "cems"), event(2, "b", "flow"), event(3, "c", "cems"));
  journal.append(event(40 * 86_400, "d", "flow"));
  expect(journal.lastOfType("event")?.seq).toBe(4);
  expect(journal.lastOfType("event", "cems")?.seq).toBe(3);
  expect(journal.lastOfType("event", "power")).toBeUndefined();
  expect(journal.lastOfType("genesis")?.seq).toBe(0);
  expect(journal.lastOfType("frame")).toBeUndefined();
  journal.close();
});

test("a journal is never made over something that is there", () => {
  const { journal, dir } = makeJournal();
  journal.append(event(1));
  journal.close();
  expect(faultOf(() => createJournal(dir, { genesis: genesis(newSigner()) }))).toBe("E_JOURNAL_EXISTS");
  expect(open(dir).head().size).toBe(2);

  const other = join(tempDir(), "other");
  mkdirSync(other);
  writeFileSync(join(other, "note.txt"), "mine");
  expect(faultOf(() => createJournal(other, { genesis: genesis(newSigner()) }))).toBe("E_JOURNAL_EXISTS");
  expect(readdirSync(other)).toEqual(["note.txt"]);
});

test("an empty folder may become a journal; one that could not be made leaves nothing behind", () => {
  const parent = tempDir();
  mkdirSync(join(parent, "empty"));
  createJournal(join(parent, "empty"), { genesis: genesis(newSigner()) }).close();
  const bad = { ...genesis(newSigner()), plant: "a\nb" };
  expect(faultOf(() => createJournal(join(parent, "bad"), { genesis: bad }))).toBe("REC_NONCANON");
  expect(readdirSync(parent)).toEqual(["empty"]);
  expect(existsSync(join(parent, "empty", "state.db"))).toBe(true);
});

describe("another program that has a file open for writing", () => {
  const hold = async (file: string, script: string) => {
    const held = `const D = require("better-sqlite3"); const db = new D(process.argv[1]); db.exec("BEGIN IMMEDIATE");
      console.log("held"); ${script}`;
    const other = start(process.execPath, ["-e", held, file]);
    await other.line(/held/);
    return other;
  };

  test("is waited for", async () => {
    const { journal, dir } = makeJournal();
    await hold(join(dir, october), "setTimeout(() => db.close(), 3000);");
    expect(journal.append(event(1))[0]?.seq).toBe(1);
    journal.close();
  });

  test("and goes on and on stops this write only: nothing was changed by it", async () => {
    const { journal, dir } = makeJournal();
    const other = await hold(join(dir, october), "setTimeout(() => {}, 600_000);");
    expect(faultOf(() => journal.append(event(1)))).toBe("E_JOURNAL_BUSY");
    await other.stop("SIGKILL");
    expect(journal.append(event(1))[0]?.seq).toBe(1);
    expect(journal.head().size).toBe(2);
    journal.close();
  });
});
