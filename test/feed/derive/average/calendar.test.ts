import fc from "fast-check";
import { expect, test } from "vitest";
import { china, endOf, isFebruary, lengthOf, periods, startOf } from "../../../../feed/derive/average/calendar.ts";
import { at, day, hour, minute } from "./made.ts";

test("a period starts where the clock of the site says", () => {
  const t = Date.parse("2026-10-31T16:47:31.250Z"); // 2026-11-01 00:47:31 in China
  expect(periods.map((period) => startOf(period, t, china))).toEqual(
    ["2026-11-01T00:47", "2026-11-01T00:30", "2026-11-01T00:00", "2026-11-01T00:00", "2026-11-01T00:00"].map(at),
  );
});

test("the end of a period belongs to the next", () => {
  for (const period of periods) {
    const start = startOf(period, at("2026-12-31T23:59"), china);
    const end = endOf(period, start, china);
    expect(startOf(period, end - 1, china)).toBe(start);
    expect(startOf(period, end, china)).toBe(end);
  }
  expect(endOf("month", at("2026-12-01T00:00"), china)).toBe(at("2027-01-01T00:00"));
});

test("a month has its days", () => {
  const days = (text: string) => lengthOf("month", at(text), china) / day;
  expect(["2026-02-01T00:00", "2028-02-01T00:00", "2100-02-01T00:00", "2026-04-01T00:00"].map(days)).toEqual([
    28, 29, 28, 30,
  ]);
  expect(isFebruary(at("2026-02-01T00:00"), china)).toBe(true);
  expect(isFebruary(at("2026-03-01T00:00"), china)).toBe(false);
});

test("a moment lies in exactly one period of each kind, whatever the offset", () => {
  const moment = fc.integer({ min: -4_000_000_000_000, max: 8_000_000_000_000 });
  const offset = fc.integer({ min: -12 * 60, max: 14 * 60 });
  fc.assert(
    fc.property(moment, offset, fc.constantFrom(...periods), (t, east, period) => {
      const start = startOf(period, t, east);
      expect(start <= t && t < endOf(period, start, east)).toBe(true);
      expect(startOf(period, start, east)).toBe(start);
      expect(startOf(period, start - 1, east)).toBeLessThan(start);
    }),
  );
});

test("each hour lies in one day, each minute in one hour, also 45 minutes east", () => {
  expect(startOf("hour", Date.parse("2026-05-01T00:20Z"), 345)).toBe(Date.parse("2026-05-01T00:15Z"));
  expect(lengthOf("hour", 0, 345)).toBe(hour);
  expect(lengthOf("half-hour", 0, 345)).toBe(30 * minute);
});
