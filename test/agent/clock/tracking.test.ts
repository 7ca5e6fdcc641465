import { describe, expect, it } from "vitest";
import { clockOf, ntsSources } from "../../../agent/clock/tracking.ts";

/** Fields as chronyc(1) lists them under "tracking". */
const line = (changed: Record<number, string> = {}): string =>
  [
    "CB00710F",
    "203.0.113.15",
    "3",
    "1790812800.123456789",
    "0.000006523",
    "-0.000001",
    "0.000035",
    "-3.2",
    "-0.006",
    "0.129",
  ]
    .concat(["0.013639022", "0.001100737", "64.2", "Normal"])
    .map((field, index) => changed[index] ?? field)
    .join(",");

describe("the clock as chrony tells it", () => {
  it("is bound by offset, dispersion and half the delay, in whole milliseconds upwards", () => {
    expect(clockOf(line())).toEqual(["ntp", 8]); // 0.0065 + 1.1007 + 6.8195 ms
    expect(clockOf(line({ 4: "-0.5" }))).toEqual(["ntp", 508]);
  });

  it.each([
    ["nts", line(), new Set(["203.0.113.15"])],
    ["ptp", line({ 0: "50484330", 1: "PHC0" }), new Set<string>()],
    ["gnss", line({ 0: "50505300", 1: "PPS" }), new Set<string>()],
    ["rtc", line({ 0: "7F7F0101", 1: "" }), new Set<string>()],
  ])("follows %s", (source, said, nts) => {
    expect(clockOf(said, nts)[0]).toBe(source);
  });

  it.each([
    ["not synchronised", line({ 13: "Not synchronised" })],
    ["of no stratum", line({ 2: "0" })],
    ["cut short", line().slice(0, 60)],
    ["no number", line({ 4: "nan" })],
    ["nothing", ""],
    ["words", "506 Cannot talk to daemon"],
  ])("is unknown where it is %s", (_, said) => {
    expect(clockOf(said)).toEqual(["none", -1]);
  });

  it("takes for authenticated what authdata says is", () => {
    expect(ntsSources("a.example,NTS,1,15,256,33,0,0,8,100\n203.0.113.1,-,0,0,0,-1,0,0,0,0\n")).toEqual(
      new Set(["a.example"]),
    );
  });
});
