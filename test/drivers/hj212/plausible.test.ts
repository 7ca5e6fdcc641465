import { expect, test } from "vitest";
import { qualify } from "../../../agent/collect/qualify.ts";
import { loadCatalogue } from "../../../drivers/catalogue.ts";
import type { Push } from "../../../drivers/driver.ts";
import { LoggerSource } from "../../../drivers/hj212/source.ts";
import { LoggerStream } from "../../../drivers/hj212/stream.ts";
import type { Hj212Profile } from "../../../drivers/profile.ts";
import { packet } from "../../../simulator/logger/crc.ts";
import { fakeClock } from "../../support/clock.ts";

const { profiles } = loadCatalogue();
const each = ["generic/hj212-2017", "generic/hj212-2005"].flatMap((id) => {
  const profile = profiles.get(id) as Hj212Profile;
  return profile.points.map((point) => [`${id} ${point.id}`, profile, point] as const);
});

/** What becomes of a value that the logger flags as normal. */
function reading(profile: Hj212Profile, { id, at }: Hj212Profile["points"][number], value: string) {
  const [cn = "", field = ""] = at.split(":");
  const source = new LoggerSource("M1", profile, fakeClock());
  const pushes: Push[] = [];
  source.start((push) => void pushes.push(push));
  const flag = field.replace(/-\w+$/, "-Flag");
  const frame = packet(`ST=31;CN=${cn};PW=123456;MN=M1;CP=&&DataTime=20260301120000;${field}=${value},${flag}=N&&`);
  for (const pushed of new LoggerStream().hear(frame)) if ("frame" in pushed) source.take(pushed, () => {});
  return qualify(profile.points, profile.status, pushes[0]?.samples ?? []).get(id);
}

test.each(each)("%s: what stands for no value is none, also with flag N", (_, profile, point) => {
  for (const sentinel of ["-9999", "-9999.00", "-999", "6553.5", "6553.50", "65535"])
    expect(reading(profile, point, sentinel)).toMatchObject({ kind: "missing", flag: "D" });
});

test.each(each)("%s: a value that no stack has is not normal", (_, profile, point) => {
  for (const value of ["1000000", "-5000"])
    expect(reading(profile, point, value)).toMatchObject({ kind: "measured", flag: "T", reason: "out of range" });
});

/** Live values of stacks: the 2005 profile's captured frame, and the flow of a unit of 1000 MW (3.5 million m3/h). */
const usual: Readonly<Record<string, readonly string[]>> = {
  SO2: ["0.00", "1708.59", "-1.2"],
  NOx: ["0.000", "450.0"],
  dust: ["12.14", "0.0"],
  O2: ["0.0", "20.9", "21.1"],
  velocity: ["17.89", "0.00"],
  temperature: ["53.0", "147.12", "-8.0"],
  "static pressure": ["-3.185592", "1.349"],
  H2O: ["3.0", "40.00"],
  flow: ["35.75", "972.2"],
};

test.each(each)("%s: what stacks have is normal", (_, profile, point) => {
  for (const value of usual[point.quantity] ?? [""])
    expect(reading(profile, point, value)).toMatchObject({ kind: "measured", flag: "N" });
});
