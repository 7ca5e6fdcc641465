import fc from "fast-check";
import { expect, test } from "vitest";
import { makeAverages } from "../../../../feed/derive/average/averages.ts";
import type { Channel, Closed, Sample } from "../../../../feed/derive/average/channel.ts";
import { hj, regimes } from "../../../../feed/derive/average/regimes.ts";
import { AveragesState } from "../../../../feed/derive/average/state.ts";
import type { Flag } from "../../../../feed/format/vocabulary.ts";
import { at, channelOf, closedBy, hour, minute, only, row, said, sample, second, taken } from "./made.ts";

const start = at("2026-10-01T08:00");
const plain = (closed: readonly Closed[]) => JSON.parse(JSON.stringify(closed));
const flag = fc.constantFrom<Flag>("N", "N", "N", "N", "N", "N", "F", "M", "S", "D", "C", "T", "B");
const value = fc
  .tuple(fc.integer({ min: -999, max: 99_999 }), fc.nat(4))
  .map(([n, places]) => (n / 10).toFixed(places));
const someSamples = fc.array(
  fc
    .record({
      after: fc.nat(90 * minute),
      value: fc.option(value, { freq: 20 }),
      flag,
      weight: fc.option(value),
      entry: fc.nat(9999),
    })
    .map(({ after, ...rest }) => ({ t: start + after, ...rest })),
  { maxLength: 150 },
);
const someChannel = fc.record({ regime: fc.constantFrom(...regimes), weighted: fc.boolean(), total: fc.boolean() }).map(
  ({ regime, weighted, total }): Channel =>
    channelOf(regime, {
      interval: 60 * second,
      ...(weighted ? { weightedBy: "flow" } : {}),
      ...(total ? { total: { per: hour } } : {}),
    }),
);

test("the order of arrival cannot be seen", () => {
  const shuffled = someSamples.chain((samples) =>
    fc.tuple(fc.constant(samples), fc.shuffledSubarray(samples, { minLength: samples.length })),
  );
  fc.assert(
    fc.property(someChannel, shuffled, (channel, [samples, others]) => {
      const closed = [samples, others].map((order) => {
        const averages = makeAverages(channel, start);
        for (const one of order) averages.take(one);
        return plain([...averages.close(start + 16 * hour)]);
      });
      expect(closed[1]).toEqual(closed[0]);
    }),
  );
});

test("neither can restarts, nor how often it was asked to close", () => {
  const moments = fc.array(fc.nat(150), { maxLength: 20 });
  fc.assert(
    fc.property(someChannel, someSamples, moments, moments, (channel, some, restarts, closings) => {
      const samples = [...some].sort((a, b) => a.t - b.t);
      const once = closedBy(channel, start, start + 16 * hour, samples);
      let averages = makeAverages(channel, start);
      const closed: Closed[] = [];
      for (const [i, one] of samples.entries()) {
        if (closings.includes(i)) closed.push(...averages.close(one.t));
        averages.take(one);
        if (restarts.includes(i)) averages = again(channel, averages.state());
      }
      closed.push(...averages.close(start + 16 * hour));
      const order = (a: Closed, b: Closed) => (a.period < b.period ? -1 : a.period > b.period ? 1 : a.start - b.start);
      expect(plain(closed.sort(order))).toEqual(plain(once.sort(order)));
    }),
  );
});

const again = (channel: Channel, state: AveragesState) =>
  makeAverages(channel, AveragesState.parse(JSON.parse(JSON.stringify(state))));

test("it can stop between two periods it closes, and go on", () => {
  const samples = row(start, 3 * 720, 5 * second, (i) => [String(i), "N"]);
  const all = closedBy(channelOf(), start, start + 3 * hour, samples);
  let averages = makeAverages(channelOf(), start);
  const closed = [...taken(averages, samples)];
  for (;;) {
    const { value: one, done } = averages.close(start + 3 * hour).next();
    if (done === true) break;
    closed.push(one);
    averages = again(channelOf(), averages.state());
  }
  expect(plain(closed)).toEqual(plain(all));
});

