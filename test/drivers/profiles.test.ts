import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { loadCatalogue, shippedProfiles } from "../../drivers/catalogue.ts";
import { scaleRaw } from "../../drivers/decimal.ts";
import { decodePoint } from "../../drivers/modbus/decode.ts";
import { planReads } from "../../drivers/modbus/plan.ts";
import type {
  ModbusPoint as Point,
  ModbusProfile as Profile,
  ModbusSetting as Setting,
  ModbusStatus as StatusPoint,
} from "../../drivers/profile.ts";
import { tables, widthOf } from "../../drivers/profile.ts";
import { units } from "../../drivers/units.ts";
import { readYaml } from "../../drivers/yaml.ts";
import { modbusProfiles } from "../support/modbus-profiles.ts";

/** The rules for device data, over every file there is; the first test proves that none was left out. */

const dir = shippedProfiles();
/** Written apart from the catalogue: the names of the two levels there are. */
const makers = readdirSync(dir, { withFileTypes: true }).filter((entry) => entry.isDirectory());
const names = makers.flatMap(({ name: maker }) => readdirSync(join(dir, maker)).map((model) => `${maker}/${model}`));
const files = names.filter((name) => !name.endsWith(".vectors.yaml")).toSorted();
const { profiles, problems } = loadCatalogue();
const each = [...modbusProfiles()];

/** Flue-gas factor codes of HJ 212-2017, Table B.2, and what they may be used for. */
const factorCodes: Readonly<Record<string, string>> = {
  a00000: "flow",
  a01011: "velocity",
  a01012: "temperature",
  a01013: "static pressure",
  a01014: "H2O",
  a01015: "chiller temperature",
  a01016: "duct area",
  a01017: "dynamic pressure",
  a05001: "CO2",
  a19001: "O2",
  a21001: "NH3",
  a21002: "NOx",
  a21003: "NO",
  a21004: "NO2",
  a21005: "CO",
  a21024: "HCl",
  a21026: "SO2",
  a34013: "dust",
};

const bytes = z
  .string()
  .regex(/^[0-9A-F]{2}([ \n][0-9A-F]{2})*$/)
  .transform((text) => Buffer.from(text.replaceAll(/\s/g, ""), "hex"));
const vectorFile = z.array(
  z.strictObject({
    note: z.string().min(1),
    /** captured from a device, printed in its manual, or made up to fit the layout */
    kind: z.enum(["captured", "manual", "synthetic"]),
    source: z.string().min(1),
    request: bytes,
    reply: bytes,
    values: z.record(z.string(), z.string()).optional(),
    status: z.record(z.string(), z.int()).optional(),
    settings: z.record(z.string(), z.string()).optional(),
  }),
);
type Vector = z.output<typeof vectorFile>[number];
const vectorsOf = (id: string): readonly Vector[] => {
  const file = join(dir, `${id}.vectors.yaml`);
  return existsSync(file) ? vectorFile.parse(readYaml(readFileSync(file, "utf8")).value) : [];
};

test("every profile file is loaded, and without a problem", () => {
  expect(problems).toEqual([]);
  expect(files.length).toBeGreaterThanOrEqual(22);
  expect([...profiles.keys()].map((id) => `${id}.yaml`).toSorted()).toEqual(files);
});

test("every file of golden frames belongs to a profile", () => {
  const ids = names
    .filter((name) => name.endsWith(".vectors.yaml"))
    .map((name) => name.slice(0, -".vectors.yaml".length));
  expect(ids.length).toBe(files.length);
  expect(ids.filter((id) => !profiles.has(id))).toEqual([]);
});

