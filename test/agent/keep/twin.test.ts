import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { expect, test } from "vitest";
import { endLog } from "../../../agent/commands/end.ts";
import { initSite } from "../../../agent/commands/init.ts";
import { exportBundle } from "../../../agent/keep/export.ts";
import { MONTH } from "../../../agent/keep/files.ts";
import { loadTwinSigner } from "../../../agent/keep/keys.ts";
import { createJournal, openJournal } from "../../../agent/keep/open.ts";
import { readJournal } from "../../../agent/keep/reader.ts";
import { seal } from "../../../agent/keep/seal.ts";
import { sealTwin } from "../../../agent/keep/twin.ts";
import { loadSite } from "../../../config/load.ts";
import { loadCatalogue } from "../../../drivers/catalogue.ts";
import { parseCheckpoint } from "../../../feed/format/checkpoint.ts";
import { verifyExport } from "../../../feed/format/export.ts";
import { readExport } from "../../../feed/format/export-files.ts";
import { openNote } from "../../../feed/format/note.ts";
import { sm2Pem, sm2SignerFromPem } from "../../../feed/format/sm/signer.ts";
import { newSm2Secret } from "../../../feed/format/sm/sm2.ts";
import { sm3RootOfAll, twinOrigin } from "../../../feed/format/sm/tree.ts";
import { tempDir } from "../../support/temporary.ts";
import { event, events, faultOf, genesis, newSigner, origin } from "./kit.ts";

function made() {
  const signer = newSigner();
  const twin = sm2SignerFromPem(twinOrigin(origin), sm2Pem(newSm2Secret()));
  const dir = join(tempDir(), "journal");
  const body = { ...genesis(signer), twin: "sm3" as const, keys: [signer.vkey.text, twin.vkey.text] };
  return { signer, twin, dir, journal: createJournal(dir, { genesis: body }) };
}

function exported(dir: string, options = {}) {
  const out = join(tempDir(), "out");
  exportBundle(dir, out, options);
  const files = readExport(out);
  if (!files.ok) throw new Error(files.problem.detail);
  const { findings, first, entries } = verifyExport(files.value);
  return { out, codes: findings.map(({ code }) => code), first, entries };
}

test("the twin is signed at the sizes of the log, over the same bytes", () => {
  const { journal, signer, twin } = made();
  for (let n = 0; n < 3; n++) {
    journal.append(...events(7, n * 7));
    seal(journal, signer);
    sealTwin(journal, twin);
  }
  const notes = journal.twins?.after(0, 10) ?? [];
  expect(notes.map(({ tree }) => tree.size)).toEqual(journal.checkpoints(0, 10).map(({ size }) => size));
  for (const { tree, note } of notes) {
    const opened = openNote(note, [twin.vkey]);
    const head = parseCheckpoint(opened.ok ? opened.value.text : "");
    const root = sm3RootOfAll(journal.read(0, tree.size).map(({ bytes }) => bytes));
    expect(head.ok && head.value).toEqual({ origin: `${origin}/sm3`, size: tree.size, root });
  }
  sealTwin(journal, twin);
  expect(journal.twins?.after(0, 10)).toHaveLength(3);
  journal.close();
});

test("where the power went between the two signatures, the twin is made good after the start", () => {
  const { journal, signer, twin, dir } = made();
  seal(journal, signer);
  sealTwin(journal, twin);
  journal.append(...events(5));
  seal(journal, signer);
  journal.close();
  expect(exported(dir)).toMatchObject({ codes: [], entries: 1 });
  const again = openJournal(dir);
  again.append(event(9));
  seal(again, signer);
  sealTwin(again, twin);
  expect(again.twins?.after(0, 10).map(({ tree }) => tree.size)).toEqual([1, 6, 7]);
  again.close();
  expect(exported(dir)).toMatchObject({ codes: [], entries: 7 });
});

test("an export from a later entry brings the frontier of the twin", () => {
  const { journal, signer, twin, dir } = made();
  for (let n = 0; n < 4; n++) {
    journal.append(...events(50, n * 50));
    seal(journal, signer);
    sealTwin(journal, twin);
  }
  journal.close();
  for (const from of [1, 51, 77, 128]) expect(exported(dir, { from })).toMatchObject({ codes: [], first: from });
  const { out } = exported(dir, { from: 77, to: 151 });
  expect(readdirSync(join(out, "checkpoints"))).toEqual([
    "0000000000000101-sm3.note",
    "0000000000000101.note",
    "0000000000000151-sm3.note",
    "0000000000000151.note",
  ]);
});

test("bytes that are not those of the log are not signed for the twin either", () => {
  const { journal, signer, twin, dir } = made();
  journal.append(...events(3));
  seal(journal, signer);
  journal.close();
  const month = readdirSync(dir).find((name) => MONTH.test(name)) as string;
  const db = new Sqlite(join(dir, month));
  db.exec("DROP TRIGGER leaf_update; UPDATE leaf SET rec = CAST(replace(rec, 'number 1', 'number 9') AS BLOB)");
  db.close();
  const reader = readJournal(dir);
  const kept: unknown[] = [];
  const journalOf = { ...reader, keepTwin: (sealed: unknown) => void kept.push(sealed) };
  expect(faultOf(() => sealTwin(journalOf as never, twin))).toBe("E_JOURNAL_CORRUPT");
  expect(kept).toEqual([]);
  reader.close();
});

test("a key that entry 0 does not name signs no twin", () => {
  const { journal, signer } = made();
  seal(journal, signer);
  const other = sm2SignerFromPem(twinOrigin(origin), sm2Pem(newSm2Secret()));
  expect(faultOf(() => sealTwin(journal, other))).toBe("E_KEY_BAD");
  journal.close();
});

test.each([
  ["sha256+sm3", true],
  ["sha256", false],
])("a site of suite %s begins with a twin: %s", (suite, has) => {
  const dir = tempDir();
  const file = join(dir, "site.yaml");
  writeFileSync(
    file,
    `site: { origin: log/1, gateway: g1, plant: p, stack: s1, suite: ${suite}, device: { model: test, sn: "1" } }
state: ${join(dir, "state")}
lines: [{ id: l, transport: tcp, host: 127.0.0.1, port: 9 }]
devices: [{ id: power, line: l, unit: 1, profile: eastron/sdm630, every: 1h, points: [power] }]
`,
  );
  const site = loadSite(file, loadCatalogue());
  if (!site.ok) throw new Error(JSON.stringify(site.problem));
  initSite(site.value);
  const key = join(dir, "state", "twin.key");
  expect(existsSync(key)).toBe(has);
  const { out, codes } = exported(join(dir, "state", "journal"));
  expect(codes).toEqual([]);
  expect(readFileSync(join(out, "keys.txt"), "utf8").includes("# twin log/1/sm3+")).toBe(has);
  if (!has) return;
  expect(statSync(key).mode & 0o777).toBe(0o400);
  expect(loadTwinSigner(key, "log/1/sm3").vkey.type).toBe(255);
  expect(faultOf(() => initSite(site.value))).toBe("E_JOURNAL_EXISTS");
  expect(endLog(site.value, { why: "taken out of use", next: null })).toBe(2);
  expect(exported(join(dir, "state", "journal"))).toMatchObject({ codes: [], entries: 2 });
  rmSync(join(dir, "state", "journal"), { recursive: true });
  rmSync(join(dir, "state", "log.key"), { force: true });
  expect(faultOf(() => initSite(site.value))).toBe("E_KEY_EXISTS");
  expect(existsSync(key)).toBe(true);
});
