import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadCatalogue, shippedProfiles } from "../../drivers/catalogue.ts";
import { scaleRaw } from "../../drivers/decimal.ts";
import type { ModbusPoint, Point, Profile } from "../../drivers/profile.ts";
import { widthOf } from "../../drivers/profile.ts";
import { units } from "../../drivers/units.ts";
import { readYaml } from "../../feed/yaml/read.ts";
import { spoken, type Vector, vectorFile } from "./golden.ts";

/** The rules for device data, over every file there is; the first test proves that none was left out. */

const dir = shippedProfiles();
/** Written apart from the catalogue: the names of the two levels there are. */
const makers = readdirSync(dir, { withFileTypes: true }).filter((entry) => entry.isDirectory());
const names = makers.flatMap(({ name: maker }) => readdirSync(join(dir, maker)).map((model) => `${maker}/${model}`));
const files = names.filter((name) => !name.endsWith(".vectors.yaml")).toSorted();
const { profiles, problems } = loadCatalogue();
const each = [...profiles];
/** Modules of a maker that measure currents and voltages, whatever these stand for. */
const inputModules = ["icpdas/i-7017"];

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
    const places = all.map(({ at, type }) => `${JSON.stringify(at)} ${type}`);
    expect(new Set(all.map((point) => point.id)).size).toBe(all.length);
    expect(new Set(places).size).toBe(all.length);
  });

  test("every point says where its meaning is written", () => {
    expect(all.filter(({ source }) => !/\w{2}.*\d/.test(source)).map((point) => point.id)).toEqual([]);
  });

  test("units are spelt as everywhere", () => {
    const strange = ({ type, unit }: Value): boolean =>
      type === "string" || type === "text" ? unit !== "" : !(units as readonly string[]).includes(unit);
    expect(valued.filter(strange)).toEqual([]);
  });

  test("factor codes are of HJ 212-2017, Table B.2, and mean this quantity", () => {
    const wrong = (profile.points as readonly Point[]).filter(
      ({ code, quantity }) => code !== undefined && factorCodes[code] !== quantity,
    );
    expect(wrong.map((point) => [point.id, point.code, point.quantity])).toEqual([]);
  });

  test("a scale of the site is for input modules alone", () => {
    const scaled = (profile.points as readonly Point[]).filter((point) => point.engineering === "site");
    expect(scaled.length === 0 || inputModules.includes(id) || profile.maker === "generic").toBe(true);
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
    const { requests, requestOf } = spoken(profile);
    const framed = vectors.map(({ request }) => request && requestOf(request));
    expect(requests.filter((request) => !framed.includes(request))).toEqual([]);
  });
});

type Value = Profile["points"][number] | Profile["settings"][number];

/** Where a value begins and ends in what holds it; a bit table and a register table count their own. */
function extentOf(point: Value): readonly [place: string, begin: number, end: number] {
  const { at } = point;
  if (typeof at === "string") return [at, 0, 1];
  if ("from" in at) return [`${at.from} ${"channel" in at ? at.channel : ""}`, 0, 1];
  if ("di" in at) return [at.di, at.offset, at.offset + ("length" in point ? Number(point.length) : 0)];
  if ("identity" in at) return [at.identity, at.number, at.number + 1];
  const width = widthOf(point as ModbusPoint);
  if ("table" in at) return [at.table, at.address, at.address + width];
  return [at.request, at.offset, at.offset + 2 * width];
}

function overlaps(points: readonly Value[]): string[] {
  return points.flatMap((a, i) =>
    points
      .slice(i + 1)
      .filter((b) => {
        const [[place, begin, end], [other, from, to]] = [extentOf(a), extentOf(b)];
        return place === other && begin < to && from < end;
      })
      .map((b) => `${a.id} and ${b.id}`),
  );
}

/** What a frame says, as it stands in an entry. */
function decodeFrame(profile: Profile, vector: Vector) {
  const said = spoken(profile).decode(vector);
  const scaled = (point: Value): string => {
    const raw = said.get(point.id);
    return typeof raw === "string" ? raw : scaleRaw(raw ?? Number.NaN, point.scale, point.places);
  };
  const told = <P extends { readonly id: string }>(points: readonly P[], tell: (point: P) => unknown) =>
    Object.fromEntries(points.flatMap((point) => (said.has(point.id) ? [[point.id, tell(point)]] : [])));
  return {
    values: told<Value>(profile.points, scaled),
    status: told<Profile["status"][number]>(profile.status, ({ id }) => said.get(id)),
    settings: told<Value>(profile.settings, scaled),
  };
}
