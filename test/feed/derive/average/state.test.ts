import { expect, test } from "vitest";
import { makeAverages } from "../../../../feed/derive/average/averages.ts";
import { part75 } from "../../../../feed/derive/average/regimes.ts";
import { AveragesState } from "../../../../feed/derive/average/state.ts";
import { at, channelOf, hour, minute, row, second, taken } from "./made.ts";

const start = at("2026-10-01T00:00");

test("the state is small, whatever it has seen", () => {
  const channel = channelOf(part75, { interval: second, weightedBy: "flow" });
  const averages = makeAverages(channel, start);
  const sizes: number[] = [];
  for (let h = 0; h < 30; h++) {
    const samples = row(start + h * hour, 720, 5 * second, (i) => ({
      t: start + h * hour + i * 5 * second,
      value: `${i % 700}.123456`,
      weight: `${i % 30}.98765`,
      flag: "N",
      entry: i,
    }));
    for (const closed of taken(averages, samples))
      if (closed.period === "hour") sizes.push(JSON.stringify(averages.state()).length);
  }
  expect(sizes).toHaveLength(29);
  expect(Math.max(...sizes)).toBeLessThan(4000);
});

test("a state that is not one is refused by its form", () => {
  const averages = makeAverages(channelOf(), start);
  averages.take({ t: start + minute, value: "1.5", flag: "N", entry: 1 });
  const text = JSON.stringify(averages.state());
  expect(AveragesState.safeParse(JSON.parse(text)).success).toBe(true);
  for (const [was, is] of [
    ['"sum":"1.5"', '"sum":"NaN"'],
    ['"sum":"1.5"', '"sum":1.5'],
    ['"period":"minute"', '"period":"week"'],
    ['"arrived":1', '"arrived":-1'],
    ['"N":1', '"N":1,"X":1'],
  ] as const) {
    expect(text).toContain(was);
    expect(AveragesState.safeParse(JSON.parse(text.replace(was, is))).success).toBe(false);
  }
});

test("the state of another regime is not taken for this one's", () => {
  const state = makeAverages(channelOf(), start).state();
  const { levels } = state;
  expect(() => makeAverages(channelOf(), { ...state, levels: levels.slice(1) })).toThrow("minute");
});
