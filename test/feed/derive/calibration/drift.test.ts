import { expect, it, test } from "vitest";
import type { Point } from "../../../../feed/derive/calibration/check.ts";
import { drift, driftLimits, type Instrument } from "../../../../feed/derive/calibration/drift.ts";

const judge = (instrument: Instrument, point: Point, reading: string, reference = "0", scale = "1000") => {
  const found = drift({ point, reading, reference }, instrument, scale);
  return found.ok ? `${found.drift.toFixed()} ${found.verdict}` : found.why;
};

// The limits of HJ 75-2017 table 4 as they are remembered; each from both sides.
test.each([
  ["gas", "zero", "25", "2.5 pass"],
  ["gas", "zero", "25.001", "2.5001 adjust"],
  ["gas", "zero", "-25.001", "-2.5001 adjust"],
  ["gas", "zero", "50", "5 adjust"],
  ["gas", "zero", "50.001", "5.0001 fail"],
  ["gas", "span", "50.001", "5.0001 adjust"],
  ["gas", "span", "-100", "-10 adjust"],
  ["gas", "span", "-100.001", "-10.0001 fail"],
  ["particulate", "zero", "20", "2 pass"],
  ["particulate", "zero", "20.001", "2.0001 adjust"],
  ["particulate", "span", "80", "8 adjust"],
  ["particulate", "span", "80.001", "8.0001 fail"],
  ["velocity", "zero", "30", "3 pass"],
  ["velocity", "zero", "30.001", "3.0001 adjust"],
  ["velocity", "zero", "80.001", "8.0001 fail"],
] as const)("%s %s reads %s of 1000: %s", (instrument, point, reading, expected) => {
  expect(judge(instrument, point, reading)).toBe(expected);
});

it("is the distance from the reference, in percent of full scale", () => {
  expect(judge("gas", "span", "812", "800", "1000")).toBe("1.2 pass");
  expect(judge("gas", "span", "788", "800", "1000")).toBe("-1.2 pass");
});

it("takes a site's own limits in place of those from memory", () => {
  expect(driftLimits.every(({ verified }) => !verified)).toBe(true);
  const own = [{ ...driftLimits[0], source: "permit", verified: true, instrument: "velocity", point: "span" }] as const;
  const rows = own.map((row) => ({ ...row, routine: "1", control: "2" }));
  expect(drift({ point: "span", reading: "21", reference: "0" }, "velocity", "1000", rows)).toMatchObject({
    verdict: "fail",
    limit: { source: "permit" },
  });
});

it("gives a reason, no number, where there is nothing to judge", () => {
  expect(judge("velocity", "span", "1")).toBe("derive.no-rule");
  expect(judge("gas", "zero", "NaN")).toBe("derive.not-a-number");
  expect(judge("gas", "zero", "1", "")).toBe("derive.not-a-number");
  expect(judge("gas", "zero", "1", "0", "0")).toBe("derive.span");
  expect(judge("gas", "zero", "1", "0", "-1")).toBe("derive.span");
  expect(judge("gas", "zero", "1", "0", "wide")).toBe("derive.not-a-number");
});
