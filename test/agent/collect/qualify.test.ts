import { describe, expect, test } from "vitest";
import { qualify } from "../../../agent/collect/qualify.ts";
import type { Sample } from "../../../drivers/driver.ts";
import type { Point, StatusPoint } from "../../../drivers/profile.ts";

const so2: Point = {
  id: "so2",
  quantity: "SO2",
  type: "float32",
  unit: "mg/m3",
  scale: "1",
  places: 2,
  range: ["0", "500"],
  sentinels: ["NaN", "-9999.9"],
  source: "synthetic",
};
const status: StatusPoint = {
  id: "state",
  type: "bitfield16",
  source: "synthetic",
  flags: [
    { when: "bit:0", flag: "M", reason: "maintenance" },
    { when: "mask:0x0600", flag: "D", reason: "malfunction" },
    { when: "bit:3", flag: "C", reason: "calibration", missing: true },
  ],
};
const one = (samples: readonly Sample[], point = so2, marks: readonly StatusPoint[] = []) =>
  qualify([point], marks, samples).get(point.id);

describe("a value", () => {
  test("in range and without remark is N, with the places of the profile", () => {
    expect(one([{ point: "so2", raw: 12.369999885559082 }])).toEqual({ kind: "measured", value: "12.37", flag: "N" });
  });

  test("outside the plausible range is T and keeps its number", () => {
    expect(one([{ point: "so2", raw: 501 }])).toEqual({
      kind: "measured",
      value: "501.00",
      flag: "T",
      reason: "out of range",
    });
  });

  test("of text is kept as it is", () => {
    const text: Point = { ...so2, type: "string" };
    expect(one([{ point: "so2", raw: "V1.20" }], text)).toMatchObject({ kind: "measured", value: "V1.20" });
  });
});

describe("never becomes a number", () => {
  test.each([
    [Number.NaN, "sentinel NaN"],
    [Math.fround(-9999.9), `sentinel ${Math.fround(-9999.9)}`],
    [Number.POSITIVE_INFINITY, "not a number: Infinity"],
  ])("%s", (raw, reason) => {
    expect(one([{ point: "so2", raw }])).toEqual({ kind: "missing", flag: "D", reason });
  });

  test("a number of three hundred digits", () => {
    const total: Point = { ...so2, type: "float64" };
    expect(one([{ point: "so2", raw: 1.5e300 }], total)).toMatchObject({ kind: "missing", flag: "D" });
  });

  test("a failed read", () => {
    const failure = { code: "E_BUS_EXCEPTION", detail: "illegal address", exception: 2 } as const;
    expect(one([{ point: "so2", failure }])).toEqual({ kind: "missing", flag: "B", reason: "E_BUS_EXCEPTION 2" });
  });

  test("a point that nobody read", () => {
    expect(one([])).toEqual({ kind: "missing", flag: "B", reason: "not read" });
  });

  test("a raw value outside the electrical range", () => {
    const loop: Point = { ...so2, type: "uint16", scale: "6400:32000:0:40", rawRange: ["5760", "33600"] };
    expect(one([{ point: "so2", raw: 5000 }], loop)).toEqual({
      kind: "missing",
      flag: "D",
      reason: "raw 5000 out of range",
    });
  });
});

describe("status", () => {
  const value: Sample = { point: "so2", raw: 0 };

  test("marks the value", () => {
    expect(one([value, { point: "state", raw: 1 }], so2, [status])).toEqual({
      kind: "measured",
      value: "0.00",
      flag: "M",
      reason: "maintenance",
    });
  });

  test("the graver of two marks wins", () => {
    expect(one([value, { point: "state", raw: 0x0201 }], so2, [status])).toMatchObject({ flag: "D" });
  });

  test("that makes the value meaningless makes it missing, whatever else is set", () => {
    expect(one([value, { point: "state", raw: 0x0209 }], so2, [status])).toEqual({
      kind: "missing",
      flag: "C",
      reason: "calibration",
    });
  });

  test("that could not be read never leaves an N", () => {
    const failure = { code: "E_BUS_TIMEOUT", detail: "" } as const;
    expect(one([value, { point: "state", failure }], so2, [status])).toMatchObject({ kind: "measured", flag: "B" });
    expect(one([value], so2, [status])).toMatchObject({ kind: "measured", flag: "B" });
  });

  test("concerns only the points it names", () => {
    const elsewhere = { ...status, points: ["nox"] };
    expect(one([value, { point: "state", raw: 1 }], so2, [elsewhere])).toMatchObject({ flag: "N" });
  });

  test("all clear leaves N", () => {
    expect(one([value, { point: "state", raw: 0 }], so2, [status])).toMatchObject({ flag: "N" });
  });
});
