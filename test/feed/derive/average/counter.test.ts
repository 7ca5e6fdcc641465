import fc from "fast-check";
import { expect, test } from "vitest";
import { type CounterReading, type CounterSetup, count, moved } from "../../../../feed/derive/average/counter.ts";
import { written } from "../../../../feed/derive/average/exact.ts";
import { at, hour, minute } from "./made.ts";

const start = at("2026-10-01T00:00");
/** A five-digit counter with one place, at most 60 an hour. */
const setup: CounterSetup = { modulus: "10000.0", most: "60", step: "0.1", fresh: 5 * minute };
const reading = (value: string, t: number, more: Partial<CounterReading> = {}): CounterReading => ({
  t,
  value,
  entry: 1,
  ...more,
});
const after = (was: string, is: string, more: Partial<CounterReading> = {}, rules = setup) => {
  const { counted, event } = moved(
    reading(was, start, { meter: "A" }),
    reading(is, start + hour, { meter: "A", ...more }),
    rules,
  );
  return [counted === null ? null : written(counted), event ?? "-"];
};

test.each([
  ["goes on", "100.0", "130.5", "30.5", "-"],
  ["stands still", "100.0", "100.0", "0.0", "-"],
  ["goes as fast as it can", "100.0", "160.1", "60.1", "-"],
  ["goes faster than it can", "100.0", "160.2", null, "jump"],
  ["rolls over", "9990.5", "15.0", "24.5", "rollover"],
  ["rolls over as fast as it can", "9990.0", "50.1", "60.1", "rollover"],
  ["begins again from zero", "5000.0", "12.0", null, "reset"],
  ["begins again near its end: too much for a rollover", "9990.0", "50.2", null, "reset"],
  ["falls back to no zero", "5000.0", "4000.0", null, "jump"],
  ["falls by its last digit", "5000.0", "4999.9", null, "jump"],
] as const)("a counter that %s", (_, was, is, counted, event) => {
  expect(after(was, is)).toEqual([counted, event]);
});

test("without a modulus nothing rolls over", () => {
  const { modulus: _, ...endless } = setup;
  expect(after("9990.5", "15.0", {}, endless)).toEqual([null, "reset"]);
});

test("another meter is another counter, even where its count would fit", () => {
  expect(after("100.0", "130.0", { meter: "B" })).toEqual([null, "replaced"]);
});

test("an exchange that was written down is counted over, one that cannot be true is not", () => {
  const exchange = { closing: "110.0", opening: "7.5" };
  expect(after("100.0", "9.5", { meter: "B", exchange })).toEqual(["12.0", "exchanged"]);
  expect(after("100.0", "9.5", { meter: "B", exchange: { ...exchange, closing: "99.0" } })).toEqual([null, "replaced"]);
  expect(after("100.0", "7.0", { meter: "B", exchange })).toEqual([null, "replaced"]);
  expect(after("100.0", "9.5", { meter: "B", exchange: { ...exchange, closing: "500.0" } })).toEqual([
    null,
    "replaced",
  ]);
  expect(after("100.0", "9.5", { meter: "B", exchange: { ...exchange, closing: "?" } })).toEqual([null, "replaced"]);
});

test("a clock that stepped back loses no count and hides no jump", () => {
  const back = (is: string) => moved(reading("100.0", start), reading(is, start - hour), setup);
  expect(back("102.0")).toMatchObject({ event: "clock-back", counted: { coefficient: 20n, places: 1 } });
  expect(back("140.0")).toEqual({ counted: null, event: "jump" }); // 5 minutes allow 5.1
});

test("what the counter cannot show is no count", () => {
  expect(["9999.9", "0", "10000.0", "-1", "NaN", ""].map((text) => count(text, setup) !== undefined)).toEqual([
    true,
    true,
    false,
    false,
    false,
    false,
  ]);
});

test("whatever is read, no more is counted than can be", () => {
  const any = fc.integer({ min: 0, max: 99_999 }).map((n) => (n / 10).toFixed(1));
  fc.assert(
    fc.property(any, any, fc.integer({ min: 0, max: 48 * hour }), (was, is, passed) => {
      const { counted, event } = moved(reading(was, start), reading(is, start + passed), setup);
      expect(counted === null && event === undefined).toBe(false);
      if (counted === null) return;
      const most = (60 * (passed === 0 ? setup.fresh : passed)) / hour + 0.1;
      expect(Number(written(counted))).toBeGreaterThanOrEqual(0);
      expect(Number(written(counted))).toBeLessThanOrEqual(most + 1e-9);
    }),
  );
});
