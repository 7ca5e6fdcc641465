import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { expect, test } from "vitest";
import { entriesFrom } from "../../../agent/derive/reading.ts";
import { exportBundle } from "../../../agent/keep/export.ts";
import type { OpenJournal } from "../../../agent/keep/open-journal.ts";
import { pruneMonth } from "../../../agent/keep/prune.ts";
import { readJournal } from "../../../agent/keep/reader.ts";
import { seal } from "../../../agent/keep/seal.ts";
import type { EntryBody } from "../../../feed/format/body.ts";
import { isoTime } from "../../../feed/format/entry.ts";
import { verifyExport } from "../../../feed/format/export.ts";
import { readExport } from "../../../feed/format/export-files.ts";
import { inclusionProof, verifyInclusion } from "../../../feed/format/tree.ts";
import { millis } from "../../../feed/format/vocabulary.ts";
import { tempDir } from "../../support/temporary.ts";
import { event, faultOf, makeJournal, october, openWhole, start, type TestJournal, tamper } from "./kit.ts";

const day = 86_400_000;
const frame = (t: number, n: number): EntryBody => ({
  type: "frame",
  t: isoTime(millis(t)),
  dev: "cems",
  boot: "9f3c1a2e",
  mono: t - start + 1000,
  clk: ["ntp", 4],
  cfg: 1,
  raw: ["AQME".repeat(200)],
  data: { "cems.so2": [String(n), "N"] },
});
const inMonths = [0, 31];

/** 400 polls and an event in October, the same in November; all mirrored, as far as `mirrored` says. */
function filled(mirrored?: number): TestJournal {
  const made = makeJournal();
  for (const days of inMonths) {
    for (let n = 0; n < 400; n++) made.journal.append(frame(start + days * day + n * 5000, n));
    made.journal.append(event(days * 86_400 + 2000));
    seal(made.journal, made.signer);
  }
  const { size } = made.journal.head();
  made.journal.cosign(size, [], { mirrored: mirrored ?? size });
  made.journal.close();
  return made;
}

const prune = ({ dir, signer }: TestJournal, month = "2026-10") =>
  pruneMonth({
    journal: dir,
    month,
    wall: millis(start + 400 * day),
    signer: () => signer,
    expectFree: () => {},
  });

const asRead = <T>(dir: string, ask: (journal: ReturnType<typeof readJournal>) => T): T => {
  const journal = readJournal(dir);
  try {
    return ask(journal);
  } finally {
    journal.close();
  }
};

test("the polls of an old month go, and every proof that was given stays provable", () => {
  const made = filled();
  const before = asRead(made.dir, (journal) => ({ root: journal.rootAt(803), entry: journal.read(200, 201)[0] }));
  const { from, to, freedBytes } = prune(made);
  expect([from, to]).toEqual([0, 402]);
  expect(freedBytes).toBeGreaterThan(400 * 800);
  const journal = openWhole(made.dir); // hashes all that is there again, down to the trees that were signed
  expect(journal.rootAt(803)).toEqual(before.root);
  expect(journal.read(0, 402).map(({ seq }) => seq)).toEqual([0, 401]);
  const proof = inclusionProof(200, 803, journal.subtree);
  expect(verifyInclusion(before.entry?.hash as Buffer, 200, 803, before.root, proof)).toBe(true);
  const [said] = [...journal.ofType("prune", 0)];
  expect(JSON.parse(said?.bytes.toString() ?? "")).toMatchObject({
    range: [0, 402],
    root: journal.rootAt(402).toString("base64"),
  });
  expect(journal.lastOfType("frame", "nobody")).toBeUndefined();
  journal.append(event(40 * 86_400));
  journal.close();
});

test("who reads on from before it gets what is left, each entry once", async () => {
  const made = filled();
  prune(made);
  const journal = readJournal(made.dir);
  const seqs: number[] = [];
  for await (const { seq } of entriesFrom(journal, 0, new AbortController().signal)) seqs.push(seq);
  journal.close();
  expect(seqs).toEqual([0, 401, ...Array.from({ length: 402 }, (_, n) => 402 + n)]);
});

test("what was pruned is not exported, and all that came after is", () => {
  const made = filled();
  prune(made);
  const out = join(tempDir(), "out");
  expect(faultOf(() => exportBundle(made.dir, out, { from: 300 }))).toBe("E_EXPORT_PRUNED");
  exportBundle(made.dir, out, { from: 402 });
  const files = readExport(out);
  expect(files.ok && verifyExport(files.value)).toMatchObject({
    verdict: expect.stringMatching(/^VALID/),
    entries: 402,
  });
});

test("is done again where it was cut short, and says so once", () => {
  const made = filled();
  const whole = openWhole(made.dir);
  whole.append({
    type: "prune",
    t: isoTime(millis(start + 400 * day)),
    range: [0, 402],
    root: whole.rootAt(402).toString("base64"),
  });
  seal(whole, made.signer);
  whole.close();
  expect(prune(made).freedBytes).toBeGreaterThan(0);
  expect(prune(made).freedBytes).toBe(0);
  expect(asRead(made.dir, (journal) => [...journal.ofType("prune", 0)])).toHaveLength(1);
});

test.each([
  ["what the mirror does not hold", () => filled(300), "2026-10", "E_PRUNE_EARLY"],
  ["the month that is written", () => filled(), "2026-11", "E_PRUNE_MONTH"],
  ["a month that is not here", () => filled(), "2025-10", "E_PRUNE_MONTH"],
  [
    "a poll that was changed",
    () => {
      const made = filled();
      tamper(
        join(made.dir, october),
        "UPDATE leaf SET rec = CAST(replace(CAST(rec AS TEXT), '\"17\"', '\"18\"') AS BLOB)",
      );
      return made;
    },
    "2026-10",
    "E_JOURNAL_CORRUPT",
  ],
])("%s is not removed", (_, make, month, code) => {
  const made = make();
  expect(faultOf(() => prune(made, month))).toBe(code);
  const [kept] = asRead(made.dir, (journal) => journal.read(18, 19));
  expect(kept?.bytes.length).toBeGreaterThan(800);
});

test.each([
  ["a poll that nothing says was pruned", 600, "UPDATE leaf SET rec = x'' WHERE i = 600", "leaf-2026-11.db"],
  ["the hash of a poll that was", 124, "UPDATE leaf SET h = (SELECT h FROM leaf WHERE i = 9) WHERE i = 124", october],
  ["a row of one that was", 124, "DELETE FROM leaf WHERE i = 124", october],
])("%s is missed", (_, _seq, change, file) => {
  const made = filled();
  prune(made);
  tamper(join(made.dir, file), change);
  expect(faultOf(() => openWhole(made.dir).close())).toBe("E_JOURNAL_CORRUPT");
});

test("no page of the old file is left beside the new one", () => {
  const made = filled();
  prune(made);
  const db = new Sqlite(join(made.dir, october), { readonly: true });
  try {
    expect(db.prepare("SELECT count(*) FROM leaf WHERE k = 'frame' AND length(rec) > 0").pluck().get()).toBe(0);
    expect(db.pragma("integrity_check", { simple: true })).toBe("ok");
  } finally {
    db.close();
  }
});

test("while the agent runs it waits", () => {
  const made = filled();
  const running: OpenJournal = openWhole(made.dir);
  expect(faultOf(() => prune(made))).toBe("E_JOURNAL_HELD");
  running.close();
});
