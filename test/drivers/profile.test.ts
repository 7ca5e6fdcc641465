import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadCatalogue } from "../../drivers/catalogue.ts";
import { tempDir } from "../support/temporary.ts";
import { load } from "./one-profile.ts";

/** What a profile may say: one small profile, changed in one place, and what is said about the change. */

const point = `  - { id: so2, quantity: SO2, at: "input:30", type: float32, unit: mg/m3, places: 2, source: "p. 41" }`;
const state = `  - { id: state, at: "discrete:7", type: bit, flags: [{ when: "1", flag: M, reason: status.x }], source: "p. 38" }`;
const bit = `discrete:7", type: bit, flags: [{ when: "1"`;
const bits = (when: string): string => `holding:7", type: bitfield16, flags: [{ when: "${when}"`;
const word = (when: string): string => `holding:7", type: uint16, flags: [{ when: "${when}"`;
const setting = `  - { id: slope, quantity: slope, at: "holding:9", type: float32, unit: "1", places: 3, source: "p. 44" }`;
const profile = `name: Gas analyzer
maker: Acme
model: GA-200
source: Modbus manual rev C
protocol: modbus
limits: { maxRegisters: 60 }
points:
${point}
status:
${state}
settings:
${setting}
`;

const problemsOf = (was: string, is: string): string[] => {
  expect(profile).toContain(was);
  return load(profile.replace(was, is)).problems.map(({ code, line, instead }) => `${line} ${code}: ${instead}`);
};

test("a profile without a problem has its defaults filled in", () => {
  const { profiles, problems } = load(profile);
  expect(problems).toEqual([]);
  const read = profiles.get("acme/ga-200");
  expect(read).toMatchObject({
    id: "acme/ga-200",
    deviceMs: 500,
    limits: { maxRegisters: 60, maxBits: 2000, maxGap: 0 },
  });
  expect(read?.points[0]).toEqual({
    id: "so2",
    quantity: "SO2",
    at: { table: "input", address: 30 },
    type: "float32",
    order: "ABCD",
    unit: "mg/m3",
    scale: "1",
    places: 2,
    sentinels: [],
    source: "p. 41",
  });
});

test("a setting has the form of a value, without what only a measurement has", () => {
  expect(load(profile).profiles.get("acme/ga-200")?.settings).toEqual([
    {
      id: "slope",
      quantity: "slope",
      at: { table: "holding", address: 9 },
      type: "float32",
      order: "ABCD",
      unit: "1",
      scale: "1",
      places: 3,
      sentinels: [],
      source: "p. 44",
    },
  ]);
  expect(load(profile.slice(0, profile.indexOf("settings:"))).profiles.get("acme/ga-200")?.settings).toEqual([]);
});

test("a unit of measure that is not in the table is named, with the one that may be meant", () => {
  expect(problemsOf("unit: mg/m3", "unit: mg/Nm3")).toEqual([expect.stringMatching(/^\d+ E_CONFIG_UNIT: .*mg\/m3/)]);
  expect(problemsOf("unit: mg/m3", "unit: furlong")).toEqual([expect.stringMatching(/^\d+ E_CONFIG_UNIT: /)]);
});

test("a map becomes the scale", () => {
  const { profiles } = load(profile.replace("places: 2", 'places: 2, map: { raw: ["0", "4095"], to: ["0", "0.5"] }'));
  expect(profiles.get("acme/ga-200")?.points[0]?.scale).toBe("0:4095:0:0.5");
});