describe.each(each)("%s", (id, profile) => {
  const polled = [...profile.points, ...profile.status];
  const valued = [...profile.points, ...profile.settings];
  const all = [...polled, ...profile.settings];
  const vectors = vectorsOf(id);

  test("is named by its path", () => {
    expect(id).toMatch(/^[a-z0-9-]+\/[a-z0-9-]+$/);
    expect(profile.id).toBe(id);
  });

  test("no two values share a register", () => {
    expect(overlaps(valued)).toEqual([]);
  });

  test("no two points are one in name or place", () => {
    const places = all.map(({ at, type }) => `${at.table}:${at.address}:${type}`);
    expect(new Set(all.map((point) => point.id)).size).toBe(all.length);
    expect(new Set(places).size).toBe(all.length);
  });

  test("every point says where its meaning is written", () => {
    expect(all.filter(({ source }) => !/\w{2}.*\d/.test(source)).map((point) => point.id)).toEqual([]);
  });

  test("units are spelt as everywhere", () => {
    const strange = ({ type, unit }: Point | Setting): boolean =>
      type === "string" ? unit !== "" : !(units as readonly string[]).includes(unit);
    expect(valued.filter(strange)).toEqual([]);
  });

  test("factor codes are of HJ 212-2017, Table B.2, and mean this quantity", () => {
    const wrong = profile.points.filter(({ code, quantity }) => code !== undefined && factorCodes[code] !== quantity);
    expect(wrong.map((point) => [point.id, point.code, point.quantity])).toEqual([]);
  });

  test("a scale of the site is for input modules alone", () => {
    const scaled = profile.points.filter((point) => point.engineering === "site");
    expect(scaled.length === 0 || profile.maker === "generic").toBe(true);
  });

  test.each(vectors.map((vector) => [vector.note, vector] as const))("golden frame: %s", (_, vector) => {
    const { values, status, settings } = decodeFrame(profile, vector);
    expect(values).toEqual(vector.values ?? {});
    expect(status).toEqual(vector.status ?? {});
    expect(settings).toEqual(vector.settings ?? {});
  });

  test("golden frames cover every point, with the requests that are really made", () => {
    const covered = new Set(
      vectors.flatMap((vector) => Object.keys({ ...vector.values, ...vector.status, ...vector.settings })),
    );
    expect(all.map((point) => point.id).filter((name) => !covered.has(name))).toEqual([]);
    // Settings are read apart, on a slower grid.
    const planned = [polled, profile.settings]
      .flatMap((group) => planReads<Point | StatusPoint | Setting>(group, profile.limits))
      .map(({ functionCode, start, count }) => requestText(functionCode, start, count));
    const framed = vectors.map(({ request }) => request.subarray(1).toString("hex"));
    expect(planned.filter((request) => !framed.includes(request))).toEqual([]);
  });
});

function requestText(functionCode: number, start: number, count: number): string {
  const pdu = Buffer.alloc(5);
  pdu.writeUInt8(functionCode, 0);
  pdu.writeUInt16BE(start, 1);
  pdu.writeUInt16BE(count, 3);
  return pdu.toString("hex");
}

function overlaps(points: readonly (Point | Setting)[]): string[] {
  return points.flatMap((a, i) =>
    points
      .slice(i + 1)
      .filter(
        (b) =>
          a.at.table === b.at.table &&
          a.at.address < b.at.address + widthOf(b) &&
          b.at.address < a.at.address + widthOf(a),
      )
      .map((b) => `${a.id} and ${b.id}`),
  );
}

/** Decodes all values, states and settings that lie within the registers a frame asked for. */
function decodeFrame(profile: Profile, { request, reply }: Vector) {
  expect(request.length).toBe(6);
  expect(reply.subarray(0, 2)).toEqual(request.subarray(0, 2));
  expect(reply.length).toBe(3 + (reply[2] ?? 0));
  const [functionCode, start, count] = [request.readUInt8(1), request.readUInt16BE(2), request.readUInt16BE(4)];
  const bits = functionCode <= 2;
  expect(reply[2]).toBe(bits ? Math.ceil(count / 8) : 2 * count);
  const inside = ({ at, ...point }: Point | StatusPoint | Setting): boolean =>
    tables[at.table] === functionCode && at.address >= start && at.address + widthOf(point) <= start + count;
  const raw = (point: Point | StatusPoint | Setting) => {
    const layout = "order" in point ? point : { ...point, order: "ABCD" as const };
    return decodePoint(layout, reply.subarray(3), (point.at.address - start) * (bits ? 1 : 2));
  };
  const scaled = (point: Point | Setting): string => {
    const value = raw(point);
    return typeof value === "string" ? value : scaleRaw(value ?? Number.NaN, point.scale, point.places);
  };
  return {
    values: Object.fromEntries(profile.points.filter(inside).map((point) => [point.id, scaled(point)])),
    status: Object.fromEntries(profile.status.filter(inside).map((point) => [point.id, raw(point)])),
    settings: Object.fromEntries(profile.settings.filter(inside).map((point) => [point.id, scaled(point)])),
  };
}
