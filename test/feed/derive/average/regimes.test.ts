import { expect, test } from "vitest";
import type { Channel, Closed, Sample } from "../../../../feed/derive/average/channel.ts";
import { hours } from "../../../../feed/derive/average/judge.ts";
import { hj, ied, mrr, part75, type Regime, regimes } from "../../../../feed/derive/average/regimes.ts";
import type { Flag } from "../../../../feed/format/vocabulary.ts";
import { at, channelOf, closedBy, day, hour, minute, only, row, said, sample, second } from "./made.ts";

const start = at("2026-10-01T00:00");

/** The period of this kind that the samples make, the first that closes. */
function first(channel: Channel, period: Closed["period"], samples: readonly Sample[], from = start): Closed {
  const long = { minute, "half-hour": hour, hour, day, month: 31 * day }[period];
  return only(closedBy(channel, from, from + long, samples), period)[0] as Closed;
}
/** `good` samples that are valid among `all`, the others of this flag, from `from` on. */
const mixed = (all: number, good: number, every: number, flag: Flag = "M", from = start) =>
  row(from, all, every, (i) => [String(i), i < good ? "N" : flag]);

/** A regime whose minutes need one sample, to speak of hours with few samples. */
const coarse = (regime: Regime): Channel =>
  channelOf(
    {
      ...regime,
      levels: regime.levels.map((level) =>
        level.period === "minute" ? { ...level, rule: { kind: "count", least: 1 } } : level,
      ),
    },
    { interval: minute },
  );

test("HJ: a minute needs 12 samples", () => {
  expect(said(first(channelOf(), "minute", mixed(12, 12, 5 * second)))).toBe("5.5");
  expect(first(channelOf(), "minute", mixed(12, 11, 5 * second))).toMatchObject({
    value: { ok: false, why: "derive.coverage" },
    flag: "D",
    counts: { expected: 12, arrived: 12, valid: 11, flags: { N: 11, M: 1 } },
    coverage: "0.9167",
  });
});

test("HJ: an hour needs 45 minutes", () => {
  expect(said(first(coarse(hj), "hour", mixed(60, 45, minute)))).toBe("22");
  expect(said(first(coarse(hj), "hour", mixed(60, 44, minute)))).toBe("derive.coverage");
});

test("HJ: a day needs 20 hours", () => {
  const dayWith = (good: number) => first(coarse(hj), "day", mixed(1440, good * 60, minute));
  expect(said(dayWith(20))).toBe("599.5");
  expect(dayWith(19)).toMatchObject({ value: { ok: false, why: "derive.coverage" }, flag: "D" });
});

test.each([
  { month: "2026-10-01T00:00", least: 25 },
  { month: "2026-02-01T00:00", least: 23 },
])("HJ: the month of $month needs $least days", ({ month, least }) => {
  const from = at(month);
  const monthWith = (good: number) =>
    first(coarse(hj), "month", mixed(31 * 1440, good * 1440, minute, "M", from), from);
  expect(said(monthWith(least))).toBe(String((least * 1440 - 1) / 2));
  expect(said(monthWith(least - 1))).toBe("derive.coverage");
});

test("HJ: three quarters of the parts make a period N, less make it D", () => {
  const second12 = channelOf(hj, { interval: second });
  expect(first(second12, "minute", mixed(60, 45, second))).toMatchObject({ flag: "N" });
  const less = first(second12, "minute", mixed(60, 44, second));
  expect(less.flag).toBe("D");
  expect(said(less)).toBe("21.5"); // 12 samples are there: the value is, with its flag
  expect(first(second12, "minute", mixed(44, 44, second)).flag).toBe("D"); // what did not arrive was not normal
});

test("a site may have the most frequent flag instead, and silence is B", () => {
  const often = { ...hj, flag: { ...hj.flag, otherwise: "most-frequent" } } as const;
  const flagOf = (samples: readonly Sample[]) => first(channelOf(often, { interval: second }), "minute", samples).flag;
  expect(flagOf(row(start, 60, second, (i) => ["1", i < 20 ? "C" : i < 41 ? "M" : "N"]))).toBe("M");
  expect(flagOf(mixed(30, 20, second))).toBe("B");
  expect(flagOf(mixed(60, 10, second, "F"))).toBe("F");
});

test("a period without a value is never N", () => {
  const dayOf18 = first(coarse(hj), "day", mixed(1440, 18 * 60, minute)); // three quarters of 24 hours
  expect([dayOf18.counts.flags.N, dayOf18.flag, dayOf18.value.ok]).toEqual([18, "D", false]);
});

const quarters = (...good: readonly (Flag | null)[]) =>
  good.flatMap((flag, q) => (flag === null ? [] : row(start + q * 15 * minute, 15, minute, () => ["8", flag])));
