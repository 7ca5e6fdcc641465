import { afterAll, beforeAll, expect, test } from "vitest";
import { traceOf } from "../../../agent/derive/trace.ts";
import { traceText } from "../../../agent/derive/trace-text.ts";
import type { DerivedBody } from "../../../feed/format/body.ts";
import { isoTime, type StoredEntry } from "../../../feed/format/entry.ts";
import type { ReadingTuple } from "../../../feed/format/reading.ts";
import { millis } from "../../../feed/format/vocabulary.ts";
import { type Asked, type DerivedEntry, recount, recountAmended } from "../../../feed/receiver/recount.ts";
import { makeStretches } from "../../../feed/receiver/stretches.ts";
import { begin, minute, type Run, run } from "./checked-plant.ts";

let whole: Run;
const leftovers: (() => unknown)[] = [];
beforeAll(async () => {
  whole = await run(undefined, (clean) => leftovers.push(clean));
});
afterAll(() => {
  for (const clean of leftovers) clean();
});

const clockOf = (t: string): string => t.slice(11, 16);
const at = (minutes: number): string => clockOf(isoTime(millis(begin + minutes * minute)));
const derivedIn = (entries: readonly StoredEntry[], period: DerivedBody["period"]): readonly DerivedEntry[] =>
  entries.filter((entry): entry is DerivedEntry => entry.type === "derived" && entry.period === period);

/** What stands in the end: entries with all amendments over them. */
function standing(entries: readonly StoredEntry[], period: DerivedBody["period"], channel: string) {
  const now = new Map<number, readonly [string, ReadingTuple | undefined]>();
  for (const entry of entries) {
    if (entry.type === "derived" && entry.period === period)
      now.set(entry.seq, [clockOf(entry.start), entry.data[channel]]);
    if (entry.type !== "amend") continue;
    const [start, was] = now.get(entry.ref) ?? [];
    const value = (JSON.parse(entry.value) as Record<string, ReadingTuple>)[channel];
    if (start !== undefined) now.set(entry.ref, [start, value ?? was]);
  }
  return new Map(now.values());
}

test("checks are told of with their numbers, the one that ran out too", () => {
  const events = whole.entries.flatMap((entry) => (entry.type === "event" ? [entry] : []));
  expect(events.map(({ code, check }) => [code, check?.reading, check && clockOf(check.at)])).toEqual([
    ["CALIBRATION_PASSED", "401", "00:11"],
    ["CALIBRATION_FAILED", "300", "01:31"],
    ["CALIBRATION_PASSED", "400", "02:16"],
    ["CALIBRATION_EXPIRED", undefined, undefined],
    ["CALIBRATION_PASSED", "398", "04:20"],
  ]);
  const manual = whole.entries.find(({ type }) => type === "manual");
  expect(events.at(-1)?.check?.of).toBe(manual?.seq);
  expect(events.at(-1)?.detail).toContain(`entered by hand, entry ${manual?.seq}`);
});

test("a failure takes back what was measured since the last pass, by amendments that name it, and changes no entry", () => {
  const { entries } = whole;
  const failed = entries.find((entry) => entry.type === "event" && entry.code === "CALIBRATION_FAILED");
  const amended = entries.flatMap((entry) => (entry.type === "amend" && entry.why.includes(" failed") ? [entry] : []));
  const starts = amended.flatMap(({ ref }) => {
    const was = entries[ref];
    return was?.type === "derived" && was.period === "minute" ? [clockOf(was.start)] : [];
  });
  expect([starts[0], starts.at(-1)]).toEqual([at(12), at(89)]);
  expect(starts).toHaveLength(78);
  expect(new Set(amended.map(({ why, by }) => `${by}: ${why}`))).toEqual(
    new Set([
      `agent: the span check of cems.x at 2026-10-01T01:31:30.000Z (entry ${failed?.seq}) failed: nothing since 2026-10-01T00:11:30.000Z is proven`,
    ]),
  );
  const [first] = amended;
  expect(JSON.parse(first?.value ?? "")).toEqual({
    "cems.x": [null, "D", "derive.invalidated"],
    "x.dry": [null, "D", "derive.invalidated"],
  });
  const was = entries[first?.ref ?? -1];
  expect(was?.type === "derived" && was.data).toEqual({ "cems.x": ["90.00", "N"], "x.dry": ["100.00", "N"] });
  const hours = amended.flatMap(({ ref }) => {
    const one = entries[ref];
    return one?.type === "derived" && one.period === "hour" ? [clockOf(one.start)] : [];
  });
  expect(hours).toEqual(["00:00"]);
});

test("until the next pass periods close without a value, and after it with one again", () => {
  const closed = derivedIn(whole.entries, "minute").map(({ start, data }) => [clockOf(start), data["cems.x"]] as const);
  const out = closed.filter(([, value]) => value?.[2] === "derive.invalidated").map(([start]) => start);
  // The failed check is over at 01:32, and the good one at 02:17; a pass of 02:16:30 runs out at 04:16:30, until 04:30.
  const until = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, n) => at(from + n));
  expect(out).toEqual([...until(92, 135), ...until(257, 269)]);
  const now = standing(whole.entries, "minute", "x.dry");
  expect([at(5), at(140), at(200), at(256), at(262), at(290)].map((start) => now.get(start)?.[0])).toEqual([
    "100.00",
    "100.00",
    "100.00",
    "100.00",
    "100.00",
    "100.00",
  ]);
  expect([at(30), at(100), at(134), at(258)].map((start) => now.get(start))).toEqual(
    Array(4).fill([null, "D", "derive.invalidated"]),
  );
  const proven = whole.entries.filter((entry) => entry.type === "amend" && entry.why.includes("proves"));
  expect(proven.length).toBeGreaterThan(5);
  expect([...standing(whole.entries, "hour", "cems.x").values()].map((value) => value?.[0] ?? value?.[2])).toEqual([
    "derive.invalidated",
    "derive.invalidated",
    "derive.invalidated",
    "90.00",
    "90.00",
  ]);
});

