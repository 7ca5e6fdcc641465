/** Samples and channels made up for tests; every moment is a time of day in China. */

import { type Averages, makeAverages } from "../../../../feed/derive/average/averages.ts";
import { china } from "../../../../feed/derive/average/calendar.ts";
import type { Channel, Closed, Sample } from "../../../../feed/derive/average/channel.ts";
import { hj, type Regime } from "../../../../feed/derive/average/regimes.ts";
import type { Period } from "../../../../feed/format/body.ts";
import type { Flag } from "../../../../feed/format/vocabulary.ts";

export const second = 1000;
export const minute = 60 * second;
export const hour = 60 * minute;
export const day = 24 * hour;

/** "2026-10-01T08:00" in China. */
export const at = (text: string): number => Date.parse(`${text}+08:00`);

export const channelOf = (regime: Regime = hj, more: Partial<Channel> = {}): Channel => ({
  id: "so2",
  regime,
  offset: china,
  interval: 5 * second,
  ...more,
});

export const sample = (t: number, value: string | null, flag: Flag = "N", more: Partial<Sample> = {}): Sample => ({
  t,
  value,
  flag,
  entry: Math.floor(t / second) - 1_700_000_000,
  ...more,
});

/** `count` samples from `start`, one each `every`. */
export const row = (
  start: number,
  count: number,
  every: number,
  of: (i: number) => Sample | readonly [string | null, Flag],
) =>
  Array.from({ length: count }, (_, i) => {
    const made = of(i);
    return Array.isArray(made) ? sample(start + i * every, made[0] ?? null, made[1] ?? "N") : (made as Sample);
  });

/** All that closes when the samples are taken in their order, a minute at a time. */
export function closedBy(channel: Channel, start: number, until: number, samples: readonly Sample[]): Closed[] {
  const averages = makeAverages(channel, start);
  return [...taken(averages, samples), ...averages.close(until)];
}

export function* taken(averages: Averages, samples: readonly Sample[]): Generator<Closed> {
  for (const one of samples) {
    yield* averages.close(one.t - minute);
    averages.take(one);
  }
}

export const only = (closed: readonly Closed[], period: Period): Closed[] =>
  closed.filter((one) => one.period === period);

/** The value as text, or the reason why there is none. */
export const said = ({ value }: Pick<Closed, "value">): string => (value.ok ? value.value.toFixed() : value.why);