test("hours add up to their day, days to their month", () => {
  const channel = channelOf(hj, { interval: hour / 60, regime: perMinute, total: { per: hour } });
  const from = at("2026-09-01T00:00");
  const samples = row(from, 30 * 1440, minute, (i) => [String((i * 7919) % 1000), i % 97 === 0 ? "D" : "N"]);
  const closed = closedBy(channel, from, at("2026-10-01T00:00"), samples);
  const sum = (parts: readonly Closed[]) =>
    parts.reduce(
      (total, { total: one }) => total + (one?.ok === true ? BigInt(one.value.times(hundredTo20).toFixed(0)) : 0n),
      0n,
    );
  const days = only(closed, "day");
  expect(days).toHaveLength(30);
  for (const one of days) {
    const hours = only(closed, "hour").filter((part) => part.start >= one.start && part.start < one.start + 24 * hour);
    expect(hours).toHaveLength(24);
    expect(sum([one])).toBe(sum(hours));
  }
  expect(sum(only(closed, "month"))).toBe(sum(days));
  expect(sum(days)).toBeGreaterThan(0n);
});
const hundredTo20 = 10n ** 40n;
const perMinute = {
  ...hj,
  levels: hj.levels.map((level) =>
    level.period === "minute" ? { ...level, rule: { kind: "count", least: 1 } as const } : level,
  ),
};

test("a sample earlier than the one before counts in its own period while that is open, and is late after", () => {
  const averages = makeAverages(channelOf(), start);
  expect(averages.take(sample(start + 2 * minute, "5"))).toBe("taken");
  expect(averages.take(sample(start + 30 * second, "1"))).toBe("taken"); // the clock stepped back
  expect([...averages.close(start + minute)]).toMatchObject([{ period: "minute", counts: { arrived: 1 } }]);
  expect(averages.take(sample(start + 59_999, "1"))).toBe("late");
  expect(averages.take(sample(start + minute, "1"))).toBe("taken");
});

test("time that runs back closes nothing, and no time at all neither", () => {
  const averages = makeAverages(channelOf(), start);
  for (const until of [start - hour, Number.NaN, Number.POSITIVE_INFINITY])
    expect([...averages.close(until)]).toEqual([]);
  expect(averages.take(sample(Number.NaN, "1"))).toBe("beyond");
});

test("a clock that jumps ahead opens no periods without end", () => {
  const averages = makeAverages(channelOf(), start);
  const answers = Array.from({ length: 1000 }, (_, i) => averages.take(sample(start + i * minute, "1")));
  expect(answers.filter((answer) => answer === "taken")).toHaveLength(120);
  expect(answers.at(-1)).toBe("beyond");
  expect(averages.state().levels[0]?.open).toHaveLength(120);
});

test("silence gives hours and no minutes", () => {
  const closed = closedBy(
    channelOf(),
    start,
    start + 3 * hour,
    row(start + hour, 12, 5 * second, () => ["1", "N"]),
  );
  expect(only(closed, "minute").map((one) => one.start)).toEqual([start + hour]);
  expect(only(closed, "hour").map((one) => [one.start, one.counts.arrived])).toEqual([
    [start, 0],
    [start + hour, 1],
    [start + 2 * hour, 0],
  ]);
});

test("values that are no numbers are counted and enter no mean", () => {
  const texts = ["NaN", "Infinity", "", "1e999999999", "9".repeat(1000)];
  const bad: Sample[] = texts.map((text, i) => sample(start + i, text));
  const good = row(start + second, 12, 4 * second, () => ["2.5", "N"]);
  const [closed] = closedBy(channelOf(), start, start + minute, [...bad, ...good]);
  expect(closed).toMatchObject({ counts: { expected: 12, arrived: 17, valid: 12 }, min: "2.5", max: "2.5" });
  expect(closed && said(closed)).toBe("2.5");
});
