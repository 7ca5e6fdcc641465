import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openJournal } from "../../../agent/keep/open.ts";
import type { OpenJournal } from "../../../agent/keep/open-journal.ts";
import { share } from "../../../agent/keep/quota.ts";
import { seal } from "../../../agent/keep/seal.ts";
import { readEntry } from "../../../feed/format/entry.ts";
import { event, faultOf, makeJournal, openWhole } from "./kit.ts";

const quotaBytes = 2_000_000;
const folderBytes = (dir: string): number =>
  readdirSync(dir).reduce((sum, name) => sum + statSync(join(dir, name)).size, 0);
const warnings = (journal: OpenJournal): readonly number[] =>
  journal.read(0, 1e6).flatMap(({ seq, bytes }) => {
    const read = readEntry(bytes);
    return read.ok && read.value.type === "event" && read.value.code === "QUOTA_90" ? [seq] : [];
  });

/** Appends until the journal is full; returns the number of entries it took. */
function fill(journal: OpenJournal, dir: string, bytes: number, most = 5000): number {
  for (let n = 0; n < most; n++) {
    if (n % 10 === 0) expect(folderBytes(dir)).toBeLessThanOrEqual(quotaBytes);
    const code = faultOf(() => journal.append(event(n, "x".repeat(bytes))));
    if (code === undefined) continue;
    expect(code).toBe("E_JOURNAL_FULL");
    return n;
  }
  throw new Error("never full");
}

test("a journal fills to its quota, warns once, and loses nothing", () => {
  const { journal, dir, signer } = makeJournal({ quotaBytes });
  const kept = fill(journal, dir, 1000);
  expect(kept).toBeGreaterThan(500);
  expect(folderBytes(dir)).toBeLessThanOrEqual(quotaBytes);
  expect(warnings(journal)).toHaveLength(1);
  expect(journal.head().size).toBe(1 + kept + 1);
  expect(faultOf(() => journal.append(event(1, "x".repeat(1000))))).toBe("E_JOURNAL_FULL");
  const sealed = seal(journal, signer);
  expect(sealed?.size).toBe(journal.head().size);
  journal.close();

  const larger = openWhole(dir, { quotaBytes: 2 * quotaBytes });
  expect(larger.latestCheckpoint()).toEqual(sealed);
  larger.append(event(1, "x".repeat(1000)));
  expect(warnings(larger)).toHaveLength(1);
  larger.close();
});

test("the warning is not given again by a start, but by a new crossing", () => {
  const { journal, dir } = makeJournal({ quotaBytes });
  fill(journal, dir, 1000);
  journal.close();
  const same = openJournal(dir, { quotaBytes });
  expect(faultOf(() => same.append(event(1, "x".repeat(4000))))).toBe("E_JOURNAL_FULL");
  expect(warnings(same)).toHaveLength(1);
  same.close();
  const larger = openJournal(dir, { quotaBytes: 2 * quotaBytes });
  larger.append(event(1));
  larger.close();
  const again = openJournal(dir, { quotaBytes: quotaBytes + 100_000 });
  again.append(event(1));
  expect(warnings(again)).toHaveLength(2);
  again.close();
});

test("a step from calm to full still finds room for the warning", () => {
  const { journal, dir } = makeJournal({ quotaBytes });
  const many = Array.from({ length: 500 }, (_, n) => event(n, "y".repeat(4000)));
  expect(faultOf(() => journal.append(...many))).toBe("E_JOURNAL_FULL");
  expect(warnings(journal)).toEqual([1]);
  expect(folderBytes(dir)).toBeLessThanOrEqual(quotaBytes);
  expect(journal.append(event(1))[0]?.seq).toBe(2); // small ones still fit
  journal.close();
});

test("a step to the very end of the quota leaves room for the warning", () => {
  // Two of these fill a page, so none of them leaves room for another entry by chance.
  const step = (count: number) => {
    const { journal } = makeJournal({ quotaBytes });
    const code = faultOf(() => journal.append(...Array.from({ length: count }, (_, n) => event(n, "z".repeat(3740)))));
    const result = { fits: code === undefined, warned: warnings(journal).length };
    journal.close();
    return result;
  };
  let [fits, tooMany] = [1, 2000];
  while (tooMany - fits > 1) {
    const middle = Math.floor((fits + tooMany) / 2);
    if (step(middle).fits) fits = middle;
    else tooMany = middle;
  }
  expect(step(fits)).toEqual({ fits: true, warned: 1 });
});

test("closed months count", () => {
  const { journal, dir } = makeJournal({ quotaBytes });
  const month = 32 * 86_400;
  for (let n = 0; n < 400; n++) journal.append(event(n, "x".repeat(1000)));
  const end = faultOf(() => {
    for (let n = 0; n < 5000; n++) {
      journal.append(event(month + n, "x".repeat(1000)));
      if (n % 10 === 0) expect(folderBytes(dir)).toBeLessThanOrEqual(quotaBytes);
    }
  });
  expect(end).toBe("E_JOURNAL_FULL");
  expect(journal.head().size).toBeGreaterThan(500);
  expect(warnings(journal)).toHaveLength(1);
  journal.close();
});

test("a month does not begin where there is no room for it", () => {
  const { journal, dir } = makeJournal({ quotaBytes });
  fill(journal, dir, 1000);
  const size = journal.head().size;
  expect(faultOf(() => journal.append(event(32 * 86_400, "x".repeat(1000))))).toBe("E_JOURNAL_FULL");
  expect(folderBytes(dir)).toBeLessThanOrEqual(quotaBytes);
  expect(journal.head().size).toBe(size);
  journal.close();
  expect(faultOf(() => openWhole(dir, { quotaBytes }).close())).toBeUndefined();
});

test("the share leaves room for both logs and the last words", () => {
  const mega = 1_000_000;
  const { leafPages, lastWords, used } = share(10 * mega, 3 * mega, 16, 200);
  expect(leafPages * 8192 + 3 * mega).toBeLessThan(10 * mega);
  expect(lastWords).toBeGreaterThan(0);
  expect(used).toBeGreaterThan((3 * mega + 200 * 8192) / (10 * mega));
  expect(used).toBeLessThan(1);
});
