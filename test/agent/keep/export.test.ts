import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type ExportOptions, exportBundle } from "../../../agent/keep/export.ts";
import { seal } from "../../../agent/keep/seal.ts";
import { checkpointText } from "../../../feed/format/checkpoint.ts";
import { readEntry } from "../../../feed/format/entry.ts";
import { verifyExport } from "../../../feed/format/export.ts";
import { readExport } from "../../../feed/format/export-files.ts";
import { cosignatureLine, newKeyPem, type Signer, signerFromPem } from "../../../feed/format/note.ts";
import { foreignVerifiers, verdicts } from "../../foreign/verifiers.ts";
import { needs } from "../../support/system.ts";
import { tempDir } from "../../support/temporary.ts";
import { event, events, faultOf, makeJournal, october, origin, type TestJournal, tamper } from "./kit.ts";

const witness = (name: string): Signer => signerFromPem(name, 4, newKeyPem());
const cosigners = [witness("w1.test.example"), witness("m1.test.example")];
const policy = [
  ...cosigners.map(({ vkey }, i) => `witness ${"WM"[i]}1 ${vkey.text}`),
  "group Q all W1 M1",
  "quorum Q",
  "",
].join("\n");

function cosign({ journal }: TestJournal, size: number): void {
  const root = journal.checkpointAt(size)?.root ?? Buffer.alloc(32);
  const text = checkpointText({ origin, size, root });
  const last = journal.read(size - 1, size).flatMap(({ bytes }) => readEntry(bytes))[0];
  const time = last?.ok ? Math.ceil(Date.parse(last.value.t) / 1000) + 1 : 0;
  const lines = cosigners.map((signer) => ({
    name: signer.vkey.name,
    time,
    line: cosignatureLine(text, signer, time),
  }));
  journal.cosign(size, lines, { witnessed: size, mirrored: size });
}

/** 600 entries over two months, a checkpoint every 50, those of 301 and 601 cosigned; the journal stays open. */
function filled(): TestJournal {
  const made = makeJournal();
  for (let n = 0; n < 600; n += 50) {
    made.journal.append(...events(50, n < 300 ? n : n + 32 * 86_400));
    seal(made.journal, made.signer);
  }
  cosign(made, 301);
  cosign(made, 601);
  return made;
}

const exported = (made: TestJournal, options: ExportOptions = { policy }): string => {
  const out = join(tempDir(), "out");
  exportBundle(made.dir, out, options);
  return out;
};

function ours(dir: string) {
  const files = readExport(dir);
  if (!files.ok) throw new Error(files.problem.detail);
  const { verdict, findings, entries, first } = verifyExport(files.value);
  return { verdict, codes: findings.map(({ code }) => code), entries, first };
}

test("everything, beside the agent that runs", () => {
  const made = filled();
  const before = made.journal.append(event(33 * 86_400)); // not sealed: not provable yet, so not exported
  const out = join(tempDir(), "out");
  const result = exportBundle(made.dir, out, { policy });
  expect(result).toEqual({ from: 0, to: 601, root: made.journal.rootAt(601), checkpoints: 12, cosigned: 2 });
  expect(ours(out)).toEqual({ verdict: "VALID", codes: [], entries: 601, first: 0 });
  expect(readdirSync(out).sort()).toEqual(["checkpoints", "keys.txt", "leaves.jsonl"]);
  const bytes = made.journal.read(0, 601).flatMap((entry) => [entry.bytes, Buffer.from("\n")]);
  expect(readFileSync(join(out, "leaves.jsonl"))).toEqual(Buffer.concat(bytes));
  expect(made.journal.append(event(33 * 86_400))[0]?.seq).toBe((before[0]?.seq ?? 0) + 1);
  made.journal.close();
});

test.each([
  [{ from: 1 }, 1, 600],
  [{ from: 256 }, 256, 345],
  [{ from: 301, to: 420 }, 301, 150],
  [{ from: 300, to: 301 }, 300, 1],
  [{ to: 100 }, 0, 101],
])("the range %j begins with its frontier and ends at a checkpoint", (range, first, entries) => {
  const made = filled();
  made.journal.close();
  expect(ours(exported(made, range))).toEqual({ verdict: "VALID", codes: [], first, entries });
});

