import { expect, test } from "vitest";
import type { EntryBody, FrameBody } from "../../../feed/format/body.ts";
import { isoTime } from "../../../feed/format/entry.ts";
import { millis } from "../../../feed/format/vocabulary.ts";
import { type Asked, type DerivedEntry, recount, recountAmended } from "../../../feed/receiver/recount.ts";
import { makeStretches } from "../../../feed/receiver/stretches.ts";
import { minute, site, written } from "../derive/written.ts";
import { testLog } from "./log.ts";

const hour = 60 * minute;
const since = Date.parse("2026-09-29T16:00:00.000Z");
const here = site("eu-mrr", hour, since);

type Change = (body: EntryBody) => EntryBody;
const unchanged: Change = (body) => body;

/** A day and a month with a reading each hour, at its end. `change` is what a plant that lies writes, `poll` what was read. */
function month(change: Change = unchanged, poll: Change = unchanged) {
  const frames = Array.from({ length: 32 * 24 }, (_, n): EntryBody => {
    const t = since + (n + 1) * hour - 10_000;
    const data = {
      so2: [`${100 + (n % 7)}`, "N"],
      h2o: ["8", "N"],
      flow: [`${1000 + n}`, "N"],
      coal: [`${(900 + 3 * n) % 1000}`, "N"],
    } as const;
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
  }).map(poll) as FrameBody[];
  const log = testLog();
  log.addBody(here.config);
  const made = written(here, frames, since + 32 * 24 * hour);
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
  };
  const asked = (): Asked => ({
    ledger,
    origin: "o",
    stretches: makeStretches(ledger, "o"),
    signal: new AbortController().signal,
  });
  const check = (entry: DerivedEntry | undefined, most?: number) => recount(asked(), entry as DerivedEntry, [], most);
  return { entries, asked, check, read, of: (period: string) => entries.filter((entry) => entry.period === period) };
}

const none = { differences: [], tooLate: false };

test("an honest month, its days and its hours, whatever they are made of", async () => {
  const { of, check } = month();
  expect([of("day").length, of("month").length]).toEqual([32, 2]);
  for (const channel of ["mass.hour", "coal.used", "coal.heat"])
    expect([channel, of("month")[1]?.data[channel]?.[0]]).toEqual([channel, expect.stringMatching(/^\d+\.\d+$/)]);
  for (const entry of [...of("month"), ...of("day").slice(0, 4), ...of("hour").slice(0, 30)])
    expect([entry.seq, await check(entry)]).toEqual([entry.seq, none]);
});

test("what of a month and of a day was written otherwise is found, of each kind", async () => {
  const lies = { "coal.heat": "9.99", "coal.used": "9.99", "mass.hour": "9.999", "so2.weighed": "1.2345" };
  const { of, check } = month((body) => {
    if (body.type !== "derived" || (body.period !== "month" && body.period !== "day")) return body;
    const false_ = Object.entries(lies).map(([channel, value]) => [channel, [value, "N"] as const]);
    return { ...body, data: { ...body.data, ...Object.fromEntries(false_) } };
  });
  // A month is made of its readings, whatever was said of its days.
  for (const entry of [of("month")[1], of("day")[3]]) {
    const differences = Object.entries(lies).map(([channel, value]) => ({ channel, said: { reading: [value, "N"] } }));
    expect(await check(entry)).toMatchObject({ differences, tooLate: false });
  }
});

/** An entry of the log in the place of a poll, that puts a value in the place of another. */
const amendment = (ref: DerivedEntry, t: string, value: string): EntryBody => ({
  type: "amend",
  t,
  ref: ref.seq,
  why: "x",
  by: "x",
  value,
});

test("an amendment is made again as what it amends is", async () => {
  const honest = month();
  const hours = honest.of("hour");
  const [ref, place] = [hours[30] as DerivedEntry, hours[50] as DerivedEntry];
  const said = JSON.stringify({ "coal.used": ref.data["coal.used"] });
  const judged = async (value: string) => {
    const { entries, asked } = month((body) =>
      body.type === "derived" && body.period === "hour" && body.start === place.start
        ? amendment(ref, body.t, value)
        : body,
    );
    return recountAmended(asked(), entries[place.seq] as never, {}, []);
  };
  expect(await judged(said)).toMatchObject({ entry: { seq: ref.seq }, again: { differences: [] } });
  expect(await judged(said.replace(/\d+\.\d+/, "7.77"))).toMatchObject({
    again: {
      differences: [{ channel: "coal.used", said: { reading: ["7.77", "N"] }, made: { reading: ["3.00", "N"] } }],
    },
  });
});

test("another meter that was named long before counts from its own number", async () => {
  // Its name stands in one poll alone, forty hours before the count that another meter's is not compared with.
  const named = (body: EntryBody, n: number): EntryBody =>
    body.type === "frame" && (n === 10 || n === 50)
      ? { ...body, data: { ...body.data, "coal.meter": [n === 10 ? "A" : "B", "N"] } }
      : body;
  let n = 0;
  const { of, check } = month(undefined, (body) => named(body, n++));
  const hours = of("hour");
  expect(hours[50]?.data["coal.used"]).toEqual([null, "D", "derive.counter"]);
  for (const entry of hours.slice(48, 53)) expect(await check(entry)).toEqual(none);
});

test("of more entries than can be of one hour nothing is read", async () => {
  const { of, check, read } = month();
  const last = { ...of("hour").at(-1), of: [1, 2] } as unknown as DerivedEntry;
  read.length = 0;
  expect(await check(last, 1000)).toBe("more than 1000 entries lie between what it names and itself");
  expect(read.every(([from, to]) => to === from + 1)).toBe(true);
});
