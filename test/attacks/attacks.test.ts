import { beforeAll, expect, test } from "vitest";
import type { Performs } from "./attack.ts";
import { honestKeys, keyAttacks } from "./keys.ts";
import { certifiedMonth, type Month, reportOf } from "./month.ts";
import { entryAttacks } from "./offline/entries.ts";
import { noteAttacks } from "./offline/notes.ts";
import { bufferRows } from "./table/buffer.ts";
import { timePerforms } from "./time.ts";

const table = [...bufferRows];
const performs: readonly Performs[] = [keyAttacks, entryAttacks, noteAttacks, timePerforms];

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

test.each(table)("$id $what", async ({ id, codes }) => {
  const [perform] = performs.flatMap((one) => one[id] ?? []);
  expect(await perform?.(month)).toEqual(expect.arrayContaining([...codes]));
});
