import fc from "fast-check";
import { expect, test } from "vitest";
import { periodText, readPeriod } from "../../../agent/derive/period-text.ts";
import { startOf } from "../../../feed/derive/average/calendar.ts";

const east = 480;

test.each([
  ["2026-10", "month", "2026-09-30T16:00:00.000Z"],
  ["2026-10-01", "day", "2026-09-30T16:00:00.000Z"],
  ["2026-10-01T08", "hour", "2026-10-01T00:00:00.000Z"],
  ["2026-10-01T08:30/30m", "half-hour", "2026-10-01T00:30:00.000Z"],
  ["2026-10-01T08:31", "minute", "2026-10-01T00:31:00.000Z"],
] as const)("%s is a %s", (text, period, start) => {
  expect(readPeriod(text, east)).toEqual({ period, start: Date.parse(start) });
});

test.each([
  "",
  "2026",
  "2026-13",
  "2026-02-30",
  "2026-10-01T24",
  "2026-10-01T08:60",
  "2026-10-01T08:10/30m",
  "2026-10-01/30m",
  "x",
])("%j is no period", (text) => expect(readPeriod(text, east)).toBeUndefined());

test("every period reads back as it is written, and no text throws", () => {
  const kinds = fc.constantFrom("minute", "half-hour", "hour", "day", "month");
  fc.assert(
    fc.property(kinds, fc.integer({ min: 0, max: 4e12 }), fc.integer({ min: -48, max: 56 }), (period, t, quarters) => {
      const start = startOf(period, t, quarters * 15);
      const named = { period, start } as const;
      expect(readPeriod(periodText(named, quarters * 15), quarters * 15)).toEqual(named);
    }),
  );
  fc.assert(fc.property(fc.string(), (text) => void readPeriod(text, east)));
});
