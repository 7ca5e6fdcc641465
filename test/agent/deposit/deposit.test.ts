import { createHash } from "node:crypto";
import { readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { depositFile } from "../../../agent/commands/deposit.ts";
import { readDeposit } from "../../../agent/deposit/deposit.ts";
import { documentsPath, spoolPath } from "../../../agent/deposit/paths.ts";
import { takeDeposits } from "../../../agent/deposit/taking.ts";
import { fateOf, handOver, takeSpool } from "../../../agent/spool.ts";
import { readEntry } from "../../../feed/format/entry.ts";
import { Fault } from "../../../feed/format/faults.ts";
import { millis } from "../../../feed/format/vocabulary.ts";
import { tempDir } from "../../support/temporary.ts";
import { makeJournal, start } from "../keep/kit.ts";

function plant() {
  const site = { state: tempDir() };
  const { journal } = makeJournal();
  const file = join(tempDir(), "report 10.pdf");
  writeFileSync(file, "%PDF lower heating value 21.35");
  const take = takeDeposits({
    journal,
    keeper: { keep: journal.append },
    documents: documentsPath(site),
    now: () => millis(start + 5000),
  });
  const refused: string[] = [];
  const look = () => takeSpool(spoolPath(site), take, (why) => void refused.push(why));
  const entries = () =>
    journal.read(1, 1000).map(({ bytes }) => {
      const read = readEntry(bytes);
      if (!read.ok) throw new Error(read.problem.detail);
      const { v, seq, prev, salt, ...body } = read.value;
      return body;
    });
  return { site, file, look, entries, refused };
}
const given = { code: "coal.lhv", value: "21.35", unit: "MJ/kg", period: "2026-10", by: "lab 0117" };

test("a value and its document become two entries; the document stays, by its hash", async () => {
  const { site, file, look, entries } = plant();
  const path = await depositFile(site, { ...given, file });
  expect([fateOf(path), entries()]).toEqual(["waits", []]);
  await look();
  expect(fateOf(path)).toBe("kept");
  const bytes = readFileSync(file);
  const sha256 = createHash("sha256").update(bytes).digest();
  const t = "2026-10-01T00:00:05.000Z";
  expect(entries()).toEqual([
    {
      type: "doc",
      t,
      name: "report 10.pdf",
      mime: "application/pdf",
      bytes: bytes.length,
      sha256: sha256.toString("base64"),
    },
    { type: "manual", t, ...given, docs: [1] },
  ]);
  expect(readFileSync(join(documentsPath(site), sha256.toString("hex")))).toEqual(bytes);
});

test("the same handed over again, as after a crash before it was cleared away, is written once", async () => {
  const { site, file, look, entries } = plant();
  const path = await depositFile(site, { ...given, file });
  const text = readFileSync(path, "utf8");
  await look();
  handOver(spoolPath(site), text);
  await look();
  expect(entries()).toHaveLength(2);
  await depositFile(site, { ...given, file, value: "21.40" });
  await look();
  expect(entries()).toHaveLength(4);
});

test("what does not fit is refused with its reason, and nothing is written", async () => {
  const { site, file, look, entries, refused } = plant();
  const path = await depositFile(site, { ...given, file });
  const text = readFileSync(path, "utf8");
  await look();
  const other = handOver(spoolPath(site), text.replace('"21.35"', '"much"'));
  const gone = handOver(spoolPath(site), text.replace(/"sha256":"[0-9a-f]{8}/, '"sha256":"00000000'));
  const long = handOver(spoolPath(site), "x".repeat(70_000));
  symlinkSync(file, join(spoolPath(site), "1790812800000-0123456789ab.json"));
  await look();
  expect(fateOf(other)).toEqual({ refused: "value does not fit" });
  expect(fateOf(gone)).toEqual({ refused: expect.stringContaining("is not there as it was") });
  expect(fateOf(long)).toEqual({ refused: "not a file of at most 64 KiB" });
  expect(refused).toHaveLength(4);
  expect(entries()).toHaveLength(2);
  expect(readdirSync(spoolPath(site)).filter((name) => name.endsWith(".json"))).toEqual([]);
});

test("a journal that cannot write leaves what was handed over where it is, and stops", async () => {
  const { site, file } = plant();
  const path = await depositFile(site, { ...given, file });
  const full = new Fault("E_JOURNAL_FULL", "full");
  await expect(
    takeSpool(
      spoolPath(site),
      () => Promise.reject(full),
      () => {},
    ),
  ).rejects.toBe(full);
  expect(fateOf(path)).toBe("waits");
});

test.each([
  [{ value: "21,35" }, "E_DEPOSIT_VALUE", "value: write a decimal"],
  [{ period: "October" }, "E_DEPOSIT_VALUE", "period: write a year"],
  [{ code: "coal lhv" }, "E_DEPOSIT_VALUE", "code: write letters"],
  [{ by: "" }, "E_DEPOSIT_VALUE", "by: write a role"],
  [{ file: "/nowhere/report.pdf" }, "E_DEPOSIT_FILE", "no such file"],
])("%o is told at once", async (wrong, code, words) => {
  const { site, file } = plant();
  const deposited = depositFile(site, { ...given, file, ...wrong });
  await expect(deposited).rejects.toMatchObject({ code, message: expect.stringContaining(words) });
});

test("any text can be handed over", () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => void readDeposit(text)));
});
