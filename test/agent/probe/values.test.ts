import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { PointEvent } from "../../../agent/probe/events.ts";
import { otherOrder } from "../../../agent/probe/look.ts";
import { short } from "../../../agent/probe/text.ts";
import { type Expectation, floatRun, guesses, inAllOrders, sane, shortest } from "../../../agent/probe/values.ts";
import { type WordOrder, wordOrders } from "../../../drivers/profile.ts";

/** 48.05 as float32 is 42403333 (IEEE 754). */
const swapped = Buffer.from("33334240", "hex");

describe("one value in all byte orders", () => {
  test("the plausible one is marked", () => {
    const readings = inAllOrders({ type: "float32" }, swapped, 0);
    expect(readings.map(({ order }) => order)).toEqual([...wordOrders]);
    expect(readings.filter(({ best }) => best)).toMatchObject([{ order: "CDAB", text: "48.05", plausible: true }]);
  });

  test("with a range the one within it, scaled", () => {
    const readings = inAllOrders({ type: "uint16" }, Buffer.from("08FC", "hex"), 0, {
      scale: "0.1",
      places: 1,
      range: ["0", "500"],
    });
    expect(readings.map(({ text, plausible }) => [text, plausible])).toEqual([
      ["230.0", true],
      ["230.0", true],
      ["6452.0", false],
      ["6452.0", false],
    ]);
  });

  test("what the profile says weighs more than that another order looks rounder", () => {
    // 0A00 is 2560, 000A is 10.
    const bestOf = (expected: Expectation) =>
      inAllOrders({ type: "uint16" }, Buffer.from("0A00", "hex"), 0, expected)
        .filter(({ best }) => best)
        .map(({ text }) => text);
    expect(bestOf({})).toEqual(["10", "10"]);
    expect(bestOf({ order: "ABCD" })).toEqual(["2560"]);
  });

  test.each([
    [0, true],
    [1e-6, false],
    [1.1e-6, true],
    [-999_999_999, true],
    [1e9, false],
    [Number.NaN, false],
    [5e-324, false],
  ])("%d may be a measurement: %s", (value, is) => expect(sane(value)).toBe(is));
});

test("a guess finds the float among everything that registers may mean", () => {
  const best = guesses(Buffer.concat([swapped, Buffer.from("00000000", "hex")]), 0).filter((guess) => guess.best);
  expect(best).toMatchObject([{ type: "float32", order: "CDAB", text: "48.05" }]);
  expect(
    guesses(Buffer.from("08FC", "hex"), 0)
      .filter((guess) => guess.best)
      .map(({ text }) => text),
  ).toEqual(["2300", "2300"]);
});

describe("a run of float32, as a meter has its voltages and currents", () => {
  const run = Buffer.alloc(16);
  // With all the digits that a measurement has.
  for (const [i, value] of [230.17823, 229.8761, 231.40112, 4.7219386].entries()) run.writeFloatBE(value, 4 * i);
  const words = Buffer.from(run).swap16().swap32();

  test.each([
    ["ABCD", run],
    ["CDAB", words],
    ["BADC", Buffer.from(run).swap16()],
    ["DCBA", Buffer.from(run).swap32()],
  ] as const)("is marked in its order %s, each value where it begins", (order, data) => {
    expect(floatRun(data)).toBe(order);
    for (const offset of [0, 2, 4, 6, 8, 10, 12, 14]) {
      const best = guesses(data, offset, floatRun(data)).filter((guess) => guess.best);
      expect(best.map((guess) => [guess.type, guess.order])).toEqual(offset % 4 === 0 ? [["float32", order]] : []);
    }
  });

  test("is none of integers, nor of nothing", () => {
    const integers = Buffer.alloc(16);
    for (const [i, value] of [2301, 2299, 2314, 47, 500, 0, 0, 12].entries()) integers.writeUInt16BE(value, 2 * i);
    expect(floatRun(integers)).toBeUndefined();
    expect(floatRun(Buffer.alloc(16))).toBeUndefined();
    expect(floatRun(Buffer.alloc(1))).toBeUndefined();
  });
});

test("the fewest digits of a float32 read back as the same bits", () => {
  fc.assert(
    fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (value) => {
      expect(Math.fround(Number(shortest(value, "float32")))).toBe(Object.is(value, -0) ? 0 : value);
    }),
  );
  expect(shortest(Math.fround(48.05), "float32")).toBe("48.05");
});

test("no bytes throw, and a number keeps to its column", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 16 }), fc.nat(15), (bytes, offset) => {
      for (const { text } of guesses(Buffer.from(bytes), offset))
        expect(short(text, 13).length).toBeLessThanOrEqual(13);
    }),
    { numRuns: 2000 },
  );
});

describe("the profile's order is doubted", () => {
  const event = (order: WordOrder, hex: string): PointEvent => ({
    is: "point",
    id: "x",
    at: "40001 (holding:0)",
    type: "float32",
    unit: "",
    order,
    readings: inAllOrders({ type: "float32" }, Buffer.from(hex, "hex"), 0, { order }),
  });

  test("where another one is plausible and it is not", () => {
    // 1012 with swapped words.
    expect(otherOrder([event("ABCD", "0000447D")])).toMatchObject({
      code: "order",
      text: expect.stringContaining("CDAB"),
    });
  });

  test("not where it gives something plausible", () => {
    expect(otherOrder([event("CDAB", "0000447D")])).toBeUndefined();
    expect(otherOrder([])).toBeUndefined();
  });
});
