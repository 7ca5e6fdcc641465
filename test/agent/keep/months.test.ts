import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { openJournal } from "../../../agent/keep/open.ts";
import { seal } from "../../../agent/keep/seal.ts";
import { consistencyProof, verifyConsistency } from "../../../feed/format/tree.ts";
import { event, makeJournal, openWhole } from "./kit.ts";

const day = 86_400;
const months = (dir: string): string[] =>
  readdirSync(dir)
    .filter((name) => /^leaf-.*\.db$/.test(name))
    .sort();

test("a new month begins a new file; reading and proving cross the border", () => {
  const { journal, dir, signer } = makeJournal();
  for (let n = 0; n < 5; n++) {
    for (let i = 0; i < 200; i++) journal.append(event(n * 31 * day + i));
    seal(journal, signer);
  }
  const check = (own: typeof journal) => {
    expect(own.read(150, 450).map(({ seq }) => seq)).toEqual(Array.from({ length: 300 }, (_, i) => 150 + i));
    const [m, n] = [own.checkpointAt(201), own.checkpointAt(1001)];
    if (m === undefined || n === undefined) throw new Error("no checkpoint");
    expect(verifyConsistency(201, 1001, m.root, n.root, consistencyProof(201, 1001, own.subtree))).toBe(true);
  };
  check(journal);
  journal.close();
  expect(months(dir)).toEqual(["2026-10", "2026-11", "2026-12", "2027-01", "2027-02"].map((m) => `leaf-${m}.db`));
  const again = openWhole(dir);
  check(again);
  again.append(event(5 * 31 * day));
  again.close();
  expect(months(dir)).toHaveLength(6);
});

test("a clock that steps back leaves the entries in the newest month", () => {
  const { journal, dir } = makeJournal();
  journal.append(event(40 * day));
  journal.append(event(1));
  journal.append(event(-400 * day));
  journal.close();
  expect(months(dir)).toEqual(["leaf-2026-10.db", "leaf-2026-11.db"]);
  const again = openJournal(dir);
  expect(again.head().size).toBe(4);
  again.append(event(2));
  again.close();
  expect(months(dir)).toHaveLength(2);
});
