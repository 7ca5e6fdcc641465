import fc from "fast-check";
import { expect, test } from "vitest";
import type { Closed, Sample } from "../../../feed/derive/average/channel.ts";
import { type Decimal, decimal } from "../../../feed/derive/decimal.ts";
import { type Declared, type Deriving, type DerivingState, makeDeriving } from "../../../feed/derive/deriving.ts";
import { derivedBodies } from "../../../feed/derive/entries.ts";
import type { Outcome } from "../../../feed/derive/outcome.ts";
import type { Derivation, Period } from "../../../feed/format/body.ts";
import type { Flag, Millis } from "../../../feed/format/vocabulary.ts";
import { at, hour, minute, second } from "./average/made.ts";

const from = at("2026-10-01T00:00");
const east = 480 * minute;

const mean = (id: string, more: Partial<Derivation> = {}): Declared => ({
  id,
  unit: "x",
  places: 3,
  how: {
    formula: "mean",
    in: { x: id },
    at: "minute",
    every: 20_000,
    longer: "mean",
    constants: "hj",
    regime: "part-75",
    ...more,
  },
});
const made = (id: string, more: Pick<Derivation, "formula" | "in"> & Partial<Derivation>): Declared => ({
  id,
  unit: "x",
  places: 4,
  how: { at: "minute", longer: "mean", constants: "hj", regime: "part-75", ...more },
});
const reference = made("so2.ref", {
  formula: "reference-oxygen",
  in: { C_mg_m3: "cems.so2", O2_pct: "cems.o2", O2ref_pct: "=6" },
  weight: "flow.q",
});
const rate = made("so2.rate", {
  formula: "emission-rate",
  in: { C_mg_m3: "cems.so2", Q_m3_h: "flow.q" },
  longer: "sum",
});
const energy = made("energy", {
  formula: "consumption",
  in: { counter: "meter.kwh", meter: "meter.serial", modulus: "=1000", most: "=6000", step: "=1", fresh_s: "=60" },
  longer: "sum",
});
const channels = [mean("cems.so2"), mean("cems.o2"), mean("flow.q"), reference, rate, energy];

type Row = readonly [channel: string, t: number, value: string | null, flag?: Flag];
const sampleOf = ([, t, value, flag = "N"]: Row, entry: number): Sample => ({ t, value, flag, entry });

/** What is said of the periods, as their entries have it. */
function entries(closed: readonly Closed[], all: readonly Declared[] = channels) {
  const bodies = derivedBodies(closed, new Map(all.map((one) => [one.id, one])), 0, 0 as Millis);
  const inOrder = bodies.map(({ period, start, data, n, of }) => ({ period, start, data, n, of }));
  return inOrder.toSorted((a, b) => (a.start + a.period < b.start + b.period ? -1 : 1));
}

/** One minute of two channels under the rules of HJ: so many samples N, and then so many with another flag. */
function minuteOf(
  normal: number,
  others: number,
  flag: Flag,
  o2 = "6",
  more: Partial<Derivation> = {},
): Readonly<Record<string, unknown>> {
  const { weight: _, ...how } = reference.how;
  const all = [mean("cems.so2", { regime: "hj", every: 5000, ...more }), mean("cems.o2"), { ...reference, how }];
  const deriving = makeDeriving(all, east, from);
  for (let n = 0; n < normal + others; n++)
    deriving.take("cems.so2", sampleOf(["cems.so2", from + n * 1000, "100", n < normal ? "N" : flag], n));
  deriving.take("cems.o2", sampleOf(["cems.o2", from, o2], 99));
  return entries(deriving.close(from + minute), all)[0]?.data ?? {};
}

test("a value in doubt is given, and what would be made of it says so", () => {
  expect(minuteOf(12, 0, "D")).toMatchObject({ "cems.so2": ["100.000", "N"], "so2.ref": ["100.0000", "N"] });
  // 12 of 17 are less than 75 %
  expect(minuteOf(12, 5, "T")).toMatchObject({
    "cems.so2": ["100.000", "D"],
    "so2.ref": [null, "D", "derive.doubt"],
  });
});

