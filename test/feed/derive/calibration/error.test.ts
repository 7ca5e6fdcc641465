import { describe, expect, it, test } from "vitest";
import {
  calibrationError,
  errorLimits,
  type Monitor,
  type Technique,
  unitOf,
} from "../../../../feed/derive/calibration/error.ts";

const judge = (monitor: Monitor, reference: string, reading: string, span?: string, technique?: Technique) => {
  const scale = { ...(span === undefined ? {} : { span }), ...(technique === undefined ? {} : { technique }) };
  const found = calibrationError({ reference, reading }, errorLimits[monitor], scale);
  return found.ok ? `${found.error.toFixed()} ${found.verdict}` : found.why;
};

describe("worked numbers of Part 75's limits (computed by hand from eq. A-5 and A-6)", () => {
  test.each([
    ["co2", "18.0", "19.1", undefined, "1.1 fail"],
    ["nox", "275", "251", "500", "4.8 pass"],
    ["flow", "26.0", "23.5", "40", "6.3 fail"], // 6.25 %, shown at one place
  ] as const)("%s, reference %s, reading %s, span %s: %s", (monitor, reference, reading, span, expected) => {
    expect(judge(monitor, reference, reading, span)).toBe(expected);
  });
});

describe("at each limit", () => {
  test.each([
    ["co2", "10", "11.0", undefined, "1 pass"],
    ["co2", "10", "11.04", undefined, "1 pass"],
    ["co2", "10", "11.05", undefined, "1.1 fail"],
    ["o2", "20.9", "19.9", undefined, "1 pass"],
    ["o2", "20.9", "19.8", undefined, "1.1 fail"],
    ["so2", "500", "525", "500", "5 pass"],
    ["so2", "500", "525.2", "500", "5 pass"],
    ["so2", "500", "525.25", "500", "5.1 fail"],
    ["so2", "500", "474.75", "500", "5.1 fail"],
    ["flow", "0", "2.4", "40", "6 pass"],
    ["flow", "0", "2.44", "40", "6.1 fail"],
    ["hg", "10", "9.5", "10", "5 pass"],
  ] as const)("%s, reference %s, reading %s, span %s: %s", (monitor, reference, reading, span, expected) => {
    expect(judge(monitor, reference, reading, span)).toBe(expected);
  });

  test.each([
    ["so2", "40", "45", "50", "10 pass"],
    ["so2", "40", "45.04", "50", "10.1 pass"],
    ["so2", "40", "45.05", "50", "10.1 fail"],
    ["so2", "40", "45.1", "50.1", "10.2 pass"], // above 50 the difference may be 10
    ["nox", "100", "110", "200", "5 pass"],
    ["nox", "100", "110", "150", "6.7 pass"],
    ["nox", "100", "110.1", "150", "6.7 fail"],
    ["nox", "100", "110.15", "200.1", "5.1 fail"], // above 200 there is no alternative
    ["hg", "8", "9", "10", "10 pass"],
    ["hg", "8", "9.1", "10", "11 fail"],
  ] as const)(
    "small spans: %s, reference %s, reading %s, span %s: %s",
    (monitor, reference, reading, span, expected) => {
      expect(judge(monitor, reference, reading, span)).toBe(expected);
    },
  );

  it("lets a small difference pass of a differential-pressure flow monitor only", () => {
    expect(judge("flow", "0.1", "0.12", "0.2", "differential-pressure")).toBe("10 pass");
    expect(judge("flow", "0.1", "0.125", "0.2", "differential-pressure")).toBe("12.5 fail");
    expect(judge("flow", "0.1", "0.12", "0.2")).toBe("10 fail");
  });
});

it("says what let a check pass", () => {
  const found = calibrationError({ reference: "40", reading: "45" }, errorLimits.so2, { span: "50" });
  expect(found).toMatchObject({ by: { most: "5", unit: "ppm" } });
  const plain = calibrationError({ reference: "40", reading: "41" }, errorLimits.so2, { span: "50" });
  expect(plain).toMatchObject({ by: "percentage" });
});

it("gives a reason, no number, where there is nothing to judge", () => {
  expect(judge("so2", "100", "101", "0")).toBe("derive.span");
  expect(judge("so2", "100", "101", "-5")).toBe("derive.span");
  expect(judge("so2", "100", "101")).toBe("derive.span");
  for (const bad of ["NaN", "", "1,5", "Infinity", " 1", "0x10", "1e400"]) {
    expect(judge("so2", bad, "101", "500")).toBe("derive.not-a-number");
    expect(judge("co2", "18", bad)).toBe("derive.not-a-number");
    expect(judge("so2", "100", "101", bad)).toBe("derive.not-a-number");
  }
  const limit = { ...errorLimits.so2, most: "five" };
  expect(calibrationError({ reference: "1", reading: "1" }, limit, { span: "5" })).toMatchObject({ ok: false });
});

test("differences are meant in the unit of the limit; a flow that is a share of its span may have any", () => {
  const units = Object.entries(errorLimits).map(([monitor, limit]) => [monitor, unitOf(limit)]);
  expect(Object.fromEntries(units)).toEqual({
    so2: "ppm",
    nox: "ppm",
    co2: "%",
    o2: "%",
    flow: undefined,
    hg: "ug/scm",
  });
});
