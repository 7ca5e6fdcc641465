import fc from "fast-check";
import { expect, test } from "vitest";
import { amend, invalidated, type Kept, recompute, same } from "../../../../feed/derive/average/amend.ts";
import { type Averages, makeAverages } from "../../../../feed/derive/average/averages.ts";
import type { Channel, Closed, Sample } from "../../../../feed/derive/average/channel.ts";
import { hj, ied, mrr, part75, type Regime } from "../../../../feed/derive/average/regimes.ts";
import { follow, type Journal, makeJournal } from "./kept.ts";
import { at, channelOf, day, hour, minute, only, row, said, sample, second } from "./made.ts";

const start = at("2026-10-01T00:00");

/** Takes samples as they come, and closes all that is over in the end. */
function followed(averages: Averages, journal: Journal, samples: readonly Sample[], until: number) {
  const amendments = samples.flatMap((one) => follow(averages, journal, one));
  for (const closed of averages.close(until)) journal.keep(closed);
  return amendments;
}

const steady = (from: number, count: number) => row(from, count, 5 * second, () => ["10", "N"]);

test("a late sample changes no closed period: it makes an amendment of each it belongs to", () => {
  const kept = makeJournal();
  const late = sample(start + 5 * second, "22");
  const inTime = steady(start, 720).filter(({ t }) => t !== late.t);
  const amendments = followed(
    makeAverages(channelOf(), start),
    kept,
    [...inTime, ...steady(start + hour, 60), late],
    start + day,
  );
  expect(
    amendments.map(({ period, before, after, why }) => [period, before && said(before), said(after), why]),
  ).toEqual([
    ["minute", "derive.coverage", "11", "late"],
    ["hour", "10", said(only(kept.periods(), "hour")[0] as Closed), "late"],
  ]);
  expect(amendments[1]?.after).toMatchObject({ counts: { valid: 60 } });
  const [first] = only(kept.periods(), "day"); // was open, and is made of the hour as amended
  expect(first).toMatchObject({ max: "22" });
});

test("a late sample in an hour that is open puts the hour right without an amendment", () => {
  const kept = makeJournal();
  const late = sample(start + 5 * second, "22");
  const inTime = steady(start, 720).filter(({ t }) => t !== late.t);
  const amendments = followed(makeAverages(channelOf(), start), kept, [...inTime, late], start + day);
  expect(amendments.map(({ period }) => period)).toEqual(["minute"]);
  expect(only(kept.periods(), "hour")[0]).toMatchObject({ max: "22", counts: { valid: 60 } });
});

test("a minute nothing had come in has no before", () => {
  const kept = makeJournal();
  const [first, ...rest] = [steady(start, 12), steady(start + minute, 12 * 59), steady(start + hour, 60)];
  const amendments = followed(makeAverages(channelOf(), start), kept, [...rest.flat(), ...(first ?? [])], start + day);
  expect(amendments[0]).toMatchObject({ period: "minute", before: null });
});

test("a late value that is not valid is amended in the counts, not in the value", () => {
  const kept = makeJournal();
  const samples = [...steady(start, 720), ...steady(start + hour, 60), sample(start + 1, "9", "M")];
  const amendments = followed(makeAverages(channelOf(), start), kept, samples, start + day);
  expect(amendments.map(({ period }) => period)).toEqual(["minute"]); // its hour has the same 60 minutes as before
  expect(amendments[0]?.after).toMatchObject({ flag: "N", counts: { arrived: 13, valid: 12 } });
});

test("a failed calibration takes out what it reaches over, says so, and can be taken back", () => {
  const kept = makeJournal();
  const averages = makeAverages(channelOf(), start);
  followed(averages, kept, steady(start, 720 * 24), start + day);
  expect(only(kept.periods(), "day").map(said)).toEqual(["10"]);
  const span = { from: start + 2 * hour, to: start + 7 * hour + 30 * second };
  const reaching: Kept = {
    ...kept,
    samples: (within) => [...kept.samples(within)].map((one) => invalidated(one, [span])),
  };
  const amendments = [...amend(averages, span, reaching, "calibration failed")];
  const hours = only(
    amendments.map(({ after }) => after),
    "hour",
  );
  expect(hours.map(({ start: from }) => (from - start) / hour)).toEqual([2, 3, 4, 5, 6, 7]);
  expect(hours.map(said)).toEqual([...Array(5).fill("derive.invalidated"), "10"]);
  expect(hours[0]).toMatchObject({ flag: "D", counts: { invalidated: 60, valid: 0 } });
  expect(amendments.at(-1)).toMatchObject({ period: "day", after: { value: { why: "derive.invalidated" } } });
  for (const { after } of amendments) kept.keep(after);
  const back = [...amend(averages, span, kept, "calibration was right")];
  expect(back.map(({ after }) => said(after)).filter((text) => text !== "10")).toEqual([]);
  expect(back).toHaveLength(amendments.length);
});

test("what does not come out different is no amendment", () => {
  const kept = makeJournal();
  const averages = makeAverages(channelOf(), start);
  followed(averages, kept, steady(start, 720 * 3), start + 3 * hour);
  expect([...amend(averages, { from: start, to: start + 3 * hour }, kept, "looked again")]).toEqual([]);
});

const regime = fc.constantFrom<Regime>(hj, part75, mrr, ied);
const someDay = fc.array(
  fc.record({
    t: fc.integer({ min: start, max: start + 5 * hour - 1 }),
    value: fc.constantFrom("1", "2.5", "7.25", null),
    flag: fc.constantFrom("N" as const, "N" as const, "F" as const, "C" as const),
    entry: fc.nat(99),
  }),
  { maxLength: 60 },
);

test("whatever comes late: the amended periods are those of all samples in time", () => {
  fc.assert(
    fc.property(regime, someDay, (rules, samples) => {
      const loose = { ...rules, levels: rules.levels.map((level) => ({ ...level, rule: loosened(level.rule) })) };
      const channel: Channel = channelOf(loose, { interval: minute });
      const kept = makeJournal();
      followed(makeAverages(channel, start), kept, samples, start + day);
      const all = [...recompute(channel, "day", start, samples)];
      const order = (a: Closed, b: Closed) => (a.period < b.period ? -1 : a.period > b.period ? 1 : a.start - b.start);
      const amended = kept.periods().sort(order);
      expect(amended.map(({ period, start: from }) => [period, from])).toEqual(
        all.sort(order).map(({ period, start: from }) => [period, from]),
      );
      for (const [i, one] of all.entries()) expect(same(one, amended[i] as Closed)).toBe(true);
    }),
  );
});
const loosened = (rule: Regime["levels"][number]["rule"]) =>
  rule.kind === "quadrants" ? rule : ({ kind: "count", least: 1 } as const);

test("recounting a period gives all within it, in any order, and no longer period of which it saw a part", () => {
  const samples = steady(start + 23 * hour, 720);
  const closed = [...recompute(channelOf(), "hour", start + 23 * hour, [...samples].reverse())];
  expect(closed.map(({ period }) => period)).toEqual([...Array(60).fill("minute"), "hour"]);
  expect(said(closed.at(-1) as Closed)).toBe("10");
});
