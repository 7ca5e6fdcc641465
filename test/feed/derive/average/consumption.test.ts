import fc from "fast-check";
import { expect, test } from "vitest";
import { china } from "../../../../feed/derive/average/calendar.ts";
import * as consumption from "../../../../feed/derive/average/consumption.ts";
import type { CounterReading } from "../../../../feed/derive/average/counter.ts";
import type { Period } from "../../../../feed/format/body.ts";
import { at, day, hour, minute, said } from "./made.ts";

const { noConsumption, take, closed } = consumption;
const start = at("2026-10-01T00:00");
const totaliser: consumption.Totaliser = {
  periods: ["hour", "day"],
  offset: china,
  setup: { modulus: "1000", most: "120", step: "1", fresh: 5 * minute },
};
const reading = (t: number, value: number | string, more: Partial<CounterReading> = {}): CounterReading => ({
  t,
  value: String(value),
  entry: (t - start) / minute,
  ...more,
});
/** One count a minute from 0 at `start`, as the counter shows it. */
const running = (from: number, to: number, shown = (n: number) => n % 1000) =>
  Array.from({ length: to - from }, (_, i) => reading(start + (from + i) * minute, shown(from + i)));

function run(readings: readonly CounterReading[], until: number, restarts = false) {
  let state = noConsumption(totaliser, start);
  const periods: consumption.Consumption[] = [];
  const events: consumption.CounterNews[] = [];
  const close = (to: number): void => {
    for (const one of closed(totaliser, state, to)) {
      periods.push(one.consumption);
      state = one.state;
    }
  };
  for (const one of readings) {
    close(one.t - 1);
    const taken = take(totaliser, state, one);
    state = restarts ? JSON.parse(JSON.stringify(taken.state)) : taken.state;
    if (taken.news !== undefined) events.push(taken.news);
  }
  close(until);
  const of = (period: Period) => periods.filter((one) => one.period === period).map(said);
  return { hours: of("hour"), days: of("day"), events: events.map(({ event }) => event), periods };
}

test("hours add up to their day, over two rollovers", () => {
  const { hours, days, events } = run(running(0, 1441), start + day);
  expect(hours).toEqual(Array(24).fill("60"));
  expect(days).toEqual(["1440"]);
  expect(events).toEqual(["rollover"]);
});

test("restarts cannot be seen", () => {
  const readings = running(0, 1441);
  expect(run(readings, start + day, true)).toEqual(run(readings, start + day));
});

test("a reset makes the hours and the day that hold it unknown, and no other", () => {
  const readings = [...running(0, 600), ...running(600, 1441, (n) => n - 599)];
  const { hours, days, events, periods } = run(readings, start + day);
  expect(events).toEqual(["reset"]);
  expect(hours.map((text, i) => (text === "60" ? -1 : i)).filter((i) => i >= 0)).toEqual([9]); // from 9:59 to 10:00
  expect(periods.find(({ value }) => !value.ok)?.value).toEqual({ ok: false, why: "derive.counter", detail: "reset" });
  expect(days).toEqual(["derive.counter"]);
});

test("a meter that was replaced is never consumption", () => {
  const readings = [...running(0, 90), ...running(90, 200).map((one) => ({ ...one, meter: "B" }))];
  const { hours, events } = run(readings, start + 3 * hour);
  expect(events).toEqual(["replaced"]);
  expect(hours).toEqual(["60", "derive.counter", "60"]);
});

test("while nothing was read the hours are unknown; the day has what the counter went on to count", () => {
  const readings = [...running(0, 90), ...running(270, 1441)];
  const { hours, days } = run(readings, start + day);
  expect(hours.slice(0, 6)).toEqual(
    ["60", ...Array(3).fill("derive.counter-gap"), "derive.counter-gap", "60"].slice(0, 6),
  );
  expect(days).toEqual(["1440"]);
});

test("a reading just old enough stands for the end of the hour, an older one does not", () => {
  const with5 = run([reading(start, 0), reading(start + 55 * minute, 50)], start + hour).hours;
  const with6 = run([reading(start, 0), reading(start + 55 * minute - 1, 50)], start + hour).hours;
  expect([with5, with6]).toEqual([["50"], ["derive.counter-gap"]]);
});

test("a clock step back counts nothing twice", () => {
  const readings = [...running(0, 90), ...running(90, 151).map((one) => ({ ...one, t: one.t - 30 * minute }))];
  const { hours, events } = run(readings, start + 2 * hour);
  expect(events).toEqual(["clock-back"]);
  expect(hours).toEqual(["60", "90"]); // what ran in the 30 minutes that came twice is in the second hour
});

test("readings the counter cannot show are told and change nothing", () => {
  const readings = running(0, 121).flatMap((one) => [one, { ...one, value: "NaN" }]);
  const { hours, events } = run(readings, start + 2 * hour);
  expect(hours).toEqual(["60", "60"]);
  expect(new Set(events)).toEqual(new Set(["unreadable"]));
});

test("known hours never add up to more than their day", () => {
  const steps = fc.array(fc.record({ after: fc.integer({ min: 1, max: 40 }), more: fc.nat(90) }), { maxLength: 80 });
  fc.assert(
    fc.property(steps, (some) => {
      let [t, shown] = [start, 0];
      const readings = [reading(t, shown)];
      for (const { after, more } of some) {
        t += after * minute;
        shown = (shown + more) % 1000;
        readings.push(reading(t, shown));
      }
      const { hours, days } = run(readings, start + day);
      const known = hours.filter((text) => /^\d/.test(text)).reduce((sum, text) => sum + Number(text), 0);
      if (/^\d/.test(days[0] ?? "")) expect(known).toBeLessThanOrEqual(Number(days[0]));
    }),
  );
});