describe("the schema is closed", () => {
  test.each([
    ["a key that is not known", "unit: mg/m3", "unti: mg/m3", ["8 E_CONFIG_KEY: unit"]],
    [
      "an expression",
      "places: 2",
      "places: 2, formula: raw * 2",
      [expect.stringContaining("8 E_CONFIG_KEY: one of id, quantity")],
    ],
    [
      "no source",
      `, source: "p. 41"`,
      "",
      [expect.stringContaining("8 E_CONFIG_MISSING: a text: Where this is written")],
    ],
    [
      "a type that there is not",
      "float32",
      "float16",
      [expect.stringContaining("8 E_CONFIG_VALUE: one of int16, uint16")],
    ],
    [
      "a register above 65535",
      "input:30",
      "input:70000",
      ["8 E_CONFIG_REGISTER: an address from 0 to 65535, counted from 0 as on the wire"],
    ],
    ["a value that ends above 65535", "input:30", "input:65535", ["8 E_CONFIG_REGISTER: at most input:65534"]],
    ["a number as factor", "places: 2", "places: 2, scale: 0.1", ['8 E_CONFIG_VALUE: it in quotes: "0.1"']],
    ["a bit in a register", "discrete:7", "holding:7", ["10 E_CONFIG_VALUE: bit for coil and discrete only"]],
    [
      "a state no bit can have",
      'when: "1"',
      'when: "2"',
      [expect.stringContaining('10 E_CONFIG_VALUE: "1" or "0" for a bit')],
    ],
    ["a negated value", bit, word("not bit:1"), [expect.stringContaining('10 E_CONFIG_VALUE: "1" or "0" for a bit')]],
    ["a number that no register holds", bit, word("65536-70000"), ["10 E_CONFIG_RANGE: at most 65535"]],
    ["a mask without a bit", bit, bits("mask:0x0000"), ["10 E_CONFIG_RANGE: a mask with one of 16 bits"]],
    ["a mask without a bit, negated", bit, bits("not mask:0x0000"), ["10 E_CONFIG_RANGE: a mask with one of 16 bits"]],
    ["a number that no word of bits is", bit, bits("70000"), ["10 E_CONFIG_RANGE: at most 65535"]],
    ["states that end before they begin", bit, word("3-2"), ["10 E_CONFIG_VALUE: the lower number first"]],
    ["a flag that HJ 212 has not", "flag: M", "flag: X", ["10 E_CONFIG_VALUE: one of N, F, M, S, D, C, T, B"]],
    [
      "a state for a value that is not there",
      "type: bit,",
      "type: bit, points: [nox],",
      ["10 E_CONFIG_POINT: the id of one of `points`"],
    ],
    ["one id twice", "id: state", "id: so2", ["10 E_CONFIG_DUPLICATE: another id"]],
    ["a setting with the id of a state", "id: slope", "id: state", ["12 E_CONFIG_DUPLICATE: another id"]],
    ["a setting with the id of a value", "id: slope", "id: so2", ["12 E_CONFIG_DUPLICATE: another id"]],
    [
      "a setting as a bit of a register",
      `float32, unit: "1"`,
      `bit, unit: "1"`,
      ["12 E_CONFIG_VALUE: bit for coil and discrete only"],
    ],
    ["a setting in a strange unit", `unit: "1"`, "unit: furlong", [expect.stringMatching(/^12 E_CONFIG_UNIT: /)]],
    [
      "a range of a setting",
      "places: 3",
      `places: 3, range: ["0", "1"]`,
      [expect.stringContaining("12 E_CONFIG_KEY: ")],
    ],
    ["a code of a setting", "places: 3", "places: 3, code: a21026", [expect.stringContaining("12 E_CONFIG_KEY: ")]],
    ["a setting that ends above 65535", "holding:9", "holding:65535", ["12 E_CONFIG_REGISTER: at most holding:65534"]],
    [
      "a text as a setting without length",
      `float32, unit: "1"`,
      `string, unit: ""`,
      ["12 E_CONFIG_VALUE: length for a string, and only there"],
    ],
    [
      "a sentinel of a setting that is no number",
      "places: 3",
      "places: 3, sentinels: [bad]",
      ["12 E_CONFIG_VALUE: numbers, NaN or Infinity"],
    ],
    ["a text without length", "float32", "string", ["8 E_CONFIG_VALUE: length for a string, and only there"]],
    [
      "a text wider than a request",
      "type: float32",
      "type: string, length: 61",
      ["8 E_CONFIG_RANGE: at most 60 registers, or another limits.maxRegisters"],
    ],
    [
      "more registers than the standard has",
      "maxRegisters: 60",
      "maxRegisters: 126",
      ["6 E_CONFIG_RANGE: a whole number from 1 to 125"],
    ],
    [
      "factor and map",
      "places: 2",
      'places: 2, scale: "2", map: { raw: ["0", "1"], to: ["0", "1"] }',
      ["8 E_CONFIG_VALUE: one of them"],
    ],
    [
      "an empty raw range",
      "places: 2",
      'places: 2, map: { raw: ["7", "7.0"], to: ["0", "1"] }',
      ["8 E_CONFIG_VALUE: two different raw numbers"],
    ],
    [
      "a scale for the site without a raw range",
      "places: 2",
      "places: 2, engineering: site",
      ["8 E_CONFIG_MISSING: map, with the raw range"],
    ],
    [
      "a range that ends before it begins",
      "places: 2",
      'places: 2, range: ["10", "9"]',
      ["8 E_CONFIG_VALUE: the lower number first"],
    ],
    [
      "a sentinel that is no number",
      "places: 2",
      "places: 2, sentinels: [bad]",
      ["8 E_CONFIG_VALUE: numbers, NaN or Infinity"],
    ],
    ["a tab", "  - { id: so2", "\t- { id: so2", ["8 E_CONFIG_SYNTAX: spaces, not tabs, in front of a key"]],
  ])("%s is refused", (_, was, is, problems) => {
    expect(problemsOf(was, is)).toEqual(problems);
  });
});

test("a broken profile takes no other with it", () => {
  const dir = tempDir();
  mkdirSync(join(dir, "acme"));
  writeFileSync(join(dir, "acme/good.yaml"), profile);
  writeFileSync(join(dir, "acme/bad.yaml"), profile.replace("protocol: modbus", "protocol: smoke"));
  writeFileSync(join(dir, "acme/good.vectors.yaml"), "[]");
  const { profiles, problems, broken } = loadCatalogue(dir);
  expect([...profiles.keys()]).toEqual(["acme/good"]);
  expect(broken).toEqual(["acme/bad"]);
  expect(problems.map(({ file, message }) => [file, message])).toEqual([
    [join(dir, "acme/bad.yaml"), 'protocol is "smoke"'],
  ]);
});