test.each(["remembers", "forgets"] as const)("a plant that starts again and %s writes the same", async (restart) => {
  // Numbers of entries shift where frames and periods come in another order, and nothing else may.
  const said = ({ entries }: Run) =>
    entries.flatMap((entry): unknown[] => {
      if (entry.type === "derived") return [[entry.period, entry.start, entry.data, entry.n]];
      if (entry.type === "event") return [[entry.code, entry.detail.replace(/entry \d+/, "entry"), entry.check?.at]];
      if (entry.type !== "amend") return [];
      const was = entries[entry.ref];
      const of = was?.type === "derived" ? [was.period, was.start] : [];
      return [[...of, entry.value, entry.why.replace(/entry \d+/, "entry")]];
    });
  expect(said(await run(restart))).toEqual(said(whole));
});

const askedOf = (ledger: Asked["ledger"]): Asked => ({
  ledger,
  origin: "o",
  stretches: makeStretches(ledger, "o"),
  signal: new AbortController().signal,
});
const ledgerOf = ({ journal, entries }: Run) => ({
  entries: async (_: string, from: number, to: number) => journal.read(from, to).map(({ bytes }) => bytes),
  checks: async (_: string, from: number, to: number) =>
    entries.flatMap((entry) =>
      entry.type === "event" && entry.seq >= from && entry.seq < to ? [Buffer.from(JSON.stringify(entry))] : [],
    ),
});

test("a receiver makes every period and every amendment again from the entries before it", async () => {
  const ledger = ledgerOf(whole);
  let compared = 0;
  for (const entry of whole.entries) {
    const again =
      entry.type === "derived"
        ? await recount(askedOf(ledger), entry, [])
        : entry.type === "amend"
          ? (await recountAmended(askedOf(ledger), entry, {}, []))?.again
          : undefined;
    if (again === undefined) continue;
    compared += 1;
    expect([entry.seq, typeof again === "string" ? again : again.differences]).toEqual([entry.seq, []]);
  }
  expect(compared).toBeGreaterThan(380);
});

test("a failure reaches back over a declaration that changed meanwhile, and the receiver follows", async () => {
  const { journal, entries } = await run("declares");
  const declared = entries.flatMap((entry) => (entry.type === "config" ? [entry] : []));
  expect(declared.map(({ calibrate }) => calibrate?.["cems.x"]?.timer?.since)).toEqual(
    Array(2).fill("2026-10-01T00:00:00.000Z"),
  );
  const taken = entries.flatMap((entry) => (entry.type === "amend" && entry.why.includes(" failed") ? [entry] : []));
  const minutes = taken.flatMap(({ ref }) => {
    const was = entries[ref];
    return was?.type === "derived" && was.period === "minute" ? [[clockOf(was.start), was.cfg] as const] : [];
  });
  expect(minutes.map(([start]) => start)).toEqual(Array.from({ length: 78 }, (_, n) => at(12 + n)));
  expect(new Set(minutes.map(([, cfg]) => cfg))).toEqual(new Set(declared.map(({ seq }) => seq)));
  const ledger = ledgerOf({ journal, entries });
  for (const entry of taken) {
    const again = (await recountAmended(askedOf(ledger), entry, {}, []))?.again;
    expect([entry.seq, again]).toEqual([entry.seq, { differences: [], tooLate: true }]);
  }
});

test("a check that is left out, or has another number, is found in what it should have taken away", async () => {
  const after = derivedIn(whole.entries, "minute").find(({ start }) => clockOf(start) === at(100)) as DerivedEntry;
  const amendment = whole.entries.find((entry) => entry.type === "amend");
  if (amendment?.type !== "amend") throw new Error("nothing amended");
  const ledger = ledgerOf(whole);
  const milder = {
    ...ledger,
    // As if its gas had read 399.
    checks: async (...asked: [string, number, number]) =>
      (await ledger.checks(...asked)).map((bytes) => Buffer.from(bytes.toString().replaceAll('"300"', '"399"'))),
  };
  expect(await recount(askedOf(milder), after, [])).toMatchObject({ differences: [{ channel: "cems.x" }, {}] });
  expect(await recountAmended(askedOf(milder), amendment, {}, [])).toMatchObject({
    again: { differences: [{ channel: "cems.x", made: { reading: ["90.00", "N"] } }, {}] },
  });
});

test("a value that is not proven explains which check took it", () => {
  const trace = traceOf(whole.journal, "x.dry", { period: "minute", start: begin + 30 * minute });
  const text = trace ? traceText(trace) : "";
  const failed = whole.entries.find((entry) => entry.type === "event" && entry.code === "CALIBRATION_FAILED");
  expect(text).toContain("x.dry 2026-10-01T08:30 = no value, D (derive.invalidated)\n");
  expect(text).toContain(
    `not proven: the span check of cems.x at 2026-10-01T01:31:30.000Z (entry ${failed?.seq}) failed: nothing since 2026-10-01T00:11:30.000Z is proven`,
  );
  expect(text).toMatch(/90, N not counted/);
  expect(JSON.stringify(trace)).toContain('"unproven":[{"channel":"cems.x"');
});
