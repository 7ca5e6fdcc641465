import { closeSync, openSync, readdirSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { toTheEnd } from "../../../agent/keep/recheck.ts";
import { seal } from "../../../agent/keep/seal.ts";
import { isoTime } from "../../../feed/format/entry.ts";
import { Fault } from "../../../feed/format/faults.ts";
import { leafHash } from "../../../feed/format/tree.ts";
import { millis } from "../../../feed/format/vocabulary.ts";
import { event, events, makeJournal, october, start, type TestJournal, tamper } from "./kit.ts";

const month = 32 * 86_400;

/** Open, with a genesis and 300 entries in October and 300 in November, the last ten of them not signed yet. */
function twoMonths(): TestJournal {
  const made = makeJournal();
  onTestFinished(() => made.journal.close());
  for (let n = 0; n < 590; n += 10) {
    made.journal.append(...events(10, n < 300 ? n : month + n));
    seal(made.journal, made.signer);
  }
  made.journal.append(...events(10, month + 590));
  return made;
}

/** What hashing everything again says of it. */
function found({ journal }: TestJournal): string {
  try {
    return `${toTheEnd(journal.recheck(32)).size} entries`;
  } catch (error) {
    if (error instanceof Fault) return `${error.code}: ${error.message}`;
    throw error;
  }
}

const digit = (seq: number): string =>
  `UPDATE leaf SET rec = CAST(replace(CAST(rec AS TEXT), 'number', 'numbre') AS BLOB) WHERE i = ${seq};`;

test("each step hashes a portion and no more, through all months", () => {
  const { journal } = twoMonths();
  const sizes = [...journal.recheck(100)].map(({ size }) => size);
  expect(sizes).toEqual([100, 200, 300, 400, 500, 600, 601]);
});

test("what is appended meanwhile waits for the next time", () => {
  const made = twoMonths();
  const { journal } = made;
  const sizes: number[] = [];
  for (const { size } of journal.recheck(300)) {
    sizes.push(size);
    journal.append(event(2 * month + size)); // the first of them begins another month
  }
  expect(sizes).toEqual([300, 600, 601]);
  expect(found(made)).toBe("604 entries");
});

test.each([
  ["an entry of a closed month", october, digit(5), "entry 5 is not what was kept"],
  ["an entry of this month", "leaf-2026-11.db", digit(400), "entry 400 is not what was kept"],
  ["an entry that is not signed yet", "leaf-2026-11.db", digit(600), "entry 600 is not what was kept"],
  ["a stored hash", october, "UPDATE leaf SET h = randomblob(32) WHERE i = 7", "entry 7 is not what was kept"],
  ["a missing row", october, "DELETE FROM leaf WHERE i = 5", "entry 5 is missing"],
  ["a missing portion", october, "DELETE FROM leaf WHERE i >= 32 AND i < 64", "entry 32 is missing"],
  ["a tile", october, "UPDATE tile SET h = zeroblob(32)", "the stored hash of entries 0 to 255 is not theirs"],
  [
    "what was signed",
    "state.db",
    "UPDATE cp SET root = zeroblob(32) WHERE size = 31",
    "entries 21 to 30 do not give the root of 31",
  ],
  [
    "how a month began",
    "leaf-2026-11.db",
    "UPDATE opening SET stack = randomblob(length(stack))",
    "the month that begins with entry 301 did not begin with this tree",
  ],
])("%s, changed by another connection while the journal is open, is named", (_, file, sql, said) => {
  const made = twoMonths();
  expect(found(made)).toBe("601 entries");
  tamper(join(made.dir, file), sql);
  expect(found(made)).toBe(`E_JOURNAL_CORRUPT: ${said}`);
});

test.each([
  [5, october, "entries 0 to 10 do not give the root of 11"],
  [600, "leaf-2026-11.db", "entries 591 to 600 do not give the root of 601"],
])(
  "entry %i, changed with its hash, does not fit what was signed or what the journal holds in memory",
  (seq, file, said) => {
    const made = twoMonths();
    const [entry] = made.journal.read(seq, seq + 1);
    const other = Buffer.from(String(entry?.bytes).replace("number", "numbre"));
    const hex = { rec: other.toString("hex"), h: leafHash(other).toString("hex") };
    tamper(join(made.dir, file), `UPDATE leaf SET rec = x'${hex.rec}', h = x'${hex.h}' WHERE i = ${seq}`);
    expect(found(made)).toBe(`E_JOURNAL_CORRUPT: ${said}`);
  },
);

test.each([
  ["an entry", `"number ${month + 595}"`, 1],
  ["the type of a row's value", `event${isoTime(millis(start + (month + 595) * 1000))}`, -4],
])("a bit of %s that turned on the disk is found, though the page in memory is good", (_, text, offset) => {
  const made = twoMonths();
  expect(found(made)).toBe("601 entries");
  const turned = readdirSync(made.dir)
    .filter((name) => /^leaf.*\.db(-wal)?$/.test(name))
    .reduce((sum, name) => sum + turnBit(join(made.dir, name), text, offset), 0);
  expect(turned).toBeGreaterThan(0);
  expect(String(made.journal.read(596, 597)[0]?.bytes)).toContain(`"number ${month + 595}"`);
  expect(found(made)).toBe("E_JOURNAL_CORRUPT: entry 596 is not what was kept");
});

/** Turns the last bit of the byte at `offset` from each place where the text stands in the file; returns how many. */
function turnBit(path: string, text: string, offset: number): number {
  const bytes = readFileSync(path);
  const file = openSync(path, "r+");
  let turned = 0;
  for (let at = bytes.indexOf(text); at >= 0; at = bytes.indexOf(text, at + 1), turned++)
    writeSync(file, Buffer.from([bytes.readUInt8(at + offset) ^ 1]), 0, 1, at + offset);
  closeSync(file);
  return turned;
}
