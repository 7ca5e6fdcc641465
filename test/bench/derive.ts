/** Averages of 60 channels at a sample a second: how much faster than the plant, by processor time; and memory over a year. */

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { recompute } from "../../feed/derive/average/amend.ts";
import { type Averages, makeAverages } from "../../feed/derive/average/averages.ts";
import { china } from "../../feed/derive/average/calendar.ts";
import type { Channel, Sample } from "../../feed/derive/average/channel.ts";
import { hj } from "../../feed/derive/average/regimes.ts";
import { readAgain } from "./derive-again.ts";
import type { Bench } from "./result.ts";

const start = Date.parse("2026-10-01T00:00+08:00");
const [second, minute, quarter, hour, day] = [1000, 60_000, 900_000, 3_600_000, 86_400_000] as const;
const channels: readonly Channel[] = Array.from({ length: 60 }, (_, i) => ({
  id: `c${i}`,
  regime: hj,
  offset: china,
  interval: second,
  ...(i % 3 === 0 ? { weightedBy: "flow" } : {}),
  ...(i % 3 === 1 ? { total: { per: hour } } : {}),
}));

const texts = Array.from({ length: 997 }, (_, i) => ((i * 7919) % 100_000) / 100).map((n) => n.toFixed(2));
const sampleAt = (t: number, i: number): Sample => ({
  t,
  value: texts[i % texts.length] ?? "0",
  flag: i % 50 === 0 ? "M" : "N",
  weight: texts[(i * 3) % texts.length] ?? "0",
  entry: i,
});

/** Plant time a second of processor time, in seconds: `step` goes on by the milliseconds it returns. */
function pace(seconds: number, step: () => number): number {
  const end = performance.now() + seconds * 1000;
  const before = process.cpuUsage();
  let passed = 0;
  while (performance.now() < end) passed += step();
  const { user, system } = process.cpuUsage(before);
  return (passed * 1000) / (user + system);
}

/** As it goes in the plant: each second a sample of each channel and a look whether a period is over, each minute the state kept. */
function live(seconds: number): number {
  const averages = channels.map((channel) => makeAverages(channel, start));
  let t = start;
  const step = (): number => {
    for (let i = 0; i < 60; i++, t += second) for (const one of averages) goOn(one, sampleAt(t, i), t - minute);
    for (const one of averages) JSON.stringify(one.state());
    return minute;
  };
  pace(Math.min(seconds, 0.5), step);
  return pace(seconds, step);
}

function goOn(averages: Averages, sample: Sample, until: number): void {
  for (const _ of averages.close(until));
  averages.take(sample);
}

function* samplesOf(from: number, to: number, every: number): Generator<Sample> {
  for (let t = from, i = 0; t < to; t += every, i++) yield sampleAt(t, i);
}

/** Day by day, as a month is: a day of one channel is the sixtieth part of a day. */
function recomputed(seconds: number): number {
  let turn = 0;
  const step = (): number => {
    const channel = channels[turn % channels.length] as Channel;
    const from = start + (turn++ % 30) * day;
    for (const _ of recompute(channel, "day", from, samplesOf(from, from + day, second)));
    return day / channels.length;
  };
  return pace(seconds, step);
}

/** Bytes in use once all that can be let go is gone. */
function heap(): number {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  return process.memoryUsage().heapUsed;
}

/** What the 60 channels hold after so many months, sampled each quarter of an hour; and the size of their state in `state`. */
function held(months: number, state: (bytes: number) => void): number {
  const all = channels.map((channel) => makeAverages({ ...channel, interval: quarter }, start));
  const end = start + months * 30 * day + 5 * day;
  for (let t = start, i = 0; t < end; t += quarter, i++) for (const one of all) goOn(one, sampleAt(t, i), t - minute);
  state(all.reduce((sum, one) => sum + JSON.stringify(one.state()).length, 0));
  const bytes = heap();
  return all.length > 0 ? bytes / 1024 : 0; // the averages are still held while the heap is measured
}

export const derive: Bench = async ({ seconds }, measure) => {
  const realTime = async (): Promise<number> => 1;
  const unit = "s of plant/s";
  const across = "60 channels at 1 s";
  await measure({ case: `${across}, live`, unit, bar: 34, ours: async () => live(seconds), other: realTime });
  await measure({
    case: `${across}, recomputed`,
    unit,
    bar: 2000,
    ours: async () => recomputed(seconds),
    other: realTime,
  });
  await measure({
    case: "60 channels, read again",
    unit,
    bar: 2000,
    ours: () => readAgain(Math.max(3, Math.round(seconds * 10))),
    other: realTime,
  });
  const sizes = { "state after a month": 0, "state after a year": 0 };
  await measure({
    case: "held after a month / a year",
    unit: "KB",
    bar: 0.9,
    ours: async () => held(1, (bytes) => (sizes["state after a month"] = bytes)),
    other: async () => held(12, (bytes) => (sizes["state after a year"] = bytes)),
    also: () => sizes,
  });
};
