import { expect, test } from "vitest";
import { differenceText } from "../../../feed/derive/difference.ts";
import type { EntryBody, FrameBody } from "../../../feed/format/body.ts";
import { isoTime } from "../../../feed/format/entry.ts";
import { millis } from "../../../feed/format/vocabulary.ts";
import { type DerivedEntry, recount } from "../../../feed/receiver/recount.ts";
import { minute, site, written } from "../derive/written.ts";
import { testLog } from "./log.ts";

const hour = 60 * minute;
const since = Date.parse("2026-09-30T16:00:00.000Z");
const here = site("eu-mrr", hour, since);

/** A month with a reading each hour. */
function month(change: (body: EntryBody) => EntryBody = (body) => body) {
  const frames = Array.from({ length: 31 * 24 }, (_, n): FrameBody => {
    const t = since + n * hour + 1000;
    const data = { so2: [`${100 + (n % 7)}`, "N"], h2o: ["8", "N"], flow: [`${1000 + n}`, "N"] } as const;
    return {
      type: "frame",
      t: isoTime(millis(t)),
      boot: "9f3c1a2e",
      mono: t,
      clk: ["none", -1],
      cfg: 0,
      raw: [],
      data,
    };
  });
  const log = testLog();
  log.addBody(here.config);
  const made = written(here, frames, since + 31 * 24 * hour);
  const all = [...made.frames.map(({ frame, seq }) => ({ seq, body: frame as EntryBody })), ...made.derived];
  for (const { body } of all.sort((a, b) => a.seq - b.seq)) log.addBody(change(body));
  const entries = log.entries.map(({ bytes }) => JSON.parse(bytes.toString()) as DerivedEntry);
  const read: [number, number][] = [];
  const ledger = {
    entries: async (_: string, from: number, to: number) => {
      read.push([from, to]);
      return log.entries.slice(from, to).map(({ bytes }) => bytes);
    },
    checks: async () => [],
    computed: async (_: string, from: number, to: number) =>
      log.entries
        .slice(from, to)
        .map((entry) => ({ ...entry, type: entries[entry.seq]?.type ?? "" }))
        .filter(({ type }) => type !== "frame"),
  };
  const check = (entry: DerivedEntry | undefined, most?: number) =>
    recount(ledger, "o", entry as DerivedEntry, [], new AbortController().signal, most);
  return { entries, check, read, of: (period: string) => entries.filter((entry) => entry.period === period) };
}

const none = { differences: [], tooLate: false };

test("an honest month, its days and its hours", async () => {
  const { of, check } = month();
  expect([of("day").length, of("month").length]).toEqual([31, 1]);
  expect(of("month")[0]?.data["mass.hour"]?.[0]).toMatch(/^\d+\.\d{3}$/);
  for (const entry of [...of("month"), ...of("day"), ...of("hour").slice(0, 30)]) {
    expect(await check(entry)).toEqual(none);
    if (entry.period === "day") expect(await check(entry, 10)).toEqual(none);
  }
});

test("a month that is not the sum of its days, and a day that is not that of its hours", async () => {
  const { of, check } = month((body) => {
    if (body.type !== "derived" || (body.period !== "month" && body.period !== "day")) return body;
    return { ...body, data: { ...body.data, "mass.hour": ["9.999", "N"] } };
  });
  const text = async (entry: DerivedEntry | undefined, most?: number): Promise<string[]> => {
    const again = await check(entry, most);
    return typeof again === "string" ? [again] : again.differences.map(differenceText);
  };
  const [day] = of("day");
  // 31 days of 9.999 each, as they are written
  expect(await text(of("month")[0])).toEqual(["mass.hour 9.999 N (31/31), recomputed 309.969 N (31/31)"]);
  expect(await text(day)).toEqual(await text(day, 10));
  expect(await text(day)).toEqual([
    expect.stringMatching(/^mass.hour 9.999 N \(24\/24\), recomputed \d\.\d{3} N \(24\/24\)$/),
  ]);
});

test("an hour counts in its day as it was amended before the day was closed", async () => {
  const value = { "mass.hour": ["9.999", "N"] };
  const honest = month();
  const first = honest.of("hour")[0] as DerivedEntry;
  // What is amended stands in the place of an entry of the third minute with a reading.
  const other = honest.of("minute")[2] as DerivedEntry;
  const amendment: EntryBody = {
    type: "amend",
    t: other.t,
    ref: first.seq,
    why: "x",
    by: "x",
    value: JSON.stringify(value),
  };
  const { of, check } = month((body) =>
    body.type === "derived" && body.period === "minute" && body.start === other.start ? amendment : body,
  );
  const day = of("day")[0] as DerivedEntry;
  const again = await check(day, 10);
  const sum = Number(day.data["mass.hour"]?.[0]) - Number(first.data["mass.hour"]?.[0]) + 9.999;
  expect(again).toMatchObject({
    differences: [{ channel: "mass.hour", made: { reading: [sum.toFixed(3), "N"], n: [24, 24] } }],
  });
});

test("of more entries than can be of one hour nothing is read", async () => {
  const { of, check, read } = month();
  const last = { ...of("hour").at(-1), of: [1, 2] } as unknown as DerivedEntry;
  read.length = 0;
  expect(await check(last, 1000)).toBe("more than 1000 entries lie between what it names and itself");
  expect(read.every(([from, to]) => to === from + 1)).toBe(true);
});
