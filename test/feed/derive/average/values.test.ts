import { expect, test } from "vitest";
import { hj, mrr } from "../../../../feed/derive/average/regimes.ts";
import { at, channelOf, closedBy, day, hour, minute, only, row, said, sample, second } from "./made.ts";

const start = at("2026-10-01T00:00");
const steady = (value: string, count: number) => row(start, count, 5 * second, () => [value, "N"]);

test("HJ 212 D.2: an hour's mass is its rate for an hour, a day's the sum of its hours", () => {
  // The worked numbers: 796681.18 m3/h dry, 127.17 kg/h.
  for (const [rate, ofDay] of [
    ["796681.18", "19120348.32"],
    ["127.17", "3052.08"],
  ] as const) {
    const channel = channelOf(hj, { total: { per: hour } });
    const closed = closedBy(channel, start, start + day, steady(rate, day / (5 * second)));
    expect(only(closed, "hour")).toHaveLength(24);
    for (const one of only(closed, "hour"))
      expect([said(one), one.total?.ok && one.total.value.toFixed()]).toEqual([rate, rate]);
    const [whole] = only(closed, "day");
    expect(whole?.total?.ok && whole.total.value.toFixed()).toBe(ofDay);
  }
});

test("HJ 212 D.2: each level is the mean of the means below it, not of all samples", () => {
  // 12 samples of 1 in the first minute, 120 of 2 in the second: minutes weigh the same.
  const samples = [
    ...row(start, 12, 5 * second, () => ["1", "N"]),
    ...row(start + minute, 120, second / 2, () => ["2", "N"]),
    ...row(start + 2 * minute, 12 * 58, 5 * second, () => ["1.5", "N"]),
  ];
  expect(only(closedBy(channelOf(), start, start + hour, samples), "hour").map(said)).toEqual(["1.5"]);
});

test("an hour's total counts minutes that are missing with the mean of those that are there; a day's counts its valid hours", () => {
  const channel = channelOf(hj, { total: { per: hour } });
  const first = steady("60", 12 * 45);
  const rest = row(start + hour, 12 * 60 * 20, 5 * second, () => ["60", "N"]);
  const closed = closedBy(channel, start, start + day, [...first, ...rest]);
  expect(only(closed, "hour")[0]?.total).toMatchObject({ ok: true });
  const [whole] = only(closed, "day");
  expect(whole?.total?.ok && whole.total.value.toFixed()).toBe("1260"); // 21 hours, no hour made up
  expect(whole?.counts).toMatchObject({ expected: 24, arrived: 24, valid: 21 });
});

test("no value, no total", () => {
  const [closed] = closedBy(channelOf(hj, { total: { per: hour } }), start, start + minute, steady("60", 11));
  expect(closed?.total).toEqual(closed?.value);
  expect(closed?.value.ok).toBe(false);
});

const weighted = channelOf(mrr, { interval: 30 * minute, weightedBy: "flow" });
const pair = (a: string | null, b: string | null) =>
  only(
    closedBy(weighted, start, start + hour, [
      sample(start, "100", "N", { weight: a }),
      sample(start + 30 * minute, "200", "N", { weight: b }),
    ]),
    "hour",
  )[0];

test("a mean may weigh with the flow", () => {
  const closed = pair("30", "10");
  expect(closed && said(closed)).toBe("125");
  expect(closed).toMatchObject({ weightedBy: "flow", weight: "20", min: "100", max: "200" });
});

test("hours weigh in the day with their mean flow", () => {
  const samples = [0, 1].flatMap((h) =>
    [0, 30].map((m) =>
      sample(start + h * hour + m * minute, h === 0 ? "100" : "200", "N", { weight: h === 0 ? "1" : "3" }),
    ),
  );
  expect(only(closedBy(weighted, start, start + day, samples), "day").map(said)).toEqual(["175"]);
});

test("without flow there is no mean, and a value whose flow is not known is not valid", () => {
  const still = pair("0", "0.00");
  expect(still && said(still)).toBe("derive.no-flow");
  for (const unknown of [null, "", "NaN", "-1"])
    expect(pair("5", unknown)).toMatchObject({ counts: { arrived: 2, valid: 1 } });
});

test("a period's value is rounded where the site says so, and the next is made of the rounded ones", () => {
  const thirds = row(start, 12, 5 * second, (i) => [i % 3 === 0 ? "1" : "0", "N"]);
  const exactly = closedBy(channelOf(), start, start + minute, thirds).map(said);
  expect(exactly).toEqual([`0.${"3".repeat(40)}`]);
  const rounded = channelOf(
    { ...hj, levels: hj.levels.map((level) => ({ ...level, rule: { kind: "count", least: 1 } })) },
    { places: 1 },
  );
  const halves = [...thirds, ...row(start + minute, 12, 5 * second, () => ["0.2", "N"])];
  expect(closedBy(rounded, start, start + hour, halves).map(said)).toEqual(["0.3", "0.2", "0.3"]); // 0.25, half up
});

test("extremes and entries reach through all levels, entries also over values that do not count", () => {
  const samples = steady("5", 12 * 60).map((one, i) => ({
    ...one,
    entry: 100 + i,
    ...(i === 7 ? { value: "2" } : {}),
  }));
  samples.push(sample(start + 59 * minute, "900", "T", { entry: 9000 }));
  const [closed] = only(closedBy(channelOf(), start, start + hour, samples), "hour");
  expect(closed).toMatchObject({ min: "2", max: "5", from: 100, to: 9000 });
});

test("one number written with more and with fewer places gives one extreme, whichever came first", () => {
  const samples = steady("5", 12).map((one, i) => ({ ...one, value: ["5", "5.0", "5.00"][i % 3] ?? null }));
  for (const order of [samples, [...samples].reverse(), samples.slice(1)]) {
    expect(closedBy(channelOf(mrr), start, start + minute, order)[0]).toMatchObject({ min: "5", max: "5" });
  }
});