test("why a formula gave nothing stands in its period", () => {
  expect(minuteOf(12, 0, "D", "20.5")).toMatchObject({ "so2.ref": [null, "D", "derive.oxygen"] });
  expect(minuteOf(11, 0, "D")).toMatchObject({ "so2.ref": [null, "D", "derive.input-missing"] });
});

/** The first minute and the hour of a plant that stood still for so many of an hour's 60 minutes, under the rules of HJ. */
function standing(still: number, more: Partial<Derivation>): unknown[] {
  const channel: Declared = mean("cems.so2", { regime: "hj", at: "minute", every: 5000, ...more });
  const deriving = makeDeriving([channel], east, from);
  for (let n = 0; n < 720; n++)
    deriving.take("cems.so2", sampleOf(["cems.so2", from + n * 5000, "3", n < still * 12 ? "F" : "N"], n));
  const said = entries(deriving.close(from + hour), [channel]);
  return [said.find(({ period }) => period === "minute"), said.find(({ period }) => period === "hour")].map(
    (one) => one?.data["cems.so2"],
  );
}

test("a plant that stands still is D by the letter of HJ 212, and F where the site says so", () => {
  const none = [null, "D", "derive.stopped"];
  expect(standing(60, {})).toEqual([none, [null, "D", "derive.coverage"]]);
  const stopped = [null, "F", "derive.stopped"];
  expect(standing(60, { stopped: "F" })).toEqual([stopped, stopped]);
  // 45 of 60 minutes are three quarters
  expect(standing(45, { stopped: "F" })).toEqual([stopped, [null, "F", "derive.coverage"]]);
  expect(standing(44, { stopped: "F" })).toEqual([stopped, [null, "D", "derive.coverage"]]);
});

test("a site may ask for another share of normal parts", () => {
  expect(minuteOf(14, 4, "T", "6", { normal: "0.8" })).toMatchObject({ "cems.so2": ["100.000", "D"] });
  expect(minuteOf(14, 4, "T", "6", { normal: "0.7" })).toMatchObject({ "cems.so2": ["100.000", "N"] });
  expect(minuteOf(14, 4, "T", "6")).toMatchObject({ "cems.so2": ["100.000", "N"] });
});

const text = (least: number, most: number) =>
  fc.tuple(fc.integer({ min: least, max: most }), fc.nat(2)).map(([n, places]) => n.toFixed(places));
const flag = fc.constantFrom<Flag>("N", "N", "N", "N", "N", "F", "M", "D", "C", "T");
const time = fc.nat(130 * minute).map((after) => from + after);
const someRows: fc.Arbitrary<Row[]> = fc.array(
  fc.oneof(
    fc.tuple(fc.constant("cems.so2"), time, fc.option(text(-5, 400), { freq: 20 }), flag),
    fc.tuple(fc.constant("cems.o2"), time, fc.option(text(0, 25), { freq: 20 }), flag),
    fc.tuple(fc.constant("flow.q"), time, fc.option(text(-1, 90_000), { freq: 20 }), flag),
    fc.tuple(fc.constant("meter.kwh"), time, fc.option(text(0, 999), { freq: 20 }), flag),
    fc.tuple(fc.constant("meter.serial"), time, fc.constantFrom("A", "B"), fc.constant<Flag>("N")),
  ),
  { minLength: 30, maxLength: 250 },
);
const end = from + 4 * hour;

/** All of it, and only then time goes on. */
function atOnce(rows: readonly (readonly [Row, number])[]): Closed[] {
  const deriving = makeDeriving(channels, east, from, { reach: Number.POSITIVE_INFINITY });
  for (const [row, entry] of rows) deriving.take(row[0], sampleOf(row, entry));
  return [...deriving.close(end)];
}
const numbered = (rows: readonly Row[]): (readonly [Row, number])[] => rows.map((row, entry) => [row, entry] as const);

