import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { amend, invalidated, type Kept, type Span } from "../../../../feed/derive/average/amend.ts";
import { makeAverages } from "../../../../feed/derive/average/averages.ts";
import type { Channel, Closed, Sample } from "../../../../feed/derive/average/channel.ts";
import { hj, ied, mrr, part75 } from "../../../../feed/derive/average/regimes.ts";
import { AveragesState } from "../../../../feed/derive/average/state.ts";
import type { Flag } from "../../../../feed/format/vocabulary.ts";
import { needs, python } from "../../../support/system.ts";
import { follow, makeJournal } from "./kept.ts";
import { at, channelOf, day, hour, minute, said, second } from "./made.ts";

const start = at("2026-02-01T00:00");
const end = at("2026-03-01T00:00");
/** The calibration at the end of it failed. */
const failed: Span = { from: at("2026-02-10T03:00"), to: at("2026-02-10T09:40") };

/** The same numbers in each run: a linear congruential generator, with the constants of Numerical Recipes. */
function dice(seed: number): () => number {
  let now = seed;
  return () => {
    now = (Math.imul(now, 1664525) + 1013904223) >>> 0;
    return now / 2 ** 32;
  };
}

/** What the plant is doing: stopped for 14 hours, serviced, calibrated each day, silent at times, once for 30 hours. */
function stateAt(t: number): Flag | "silent" {
  const [date, h] = [Math.floor((t - start) / day) + 1, ((t - start) % day) / hour];
  if (date === 14 && h < 14) return "F";
  if ((date === 20 && h >= 6) || (date === 21 && h < 12)) return "silent";
  if (date % 5 === 0 && h >= 9 && h < 9.4) return "M";
  if (h >= 2 && h < 2.1 + date / 60) return "C";
  if (date % 3 === 0 && h >= 16 && h < 16.3) return "silent";
  if (date === 17 && h >= 10 && h < 15.2) return "D";
  return "N";
}

/** A month in the order of arrival: jitter, gaps, flags, values that came later, a clock that stepped back ten minutes. */
function madeUp(interval: number): Sample[] {
  const roll = dice(interval);
  const inTime: Sample[] = [];
  const later: { readonly arrives: number; readonly sample: Sample }[] = [];
  const stepped = at("2026-02-07T12:00");
  let entry = 1;
  for (
    let real = start;
    real < end + 600 * second;
    real += interval * (roll() < 0.01 ? 2 + Math.floor(roll() * 30) : 1)
  ) {
    const t = real + Math.floor(roll() * 20) - (real >= stepped ? 10 * minute : 0);
    const state = stateAt(t);
    const flag = state === "N" && roll() < 0.02 ? "T" : state;
    const [value, weight] = [(roll() * 400 - 5).toFixed(1 + Math.floor(roll() * 3)), (200 + roll() * 50).toFixed(2)];
    if (flag === "silent" || t < start || t >= end) continue;
    const still = flag === "F";
    const sample = { t, value: roll() < 0.01 ? null : value, flag, weight: still ? "0" : weight, entry: entry++ };
    if (roll() < interval / 10_000_000) later.push({ arrives: t + Math.floor(roll() ** 4 * 5 * day), sample });
    else inTime.push(sample);
  }
  return mergedByArrival(inTime, later);
}

function mergedByArrival(inTime: readonly Sample[], later: { readonly arrives: number; readonly sample: Sample }[]) {
  const waiting = later.sort((a, b) => a.arrives - b.arrives);
  const all: Sample[] = [];
  for (const one of inTime) {
    while (waiting[0] !== undefined && waiting[0].arrives < one.t)
      all.push(...waiting.splice(0, 1).map(({ sample }) => sample));
    all.push(one);
  }
  return [...all, ...waiting.map(({ sample }) => sample)];
}

/** By the engine: as it comes, started anew every few thousand samples, the failed calibration taken out in the end. */
function byEngine(channel: Channel, samples: readonly Sample[]) {
  const journal = makeJournal();
  let averages = makeAverages(channel, start);
  let late = 0;
  for (const [i, one] of samples.entries()) {
    late += follow(averages, journal, one).length > 0 ? 1 : 0;
    if (i % 4999 === 0)
      averages = makeAverages(channel, AveragesState.parse(JSON.parse(JSON.stringify(averages.state()))));
  }
  for (const closed of averages.close(end)) journal.keep(closed);
  const kept: Kept = {
    ...journal,
    samples: (span) => [...journal.samples(span)].map((one) => invalidated(one, [failed])),
  };
  const amendments = [...amend(averages, failed, kept, "calibration failed")];
  for (const { after } of amendments) journal.keep(after);
  return { periods: journal.periods(), late, amendments };
}

function byJudge(channel: Channel, samples: readonly Sample[]): string[] {
  const { regime, interval, places = null, weightedBy, total } = channel;
  const invalid = [[failed.from, failed.to]];
  const order = {
    regime: regime.id,
    interval,
    places,
    weighted: weightedBy !== undefined,
    per: total?.per ?? null,
    invalid,
  };
  const rows = samples.map(({ t, value, flag, weight, entry }) =>
    [t, value ?? "", flag, weight ?? "", entry].join("\t"),
  );
  const { stdout, stderr } = spawnSync(python() ?? "python3", [join(import.meta.dirname, "judge.py")], {
    input: [JSON.stringify({ ...order, from: start, to: end }), ...rows].join("\n"),
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  expect(stderr).toBe("");
  return stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.stringify(JSON.parse(line)));
}

function line(closed: Closed): string {
  const { period, counts, total } = closed;
  const numbers = [counts.expected, counts.arrived, counts.valid];
  const sum = total?.ok === true ? total.value.toFixed() : null;
  const { min, max, from, to, weight = null } = closed;
  const row = [
    period,
    closed.start,
    said(closed),
    closed.flag,
    numbers,
    closed.running,
    min,
    max,
    from,
    to,
    weight,
    sum,
  ];
  return JSON.stringify(row);
}

needs("python").describe(
  "a month with gaps, services, late values and a clock step, computed offline in Python",
  () => {
    test.each([
      { regime: hj, interval: 5 * second, more: { total: { per: hour } } },
      { regime: part75, interval: 30 * second, more: { total: { per: hour }, weightedBy: "flow", places: 3 } },
      { regime: mrr, interval: 30 * second, more: { weightedBy: "flow" } },
      { regime: ied, interval: 30 * second, more: { total: { per: second } } },
    ])("$regime.id, $more", ({ regime, interval, more }) => {
      const channel = channelOf(regime, { interval, ...more });
      const samples = madeUp(interval);
      const { periods, late, amendments } = byEngine(channel, samples);
      expect([late > 20, amendments.length > 100]).toEqual([true, true]);
      const said = periods.map(line).sort();
      expect(said.length).toBeGreaterThan(30_000);
      const judged = byJudge(channel, samples).sort();
      expect(said.filter((one, i) => one !== judged[i]).slice(0, 3)).toEqual([]);
      expect(said).toHaveLength(judged.length);
    });
  },
);