const part75Hour = (samples: readonly Sample[]) => first(channelOf(part75, { interval: minute }), "hour", samples);

test("Part 75: a value in each quarter of the hour", () => {
  expect(said(part75Hour(quarters("N", "N", "N", "N")))).toBe("8");
  const each = [0, 15, 30, 45].map((m) => sample(start + m * minute, "2"));
  expect(said(part75Hour(each))).toBe("2");
  expect(said(part75Hour([...each.slice(0, 3), sample(start + 45 * minute - 1, "2")]))).toBe("derive.coverage");
  expect(said(part75Hour(quarters("N", "N", "N", "D")))).toBe("derive.coverage");
  expect(said(part75Hour(quarters("N", "N", "N", null)))).toBe("derive.coverage");
});

test("Part 75: a quarter in which the plant stood still needs none, and the hour has its operating time", () => {
  const partial = part75Hour(quarters("N", "F", "F", "F"));
  expect([said(partial), hours(partial.running)]).toEqual(["8", "0.25"]);
  expect(said(part75Hour(quarters("N", "F", "F", "D")))).toBe("derive.coverage");
  const stopped = part75Hour(quarters("F", "F", "F", "F"));
  expect(stopped).toMatchObject({ value: { ok: false, why: "derive.stopped" }, flag: "F", running: 0 });
  const seven = [...row(start, 7, minute, () => ["8", "N"]), ...row(start + 7 * minute, 53, minute, () => ["8", "F"])];
  expect(hours(part75Hour(seven).running)).toBe("0.12"); // 7/60 to 0.01 h
});

test.each<Flag>(["C", "M"])("Part 75: with a check (%s) two values a quarter of an hour apart are enough", (flag) => {
  const withCheck = (apart: number) =>
    part75Hour([
      sample(start + 10 * minute, "3"),
      sample(start + 10 * minute + apart, "4"),
      sample(start + 50 * minute, "0", flag),
    ]);
  expect(said(withCheck(15 * minute))).toBe("3.5");
  expect(said(withCheck(15 * minute - 1))).toBe("derive.coverage");
});

test("Part 75: mass is the rate times the time the plant ran", () => {
  const channel = channelOf(part75, { interval: minute, total: { per: hour } });
  expect(first(channel, "hour", quarters("N", "F", "F", "F")).total).toMatchObject({ ok: true });
  const { total } = first(channel, "hour", quarters("N", "F", "F", "F"));
  expect(total?.ok === true && total.value.toFixed()).toBe("2");
});

test("EU 2018/2066: an hour needs 80 % of the readings it could have", () => {
  const hourWith = (good: number) =>
    first(channelOf(mrr, { interval: 36 * second }), "hour", mixed(100, good, 36 * second));
  expect(said(hourWith(80))).toBe("39.5");
  expect(said(hourWith(79))).toBe("derive.coverage");
});

test("EN 17255: two thirds of the minutes make a half hour and an hour", () => {
  const of = (period: "half-hour" | "hour", good: number) =>
    first(coarse(ied), period, mixed(period === "hour" ? 60 : 30, good, minute));
  expect([said(of("half-hour", 20)), said(of("hour", 40))]).toEqual(["9.5", "19.5"]);
  expect([said(of("half-hour", 19)), said(of("hour", 39))]).toEqual(["derive.coverage", "derive.coverage"]);
});

test("EN 17255: two thirds of the samples make a minute", () => {
  const minuteWith = (good: number) => first(channelOf(ied), "minute", mixed(12, good, 5 * second));
  expect([said(minuteWith(8)), said(minuteWith(7))]).toEqual(["3.5", "derive.coverage"]);
});

test("IED: a day stands five half hours lost, not six; those of a plant that stood still are not lost", () => {
  const dayWith = (lost: number, flag: Flag) =>
    said(first(coarse(ied), "day", mixed(1440, 1440 - lost * 30, minute, flag)));
  expect([dayWith(5, "D"), dayWith(6, "D"), dayWith(20, "F")]).toEqual(["644.5", "derive.coverage", "419.5"]);
  const silent = mixed(1440 - 6 * 30, 1440, minute);
  expect(said(first(coarse(ied), "day", silent))).toBe("derive.coverage");
});

test("regimes are data: levels from short to long, each made of what is there, each with its source", () => {
  for (const { levels } of regimes) {
    const made = ["sample"];
    for (const { period, from, source } of levels) {
      expect(made).toContain(from);
      expect(source.length).toBeGreaterThan(10);
      made.push(period);
    }
    expect(made).toEqual(expect.arrayContaining(["minute", "hour", "day", "month"]));
  }
  expect(new Set(regimes.map(({ id }) => id)).size).toBe(regimes.length);
});
