import { expect, test } from "vitest";
import { qualify } from "../../agent/collect/qualify.ts";
import { loadCatalogue } from "../../drivers/catalogue.ts";

/** Devices that have a state for measuring: what it is while they measure, and what while they do nothing at all. */
const devices = [
  ["generic/plc-6400-32000", "state", 0x0100, 0],
  ["generic/plc-5530-27648", "state", 0x0100, 0],
  ["xuedilong/model1080", "state", 4, 0],

  ["sick/mcs100ft", "measuring", 1, 0],
  ["sick/marsic300", "live", 1, 0],
  ["thermo/42i", "not-measuring", 0, 1],
  ["thermo/43i", "not-measuring", 0, 1],
] as const;

const { profiles } = loadCatalogue();

/** Words of bits (or a state) that nobody explains, and what a value is worth beside them. */
const unexplained = [
  ["generic/plc-6400-32000", 0x0001, "M status.not-measuring"],
  ["generic/plc-6400-32000", 0x00fc, "M status.not-measuring"],
  ["generic/plc-6400-32000", 0x0003, "F status.stopped"],
  ["generic/plc-5530-27648", 0x3000, "M status.not-measuring"],
  ["generic/plc-5530-27648", 0x80ff, "M status.not-measuring"],
  ["xuedilong/model1080", 0x0008, "M status.not-measuring"],
  ["xuedilong/model1080", 0x8000, "M status.not-measuring"],
  ["xuedilong/model1080", 0x0001, "C status.calibration"],
  ["fpi/synspec-pm", 7, "D status.unknown"],
  ["fpi/synspec-pm", 0xffff, "D status.unknown"],
] as const;

test.each(devices)("%s is normal only while it measures", (id, state, measures, idle) => {
  expect(flagsOf(id, state, measures)).toEqual(["N"]);
  expect(flagsOf(id, state, idle)).toEqual([id === "sick/marsic300" ? "M status.held" : "M status.not-measuring"]);
});

test.each(unexplained)("%s with the state %i that nobody explains is not normal", (id, state, flag) => {
  expect(flagsOf(id, "state", state)).toEqual([flag]);
});

function flagsOf(id: string, state: string, raw: number): readonly string[] {
  const profile = profiles.get(id);
  if (profile === undefined) throw new Error(`no profile ${id}`);
  // In the middle of the counts of a current, and no sentinel of any other device.
  const values = profile.points.map(({ id: point }) => ({ point, raw: 16_000 }));
  const states = profile.status.map(({ id: point }) => ({ point, raw: point === state ? raw : 0 }));
  const readings = [...qualify(profile.points, profile.status, [...values, ...states]).values()];
  return [...new Set(readings.map((reading) => `${reading.flag} ${"reason" in reading ? reading.reason : ""}`.trim()))];
}
