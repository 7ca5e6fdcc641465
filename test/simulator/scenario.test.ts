import { expect, test } from "vitest";
import { loadScenario, parseScenario, scenarioNames } from "../../simulator/scenario.ts";
import { faultKinds } from "../../simulator/wire/faults.ts";

const lines = (...texts: string[]): string =>
  ["about: a test", "lines:", ...texts.map((text) => `  - ${text}`)].join("\n");
const tcp = (meters: string, id = "a"): string => `{ id: ${id}, transport: tcp, port: 0, meters: [${meters}] }`;
const problemsOf = (text: string): string => {
  try {
    parseScenario(text, "s.yaml");
  } catch (error) {
    expect(error).toMatchObject({ code: "E_SIM_SCENARIO" });
    return (error as Error).message;
  }
  return "";
};

test("the scenarios that come with it", () => {
  expect(scenarioNames()).toEqual(["loggers", "power-unit", "power-unit-faulty"]);
  const plain = loadScenario("power-unit");
  expect(plain.lines.map(({ transport }) => transport)).toEqual(["tcp", "rtu", "rtu-over-tcp"]);
  expect(plain.lines.flatMap(({ meters }) => meters.flatMap(({ faults }) => faults))).toEqual([]);
  const faulty = loadScenario("power-unit-faulty");
  const tried = faulty.lines.flatMap(({ meters }) => meters.flatMap(({ faults }) => faults.map(({ kind }) => kind)));
  expect([...new Set(tried)].sort()).toEqual([...faultKinds].sort());
});

test("a scenario may say as little as this", () => {
  const { plant, lines: read } = parseScenario(lines(tcp("{ id: m, model: s430, unit: 7 }")), "s.yaml");
  expect(plant.ratedMW).toBe(350);
  expect(read[0]).toMatchObject({ host: "127.0.0.1", meters: [{ condition: "measuring", faults: [] }] });
});

test("there is no such scenario", () => {
  expect(() => loadScenario("no-such")).toThrow("no-such");
  expect(() => loadScenario("./no-such.yaml")).toThrow("no-such.yaml");
});

test.each([
  ["not YAML", "about: [", /s\.yaml:\d+:\d+/],
  ["a key nobody knows", lines(tcp("{ id: m, model: s430, unit: 7, colour: red }")), /s\.yaml:3:\d+.*colour/],
  ["an unknown model", lines(tcp("{ id: m, model: s431, unit: 7 }")), /s\.yaml:3:.*model/],
  ["an unknown fault", lines(tcp("{ id: m, model: s430, unit: 7, faults: [{ kind: fire }] }")), /faults\.0/],
  [
    "two meters of one name",
    lines(tcp("{ id: m, model: s430, unit: 7 }, { id: m, model: s430, unit: 8 }")),
    /second meter m/,
  ],
  ["two meters at one unit", lines(tcp("{ id: m, model: s430, unit: 7 }, { id: n, model: s430, unit: 7 }")), /unit 7/],
  [
    "a fault that cannot be",
    lines(tcp("{ id: m, model: s430, unit: 7, faults: [{ kind: bad-crc }] }")),
    /bad-crc cannot happen on tcp/,
  ],
  [
    "two lines of one name",
    lines(tcp("{ id: m, model: s430, unit: 7 }"), tcp("{ id: n, model: s430, unit: 7 }")),
    /second line a/,
  ],
  ["no lines", "about: x\nlines: []", /lines/],
])("%s is refused with its place", (_, text, wanted) => expect(problemsOf(text)).toMatch(wanted));

test("every problem is named at once", () => {
  expect(problemsOf(lines(tcp("{ id: M, model: x, unit: 700 }"))).split("; ")).toHaveLength(3);
});
