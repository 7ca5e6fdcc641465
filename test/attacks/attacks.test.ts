import { beforeAll, describe, expect, test } from "vitest";
import { needs } from "../support/system.ts";
import { disk, historyAttacks } from "./agent/history.ts";
import { linkAttacks } from "./agent/link.ts";
import { losingAttacks, powerCut } from "./agent/losing.ts";
import type { Attack, Performs } from "./attack.ts";
import { honestKeys, keyAttacks } from "./keys.ts";
import { certifiedMonth, type Month, reportOf } from "./month.ts";
import { entryAttacks } from "./offline/entries.ts";
import { noteAttacks } from "./offline/notes.ts";
import { messageAttacks } from "./online/messages.ts";
import { treeAttacks } from "./online/trees.ts";
import { agentRows } from "./table/agent.ts";
import { bufferRows } from "./table/buffer.ts";
import { furtherRows } from "./table/further.ts";
import { serviceRows } from "./table/service.ts";
import { timePerforms } from "./time.ts";

const table = [...bufferRows, ...serviceRows, ...agentRows, ...furtherRows];
const performs: readonly Performs[] = [
  keyAttacks,
  entryAttacks,
  noteAttacks,
  timePerforms,
  treeAttacks,
  messageAttacks,
  linkAttacks,
  losingAttacks,
  historyAttacks,
];
const mounted = "T48";

needs("mosquitto", "openssl", "gcc").describe("attacks", () => {
  let month: Month;
  beforeAll(async () => {
    month = await certifiedMonth();
  });

  test("the month that nobody touched is reported of with nothing", () => {
    expect(reportOf(month.bundle, month.register)).toMatchObject({ verdict: "VALID", findings: [], unjudged: 0 });
  });

  test.each(Object.entries(honestKeys))("%s", async (_, perform) => {
    expect(await perform(month)).toEqual([]);
  });

  test("each has its place in the table, once", () => {
    const ids = Array.from({ length: 64 }, (_, i) => `T${String(i + 1).padStart(2, "0")}`);
    expect(table.map(({ id }) => id)).toEqual(ids);
    expect(performs.flatMap((one) => Object.keys(one)).sort()).toEqual(ids);
  });

  const reports = async ({ id, codes }: Attack): Promise<void> => {
    const [perform] = performs.flatMap((one) => one[id] ?? []);
    const reported = await perform?.(month);
    if (codes.length === 0) expect(reported).toEqual([]);
    else expect(reported).toEqual(expect.arrayContaining([...codes]));
  };
  const title = "$id $what";
  test.each(table.filter(({ id }) => id !== mounted))(title, { timeout: 120_000 }, reports);
  describe.skipIf(disk === undefined)(
    disk === undefined ? "run as root, which may mount a small disk" : "as root",
    () => {
      test.each(table.filter(({ id }) => id === mounted))(title, { timeout: 120_000 }, reports);
    },
  );

  test("a journal that flushes less than it should loses what it signed in a power cut", async () => {
    expect(await powerCut(true)).toEqual(expect.arrayContaining([expect.stringMatching(/^sealed /)]));
  });
});
