import { expect, test } from "vitest";
import { type Declared, makeDeriving } from "../../../feed/derive/deriving.ts";
import { differenceText, tolerances } from "../../../feed/derive/difference.ts";
import { derivedBodies } from "../../../feed/derive/entries.ts";
import { recomputation } from "../../../feed/derive/recompute.ts";
import type { ConfigBody, FrameBody } from "../../../feed/format/body.ts";
import { isoTime } from "../../../feed/format/entry.ts";
import { millis } from "../../../feed/format/vocabulary.ts";
import { at, minute, second } from "./average/made.ts";

const start = at("2026-10-01T08:00");
const logged: Declared = {
  id: "cems.so2",
  unit: "mg/m3",
  places: 1,
  how: {
    formula: "mean",
    in: { x: "cems.so2" },
    at: "minute",
    every: 30 * second,
    own: 5 * minute,
    longer: "mean",
    constants: "hj",
    regime: "part-75",
  },
};

/** A frame that came at one time and says another, both in seconds after the start. */
const frame = (came: number, said: number | undefined, value: string, more: Partial<FrameBody> = {}): FrameBody => ({
  type: "frame",
  t: isoTime(millis(start + came * second)),
  boot: "9f3c1a2e",
  mono: 1,
  clk: ["none", -1],
  cfg: 0,
  raw: [],
  data: { "cems.so2": [value, "N"] },
  ...(said !== undefined && { own: { t: isoTime(millis(start + said * second)), flags: {} } }),
  ...more,
});

const config: ConfigBody = {
  type: "config",
  t: isoTime(millis(start - minute)),
  points: { "cems.so2": ["mg/m3", "mean", "1", 1] },
  derive: { "cems.so2": logged.how },
  east: 480,
  sha256: "",
  by: "site",
};

/** The minutes from the start, and what whoever recomputes them finds. */
function minutes(frames: readonly FrameBody[]) {
  const deriving = makeDeriving([logged], 480 * minute, start);
  for (const [seq, one] of frames.entries())
    for (const [channel, sample] of deriving.samplesOf(one, seq)) deriving.take(channel, sample);
  const closed = deriving.close(start + 3 * minute);
  const bodies = derivedBodies(closed, new Map([[logged.id, logged]]), 0, millis(start)).map((body) => {
    const again = recomputation(config, body);
    for (const [seq, one] of frames.entries()) again.take(one, seq);
    again.close(again.end);
    expect(again.differences(tolerances.exact).map(differenceText)).toEqual([]);
    return [(Date.parse(body.start) - start) / minute, body.data["cems.so2"], body.n["cems.so2"]];
  });
  return bodies;
}

test("what a logger pushes counts at the logger's own time", () => {
  const frames = [frame(58, 50, "4"), frame(61, 55, "6"), frame(70, 65, "9"), frame(75, undefined, "11")];
  expect(minutes(frames)).toEqual([
    [0, ["5.0", "N"], [2, 2]],
    [1, ["10.0", "N"], [2, 2]],
  ]);
});

test("but not where its clock is too far off, in either direction", () => {
  const value = ["5.0", "N"];
  expect(minutes([frame(10, 310, "4"), frame(20, -280, "6"), frame(5, 0, "5")])).toMatchObject([[0, value, [1, 2]]]);
  const doubted = [[0, [null, "D", "derive.clock"], [0, 1]]];
  const once: Declared = { ...logged, how: { ...logged.how, every: minute } };
  for (const said of [400, -300]) {
    const deriving = makeDeriving([once], 480 * minute, start);
    for (const [channel, sample] of deriving.samplesOf(frame(10, said, "4"), 0)) deriving.take(channel, sample);
    const [body] = derivedBodies(deriving.close(start + minute), new Map([[once.id, once]]), 0, millis(start));
    expect([[0, body?.data["cems.so2"], body?.n["cems.so2"]]]).toEqual(doubted);
  }
});

test("what comes from an instrument's memory may be as old as it is", () => {
  expect(minutes([frame(3600, 10, "7", { hist: true })])).toEqual([[0, ["7.0", "N"], [1, 2]]]);
});