test("the order in which readings arrive cannot be seen in what is derived of them", () => {
  const shuffled = someRows.chain((rows) =>
    fc.tuple(fc.constant(rows), fc.shuffledSubarray(numbered(rows), { minLength: rows.length })),
  );
  fc.assert(
    fc.property(shuffled, ([rows, others]) => {
      expect(entries(atOnce(others))).toEqual(entries(atOnce(numbered(rows))));
    }),
    { numRuns: 40 },
  );
});

test("neither can restarts at any moment, nor in how large pieces time went on", () => {
  const pieces = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(someRows, pieces, fc.array(fc.nat(250), { maxLength: 15 }), (rows, sizes, restarts) => {
      const all = numbered(rows).toSorted(([a], [b]) => a[1] - b[1]);
      let deriving: Deriving = makeDeriving(channels, east, from);
      const closed: Closed[] = [];
      let [left, turn] = [0, 0];
      for (const [index, [row, entry]] of all.entries()) {
        if (left-- <= 0) {
          closed.push(...deriving.close(row[1]));
          left = sizes[turn++ % sizes.length] ?? 1;
        }
        // however large the pieces, an agent closes long before a sample lies too far ahead
        if (row[1] > from + 110 * minute) closed.push(...deriving.close(row[1]));
        deriving.take(row[0], sampleOf(row, entry));
        if (restarts.includes(index)) deriving = makeDeriving(channels, east, again(deriving.state()));
      }
      closed.push(...deriving.close(end));
      expect(entries(closed)).toEqual(entries(atOnce(all)));
    }),
    { numRuns: 40 },
  );
});
const again = (state: DerivingState): DerivingState => JSON.parse(JSON.stringify(state)) as DerivingState;

test("hours add up to their day, of a rate and of a counter alike", () => {
  const turn = fc.record({ so2: fc.nat(400), flow: fc.nat(9000), counted: fc.nat(6), flag });
  fc.assert(
    fc.property(fc.array(turn, { minLength: 97, maxLength: 97 }), (turns) => {
      const deriving = makeDeriving(channels, east, from);
      const closed: Closed[] = [];
      deriving.recall("meter.kwh", sampleOf(["meter.kwh", from - second, "990"], 0));
      let count = 990;
      for (const [n, { so2, flow, counted, flag }] of turns.entries()) {
        const t = from + n * 15 * minute;
        closed.push(...deriving.close(t - second));
        // A moment before each hour, so that each begins and ends with a count.
        if (n > 0) deriving.take("meter.kwh", sampleOf(["meter.kwh", t - second, `${count}`], n));
        deriving.take("cems.so2", sampleOf(["cems.so2", t, `${so2}.5`, flag], n));
        deriving.take("flow.q", sampleOf(["flow.q", t, `${flow}`], n));
        count = (count + counted) % 1000;
      }
      closed.push(...deriving.close(from + 24 * hour));
      const of = (channel: string, period: Period, value: (one: Closed) => Outcome | undefined) =>
        closed
          .filter((one) => one.channel === channel && one.period === period)
          .flatMap((one) => (value(one)?.ok === true ? [(value(one) as Outcome & { ok: true }).value] : []));
      const total = (one: Closed) => one.total;
      const sum = (all: readonly Decimal[]) => all.reduce((a, b) => a.plus(b), decimal("0")).toFixed();
      expect(sum(of("so2.rate", "day", total))).toBe(sum(of("so2.rate", "hour", total)));
      expect(of("energy", "hour", ({ value }) => value)).toHaveLength(24);
      const all = turns.slice(0, 96).reduce((a, { counted }) => a + counted, 0);
      expect(sum(of("energy", "day", ({ value }) => value))).toBe(`${all}`);
      expect(sum(of("energy", "hour", ({ value }) => value))).toBe(`${all}`);
    }),
    { numRuns: 20 },
  );
});
