import { expect, test } from "vitest";
import { compare, median, tableLine } from "./result.ts";

test("the median of an even number of rounds lies between the middle ones", () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 3, 2])).toBe(2.5);
});

test("both sides take turns, and the ratio is the median of the rounds", async () => {
  const turns: string[] = [];
  const rates = { ours: [50, 60, 90], other: [100, 100, 100] };
  const side = (name: "ours" | "other") => async (): Promise<number> => {
    turns.push(name);
    return rates[name].shift() ?? 0;
  };
  const one = { case: "one a commit", unit: "entries/s", ours: side("ours"), other: side("other") };
  const result = await compare("entries", one, 3);
  expect(turns).toEqual(["ours", "other", "ours", "other", "ours", "other"]);
  expect(result).toEqual({
    bench: "entries",
    case: "one a commit",
    ratio: 0.6,
    ours: 60,
    other: 100,
    unit: "entries/s",
    rounds: 3,
    spread: [0.5, 0.9],
  });
  expect(tableLine(result, { bar: 0.7 })).toMatch(/0\.6 \(0\.5 to 0\.9\).*60 \/ 100 entries\/s.*bar 0\.7, MISSED/);
  expect(tableLine(result, { bar: 0.6 })).toMatch(/bar 0\.6$/);
});

test("a figure that must be 0 makes a case missed whatever its ratio", async () => {
  const side = async (): Promise<number> => 1;
  const one = { case: "a line", unit: "reads/s", bar: 0.5, never: "inside t3.5", ours: side, other: side };
  const lineWith = async (inside: number): Promise<string> =>
    tableLine(await compare("rtu-bus", { ...one, also: () => ({ "inside t3.5": inside }) }, 1), one);
  expect(await lineWith(0)).toMatch(/bar 0\.5 \(inside t3\.5 0\)$/);
  expect(await lineWith(2)).toMatch(/bar 0\.5, MISSED \(inside t3\.5 2\)$/);
});