test("a policy that names the log's key keeps it once", () => {
  const made = filled();
  made.journal.close();
  const log = `log ${made.signer.vkey.text}`;
  const keys = (options: ExportOptions) => readFileSync(join(exported(made, options), "keys.txt"), "utf8");
  expect(keys({ policy: `${log}\n${policy}` })).toBe(`${log}\n${policy}`);
  expect(keys({ policy })).toBe(`${log}\n${policy}`);
  expect(keys({})).toBe(`${log}\nquorum none\n`);
});

test("nothing is written over what is there, and nothing that cannot be proven", () => {
  const made = makeJournal();
  const out = join(tempDir(), "out");
  expect(faultOf(() => exportBundle(made.dir, out))).toBe("E_EXPORT_NOTHING");
  seal(made.journal, made.signer);
  expect(faultOf(() => exportBundle(made.dir, out, { from: 1 }))).toBe("E_EXPORT_NOTHING");
  expect(faultOf(() => exportBundle(made.dir, out, { to: 2 }))).toBe("E_EXPORT_NOTHING");
  expect(faultOf(() => exportBundle(made.dir, out, { to: 0 }))).toBe("E_EXPORT_NOTHING");
  mkdirSync(out);
  writeFileSync(join(out, "mine.txt"), "");
  expect(faultOf(() => exportBundle(made.dir, out))).toBe("E_EXPORT_EXISTS");
  expect(readdirSync(out)).toEqual(["mine.txt"]);
  expect(faultOf(() => exportBundle(join(out, "none"), join(out, "b")))).toBe("E_JOURNAL_MISSING");
  made.journal.close();
});

test("a folder that cannot be made or written is no fault of the journal", () => {
  const made = makeJournal();
  seal(made.journal, made.signer);
  const parent = tempDir();
  const file = join(parent, "file");
  writeFileSync(file, "");
  expect(faultOf(() => exportBundle(made.dir, join(file, "out")))).toBe("E_EXPORT_FAILED");
  expect(faultOf(() => exportBundle(made.dir, file))).toBe("E_EXPORT_FAILED");
  expect(faultOf(() => exportBundle(made.dir, "/proc/x"))).toBe("E_EXPORT_FAILED");
  made.journal.close();
});

const digit = "replace(CAST(rec AS TEXT), 'number 123', 'number 124')";
test.each([
  ["one digit of an entry", `UPDATE leaf SET rec = CAST(${digit} AS BLOB) WHERE i = 124`, "entry 124 is not what"],
  [
    "an entry and its hash",
    "UPDATE leaf SET rec = (SELECT rec FROM leaf WHERE i = 9), h = (SELECT h FROM leaf WHERE i = 9) WHERE i = 124",
    "entries 101 to 150 do not give the root of 151",
  ],
  ["an entry that is gone", "DELETE FROM leaf WHERE i = 124", "entry 124 is missing"],
])("%s in a journal that was changed: nothing is exported, and it is said where", (_, change, where) => {
  const made = filled();
  made.journal.close();
  tamper(join(made.dir, october), change);
  const parent = tempDir();
  for (const range of [{}, { from: 50, to: 301 }]) {
    expect(() => exportBundle(made.dir, join(parent, "out"), range)).toThrow(
      expect.objectContaining({ code: "E_JOURNAL_CORRUPT", message: expect.stringContaining(where) }),
    );
    expect(readdirSync(parent)).toEqual([]);
  }
  exportBundle(made.dir, join(parent, "out"), { to: 51 });
});

needs("python").describe("verifiers that share no code with ours", () => {
  test.each(foreignVerifiers())("$name accepts an export and refuses it after one digit was changed", (verifier) => {
    const made = filled();
    made.journal.close();
    const dirs = [exported(made), exported(made, { from: 301, policy }), exported(made), exported(made)];
    const spoil = (dir: string, from: string, to: string) => {
      const leaves = join(dir, "leaves.jsonl");
      const text = readFileSync(leaves, "utf8");
      expect(text).toContain(from);
      writeFileSync(leaves, text.replace(from, to));
    };
    spoil(dirs[2] ?? "", "number 123", "number 124");
    spoil(dirs[3] ?? "", '"seq":77', '"seq":78');
    const exits = verdicts(verifier, dirs);
    expect(exits.map(({ exit }) => exit)).toEqual([0, 0, 2, 2]);
    expect(exits[2]?.codes).toContain("ROOT_MISMATCH");
    expect(ours(dirs[2] ?? "")).toMatchObject({ verdict: "REFUSED", codes: ["PREV_MISMATCH", "ROOT_MISMATCH"] });
  });
});
