import { describe, expect, it, test } from "vitest";
import {
  captureOf,
  hj75Calibration,
  hj75Rows,
  hj75Substitute,
  hjt75Rows,
} from "../../../../feed/derive/substitute/hj75.ts";

/** 2,160 hours, the newest last: the highest of the last 180 is 180, of the last 720 is 720, of all is 2160. */
const earlier = Array.from({ length: 2160 }, (_, i) => String(2160 - i));
const fill = (capture: string, hours: number, past: readonly string[] = earlier, rows = hj75Rows): string => {
  const found = hj75Substitute({ hours, before: "30", after: "33" }, capture, past, 2, rows);
  return found.ok ? `${found.substitute.value} ${found.substitute.code}` : found.why;
};

describe("table 5 of HJ 75-2017 as it is remembered, from both sides of each limit", () => {
  test.each([
    ["100", 1, "180.00 HJ75-2017-5-1"],
    ["90", 24, "180.00 HJ75-2017-5-1"],
    ["90", 25, "720.00 HJ75-2017-5-2"],
    ["89.99", 1, "2160.00 HJ75-2017-5-3"],
    ["75", 1000, "2160.00 HJ75-2017-5-3"],
    ["74.99", 1, "derive.no-rule"],
    ["90", 0, "derive.no-rule"],
    ["90", Number.NaN, "derive.no-rule"],
    ["NaN", 1, "derive.not-a-number"],
  ])("capture %s %, %d h: %s", (capture, hours, expected) => {
    expect(fill(capture, hours)).toBe(expected);
  });

  it("has no answer where fewer hours precede than a row looks back on", () => {
    expect(fill("90", 24, earlier.slice(-180))).toBe("180.00 HJ75-2017-5-1");
    expect(fill("90", 24, earlier.slice(-179))).toBe("derive.history");
    expect(fill("90", 24, [...earlier.slice(0, -1), "NaN"])).toBe("derive.not-a-number");
  });

  it("finds the highest wherever it stands, and among negative values", () => {
    const past = Array.from({ length: 180 }, (_, i) => String(-1 - ((i * 7) % 180)));
    expect(fill("95", 3, past)).toBe("-1.00 HJ75-2017-5-1");
  });

  it("is a table that may be replaced, and says that nobody verified it", () => {
    expect(hj75Rows.every(({ verified }) => !verified)).toBe(true);
    const own = [{ source: "permit", verified: true, id: "own", fromCapture: "0", overHours: 0, lookBack: 2 }];
    expect(fill("10", 500, ["9", "5", "7"], own)).toBe("7.00 own");
    expect(fill("10", 500, ["9", "5", "7"], [{ ...own[0], fromCapture: "x" } as (typeof own)[0]])).toBe(
      "derive.no-rule",
    );
  });
});

it("takes the mean before and after for hours of calibration", () => {
  expect(fill("50", 2, [], hj75Calibration)).toBe("31.50 HJ75-2017-calibration");
});

describe("HJ/T 75-2007", () => {
  it("takes the mean of the two nearest valid values in gaps of 1 to 24 h", () => {
    expect(fill("50", 1, [], hjt75Rows)).toBe("31.50 HJT75-2007");
    expect(fill("50", 24, [], hjt75Rows)).toBe("31.50 HJT75-2007");
    expect(fill("50", 25, [], hjt75Rows)).toBe("derive.no-rule");
  });

  it("has no answer without both", () => {
    expect(hj75Substitute({ hours: 2, before: "1" }, "100", [], 1, hjt75Rows)).toMatchObject({ why: "derive.history" });
    expect(hj75Substitute({ hours: 2, after: "1" }, "100", [], 1, hjt75Rows)).toMatchObject({ why: "derive.history" });
  });
});

it("counts the capture of a quarter", () => {
  expect(captureOf(1944, 2160)).toMatchObject({ ok: true });
  const shown = (valid: number, hours: number) => {
    const found = captureOf(valid, hours);
    return found.ok ? found.value.toFixed() : found.why;
  };
  expect([shown(1944, 2160), shown(0, 5), shown(1, 0), shown(3, 2), shown(Number.NaN, 2), shown(1, Infinity)]).toEqual([
    "90",
    "0",
    "derive.division",
    "derive.range",
    "derive.range",
    "derive.range",
  ]);
});
