import type { ConfigBody, DerivedBody } from "../format/body.ts";
import { isoTime } from "../format/entry.ts";
import { type ReadingTuple, toTuple } from "../format/reading.ts";
import { type Flag, type Millis, millis } from "../format/vocabulary.ts";
import type { Closed } from "./average/channel.ts";
import { written } from "./decimal.ts";
import { channelsOf } from "./declared.ts";
import type { Declared } from "./deriving.ts";
import { inOrderOf } from "./order.ts";

/** Between what entries hold and what is computed with: one place for the agent and for whoever checks it. */

/** One entry for each period that was closed, in the order in which they were. */
export function derivedBodies(
  closed: readonly Closed[],
  channels: ReadonlyMap<string, Declared>,
  cfg: number,
  now: Millis,
): readonly DerivedBody[] {
  const groups = new Map<string, Closed[]>();
  for (const one of closed) {
    const key = `${one.period} ${one.start}`;
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()].map((group) => {
    const [first] = group as [Closed, ...Closed[]];
    const from = group.flatMap((one) => one.from ?? []);
    const to = group.flatMap((one) => one.to ?? []);
    return {
      type: "derived",
      t: isoTime(now),
      period: first.period,
      start: isoTime(millis(first.start)),
      cfg,
      data: Object.fromEntries(group.map((one) => [one.channel, tupleOf(one, channels.get(one.channel))])),
      n: Object.fromEntries(group.map(({ channel, counts }) => [channel, [counts.valid, counts.expected]])),
      of: from.length === 0 ? [0, 0] : [Math.min(...from), Math.max(...to) + 1],
    };
  });
}

/** A period as a reading: rounded once, here. */
export function tupleOf(closed: Closed, declared: Declared | undefined): ReadingTuple {
  const outcome = (declared?.how.longer === "sum" && closed.period !== declared.how.at && closed.total) || closed.value;
  const { flag } = closed;
  if (outcome.ok) return toTuple({ kind: "measured", value: written(outcome.value, declared?.places ?? 12), flag });
  const missing: Exclude<Flag, "N"> = flag === "N" ? "D" : flag;
  return toTuple({ kind: "missing", flag: missing, reason: outcome.why });
}

/** What a configuration declares, each after those it is made of. */
export function declaredIn({ points, derive = {} }: Pick<ConfigBody, "points" | "derive">): readonly Declared[] {
  const all = Object.entries(derive).map(([id, how]) => {
    const [unit = "", , , places = 12] = points[id] ?? [];
    return { id, unit, places, how };
  });
  const isMean = ({ how }: Declared): boolean => how.formula === "mean";
  const made = all.filter((one) => !isMean(one));
  const { sorted } = inOrderOf(made.map(({ id, how }) => ({ id, needs: channelsOf(how) })));
  return [...all.filter(isMean), ...sorted.flatMap((index) => made[index] ?? [])];
}
