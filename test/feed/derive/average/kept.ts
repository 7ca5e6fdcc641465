/** A journal in memory: the samples of a channel, and its periods as last amended; and an agent that follows one. */
import { type Amendment, amend, type Kept } from "../../../../feed/derive/average/amend.ts";
import type { Averages } from "../../../../feed/derive/average/averages.ts";
import type { Closed, Sample } from "../../../../feed/derive/average/channel.ts";
import type { Period } from "../../../../feed/format/body.ts";
import { hour, minute } from "./made.ts";

export interface Journal extends Kept {
  add(sample: Sample): void;
  keep(closed: Closed): void;
  periods(): Closed[];
}

export function makeJournal(): Journal {
  const samples = new Map<number, Sample[]>();
  const closed = new Map<string, Closed>();
  const hourOf = (t: number): number => Math.floor(t / hour);
  return {
    add: (sample) => {
      const there = samples.get(hourOf(sample.t)) ?? [];
      samples.set(hourOf(sample.t), there);
      there.push(sample);
    },
    keep: (one) => void closed.set(`${one.period} ${one.start}`, one),
    periods: () => [...closed.values()],
    *samples({ from, to }) {
      for (let h = hourOf(from); h <= hourOf(to - 1); h++) {
        for (const one of samples.get(h) ?? []) if (one.t >= from && one.t < to) yield one;
      }
    },
    *closed(period: Period, { from, to }) {
      for (let start = from; start < to; start += minute) {
        const one = closed.get(`${period} ${start}`);
        if (one !== undefined) yield one;
      }
    },
  };
}

/** Takes a sample as an agent would: closes what is over by a minute, amends when it is late. */
export function follow(averages: Averages, journal: Journal, sample: Sample): Amendment[] {
  for (const closed of averages.close(sample.t - minute)) journal.keep(closed);
  journal.add(sample);
  return averages.take(sample) === "late" ? amended(averages, journal, sample) : [];
}

function amended(averages: Averages, journal: Journal, { t }: Sample): Amendment[] {
  const amendments = [...amend(averages, { from: t, to: t + 1 }, journal, "late")];
  for (const { after } of amendments) journal.keep(after);
  return amendments;
}
