import { existsSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openJournal } from "../../../agent/keep/open.ts";
import { readJournal } from "../../../agent/keep/reader.ts";
import { seal } from "../../../agent/keep/seal.ts";
import { tempDir } from "../../support/temporary.ts";
import { event, events, faultOf, makeJournal, newSigner, october, openWhole, type TestJournal, tamper } from "./kit.ts";

/** Ten entries and a checkpoint in October, ten and a checkpoint in each of the two months after; closed. */
function threeMonths(): TestJournal {
  const made = makeJournal();
  for (const first of [1, 32 * 86_400, 64 * 86_400]) {
    made.journal.append(...events(10, first));
    seal(made.journal, made.signer);
  }
  made.journal.close();
  return made;
}

/** Opens and closes again where it should open at all. */
const opening = (dir: string) => faultOf(() => openJournal(dir).close());

const digit = `UPDATE leaf SET rec = CAST(replace(CAST(rec AS TEXT), 'number', 'numbre') AS BLOB) WHERE i = 5`;

test.each(["state.db", october, "leaf-2026-11.db", "leaf-2026-12.db"])(
  "without %s it is missing, not begun anew",
  (file) => {
    const { dir } = threeMonths();
    rmSync(join(dir, file));
    expect(opening(dir)).toBe("E_JOURNAL_MISSING");
    expect(existsSync(join(dir, file))).toBe(false);
    expect(faultOf(() => readJournal(dir))).toBe("E_JOURNAL_MISSING");
  },
);

test("what cannot be looked into is not called missing", () => {
  const dir = join(tempDir(), "loop");
  symlinkSync(dir, dir); // nobody, not even root, gets past ELOOP
  expect(opening(dir)).toBe("E_JOURNAL_IO");
  expect(faultOf(() => readJournal(dir))).toBe("E_JOURNAL_IO");
});

test("a folder that is not there is missing, and stays so", () => {
  const dir = join(tempDir(), "none");
  expect(opening(dir)).toBe("E_JOURNAL_MISSING");
  expect(existsSync(dir)).toBe(false);
});

test.each([
  ["one digit of an entry", digit],
  ["an entry and its hash", "UPDATE leaf SET h = zeroblob(32) WHERE i = 5"],
  ["entry 0", "UPDATE leaf SET rec = CAST(replace(CAST(rec AS TEXT), 'plant', 'plamt') AS BLOB) WHERE i = 0"],
  ["the stored tree", "UPDATE leaf SET f = zeroblob(32) WHERE i = 10"],
  ["a transaction's end", "UPDATE leaf SET f = NULL"],
  ["a missing row", "DELETE FROM leaf WHERE i = 5"],
])("%s changed behind our back is found at the start", (_, sql) => {
  const { journal, dir, signer } = makeJournal();
  journal.append(...events(10, 1));
  seal(journal, signer);
  journal.close();
  expect(opening(dir)).toBeUndefined();
  tamper(join(dir, october), sql);
  expect(opening(dir)).toBe("E_JOURNAL_CORRUPT");
});

test("a transaction that has lost its end is found, though nothing was signed yet", () => {
  const { journal, dir } = makeJournal();
  journal.append(...events(10, 1));
  journal.close();
  tamper(join(dir, october), "DELETE FROM leaf WHERE i > 8");
  expect(opening(dir)).toBe("E_JOURNAL_CORRUPT");
});

test("what the mirror holds is not hashed again at the start", () => {
  const { journal, dir, signer } = makeJournal();
  journal.append(...events(10, 1));
  seal(journal, signer);
  journal.cosign(11, [], { mirrored: 11 });
  journal.append(...events(10, 20));
  journal.close();
  tamper(join(dir, october), digit);
  expect(opening(dir)).toBeUndefined();
  expect(faultOf(() => openWhole(dir).close())).toBe("E_JOURNAL_CORRUPT");
});

test("a rewritten history that fits itself does not fit what was signed", () => {
  const { dir } = threeMonths();
  const other = makeJournal();
  other.journal.append(...events(10, 1));
  seal(other.journal, other.signer);
  other.journal.close();
  const note = (from: string) => `ATTACH '${join(from, "state.db")}' AS o; DELETE FROM cp WHERE size = 11;`;
  tamper(join(dir, "state.db"), `${note(other.dir)} INSERT INTO cp SELECT * FROM o.cp;`);
  expect(opening(dir)).toBe("E_JOURNAL_CORRUPT");
});

test("a note that we did not sign is found", () => {
  const { journal, dir } = makeJournal();
  journal.append(event(1));
  const stranger = newSigner();
  const sealed = seal({ ...journal, inForce: [stranger.vkey] }, stranger);
  expect(sealed?.size).toBe(2);
  journal.close();
  expect(opening(dir)).toBe("E_JOURNAL_CORRUPT");
});

test.each([
  ["text", (path: string) => writeFileSync(path, "this is no database, whatever its name says ".repeat(100))],
  ["nothing", (path: string) => truncateSync(path, 0)],
  ["half of itself", (path: string) => truncateSync(path, 12_288)],
])("a file that holds %s is corrupt", (_, spoil) => {
  const { dir } = threeMonths();
  for (const file of ["leaf-2026-12.db", "state.db"]) {
    spoil(join(dir, file));
    expect(opening(dir)).toBe("E_JOURNAL_CORRUPT");
  }
});

test("a month that began with another tree is found", () => {
  const { dir } = threeMonths();
  tamper(join(dir, "leaf-2026-12.db"), "UPDATE opening SET stack = randomblob(length(stack))");
  expect(opening(dir)).toBe("E_JOURNAL_CORRUPT");
});

test("a month that is gone and was never registered leaves a gap", () => {
  const { dir } = threeMonths();
  tamper(join(dir, "state.db"), "DELETE FROM part WHERE name = 'leaf-2026-11.db'");
  rmSync(join(dir, "leaf-2026-11.db"));
  expect(opening(dir)).toBe("E_JOURNAL_CORRUPT");
});

test("one process holds a journal, readers go beside it", () => {
  const { journal, dir, signer } = makeJournal();
  expect(opening(dir)).toBe("E_JOURNAL_HELD");
  journal.append(event(1));
  seal(journal, signer);
  journal.append(event(2));
  const reader = readJournal(dir);
  onTestFinished(() => reader.close());
  expect(reader.head()).toEqual({ size: 2, root: journal.latestCheckpoint()?.root });
  expect(reader.read(0, 10)).toEqual(journal.read(0, 2));
  journal.append(event(3));
  journal.close();
  expect(opening(dir)).toBeUndefined();
});

test("two journals live in one process", () => {
  const [a, b] = [makeJournal(), makeJournal()];
  a.journal.append(event(1));
  b.journal.append(event(1), event(2));
  expect([a.journal.head().size, b.journal.head().size]).toEqual([2, 3]);
  a.journal.close();
  b.journal.append(event(3));
  b.journal.close();
});

test("a month that power cut short of its registration is taken in", () => {
  const { dir } = threeMonths();
  tamper(join(dir, "state.db"), "DELETE FROM part WHERE name = 'leaf-2026-12.db'");
  writeFileSync(join(dir, "leaf-2027-01.db.new"), "torn");
  expect(opening(dir)).toBeUndefined();
  rmSync(join(dir, "leaf-2026-12.db"));
  expect(opening(dir)).toBe("E_JOURNAL_MISSING");
});
