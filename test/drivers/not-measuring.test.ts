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

test.each(devices)("%s is normal only while it measures", (id, state, measures, idle) => {
  const profile = profiles.get(id);
  if (profile === undefined) throw new Error(`no profile ${id}`);
  const flagsWhile = (raw: number) => {
    // In the middle of the counts of a current, and no sentinel of any other device.
    const values = profile.points.map(({ id: point }) => ({ point, raw: 16_000 }));
    const states = profile.status.map(({ id: point }) => ({ point, raw: point === state ? raw : 0 }));
    const readings = qualify(profile.points, profile.status, [...values, ...states]);
    return [
      ...new Set(
        [...readings.values()].map((reading) => `${reading.flag} ${"reason" in reading ? reading.reason : ""}`.trim()),
      ),
    ];
  };
  expect(flagsWhile(measures)).toEqual(["N"]);
  expect(flagsWhile(idle)).toEqual([id === "sick/marsic300" ? "M status.held" : "M status.not-measuring"]);
});
