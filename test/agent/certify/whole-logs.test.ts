import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { certifyMonth } from "../../../agent/certify/certify.ts";
import { openJournal } from "../../../agent/keep/open.ts";
import { pruneMonth } from "../../../agent/keep/prune.ts";
import { seal } from "../../../agent/keep/seal.ts";
import { isoTime } from "../../../feed/format/entry.ts";
import { unbounded } from "../../../feed/format/epoch.ts";
import { millis } from "../../../feed/format/vocabulary.ts";
import { countersignedOf } from "../../../feed/receiver/certificates.ts";
import { tempDir } from "../../support/temporary.ts";

import {
  another,
  control,
  enter,
  hour,
  log,
  october,
  optionsFor,
  origin,
  receiptFor,
  to,
  verified,
} from "./october.ts";

test("a certificate of one name is countersigned for each log", async () => {
  const folder = tempDir();
  for (const signer of [log, another]) {
    const dir = october(signer);
    const out = join(tempDir(), "bundle");
    await certifyMonth(optionsFor(dir, out, { signer: () => signer }));
    const { note, refused } = await receiptFor(dir, readFileSync(join(out, "cert.note")), { signer, folder });
    expect([note?.length !== undefined, refused]).toEqual([true, []]);
  }
});

test("a log that was closed is not certified any more, and leaves nothing behind", async () => {
  const dir = october();
  const journal = openJournal(dir);
  journal.append({ type: "end", t: isoTime(millis(to + 7 * 24 * hour)), next: null, why: "taken out of use" });
  seal(journal, log);
  journal.close();
  const out = join(tempDir(), "none");
  await expect(certifyMonth(optionsFor(dir, out))).rejects.toMatchObject({ code: "E_LOG_ENDED" });
  expect([existsSync(out), existsSync(join(dir, "..", "certificates"))]).toEqual([false, false]);
});

test("a month whose polls were pruned is not certified from what is left", async () => {
  const dir = october();
  pruneMonth({
    journal: dir,
    month: "2026-09",
    wall: millis(to + 400 * 24 * hour),
    signer: () => log,
    expectFree: () => {},
  });
  const out = join(tempDir(), "none");
  await expect(certifyMonth(optionsFor(dir, out))).rejects.toMatchObject({ code: "E_EXPORT_PRUNED" });
  expect(existsSync(out)).toBe(false);
});

test("a key parameter without a value is remarked upon, and no reason to refuse", async () => {
  const dir = october();
  const out = join(tempDir(), "bundle");
  await certifyMonth(optionsFor(dir, out));
  const { note, refused } = await receiptFor(dir, readFileSync(join(out, "cert.note")));
  writeFileSync(join(out, "cert.note"), note ?? "");
  expect(refused).toEqual([]);
  const { status, lines } = verified(out);
  expect([status, lines.at(-1)?.split(":").slice(0, 2)]).toEqual([3, ["VALID WITH REMARKS", " CERT_COVERAGE"]]);
});

test("a corrected report is a certificate of its own that supersedes the first", async () => {
  const dir = october();
  enter(dir, "20.5", "lab-17");
  await certifyMonth(optionsFor(dir, join(tempDir(), "first")));
  enter(dir, "19.8", "lab-17");
  const refused = certifyMonth(optionsFor(dir, join(tempDir(), "none")));
  await expect(refused).rejects.toMatchObject({ code: "E_CERT_STANDS", message: expect.stringContaining("params") });
  const out = join(tempDir(), "second");
  const { certificate } = await certifyMonth(optionsFor(dir, out, { why: "report corrected" }));
  expect([certificate.cert, certificate.supersedes?.cert]).toEqual(["p1-s1-2026-10-2", "p1-s1-2026-10-1"]);
  expect(certificate.params[1]).toMatchObject({ value: ["19.8", "N"], n: 2 });
  const { note, refused: problems, folder } = await receiptFor(dir, readFileSync(join(out, "cert.note")));
  expect([note?.length !== undefined, problems]).toEqual([true, []]);
  expect(
    countersignedOf(
      join(folder, "certificates"),
      "2026-10",
      { name: origin, keys: [unbounded(log.vkey)] },
      control.vkey,
    ),
  ).toHaveLength(1);
});
