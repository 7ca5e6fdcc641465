import { expect, onTestFinished, test } from "vitest";
import { systemClock } from "../../drivers/clock.ts";
import type { Read } from "../../drivers/driver.ts";
import type { ModbusLine } from "../../drivers/line/settings.ts";
import { openBus } from "../../drivers/modbus/bus.ts";
import { modbusDriver } from "../../drivers/modbus/driver.ts";
import { type ModelName, models } from "../../simulator/meters/models.ts";
import { parseScenario } from "../../simulator/scenario.ts";
import type { Shown } from "../../simulator/shown.ts";
import { type Listening, simulate } from "../../simulator/simulation.ts";
import { modbusProfiles } from "../support/modbus-profiles.ts";

// The two register maps, two decoders and two framings meet: what a driver says of each point is what the meter showed.

const profiles = modbusProfiles();

const settingsOf = (line: Listening): ModbusLine => {
  const { transport } = line;
  if (transport === "rtu" || transport === "ascii")
    return { id: line.id, transport, path: line.path, baud: line.baud, parity: "none", dataBits: 8, stopBits: 1 };
  if (transport.startsWith("d")) throw new Error("not Modbus");
  return line as ModbusLine;
};

const everything = Object.keys(models) as ModelName[];
const cases: readonly (readonly [ModelName, Listening["transport"]])[] = [
  ...everything.map((name) => [name, "tcp"] as const),
  ["s430", "rtu"],
  ["marsic300", "rtu"],
  ["sdm630", "rtu-over-tcp"],
  ["thermo42i", "rtu-over-tcp"],
  ["s430", "ascii"],
  ["marsic300", "ascii-over-tcp"],
  ["sdm630", "udp"],
  ["pat2000", "rtu"],
  ["pat2000", "ascii"],
];

test.each(cases)("%s on %s", async (name, transport) => {
  const port = transport === "rtu" || transport === "ascii" ? "" : "port: 0, ";
  const scenario = parseScenario(
    `{ about: x, lines: [{ id: line, transport: ${transport}, ${port}meters: [{ id: meter, model: ${name}, unit: 11 }] }] }`,
    "test",
  );
  const shown: Shown[] = [];
  const simulation = await simulate(scenario, { seed: 2, elapsed: () => 1000, onShown: (seen) => shown.push(seen) });
  onTestFinished(simulation.close);
  const profile = profiles.get(models[name].profile);
  const [line] = simulation.lines;
  if (line === undefined || profile === undefined) throw new Error("nothing to ask");

  const bus = openBus(settingsOf(line), systemClock);
  onTestFinished(() => bus.close());
  const { reads, samples, exchanges } = await modbusDriver(bus, 11, profile, systemClock).poll();

  expect(exchanges.map(({ failure }) => failure)).toEqual(exchanges.map(() => undefined));
  // The line may ask more than it was told to, to be sure of whose reply it has; of the same request the last one counts.
  const truth = new Map(shown.map((seen) => [`${seen.fc} ${seen.start} ${seen.count}`, seen.values]));
  for (const [i, { reply }] of exchanges.entries()) {
    const read = reads[i] as Read;
    if (typeof read === "string") continue; // of a maker's own function: its points are compared below
    const [, functionCode, start, count] = read;
    expect(reply?.toString("hex", 3)).toBe(truth.get(`${functionCode} ${start} ${count}`));
  }
  const points = Object.assign({}, ...shown.map((seen) => seen.points)) as Record<string, string>;
  const said = Object.fromEntries(
    samples.map((sample) => [sample.point, "raw" in sample ? String(sample.raw) : "none"]),
  );
  const ids = profile.points.map(({ id }) => id);
  expect(ids.length).toBeGreaterThan(2);
  expect(ids.map((id) => [id, said[id]])).toEqual(ids.map((id) => [id, points[id]]));
});

test.each(["rtu", "ascii"] as const)(
  "a two-wire line that gives every request back is read all the same: %s",
  async (transport) => {
    const scenario = parseScenario(
      `{ about: x, lines: [{ id: line, transport: ${transport}, meters: [{ id: meter, model: s430, unit: 11, faults: [{ kind: echo }] }] }] }`,
      "test",
    );
    const simulation = await simulate(scenario, { seed: 2, elapsed: () => 1000 });
    onTestFinished(simulation.close);
    const [line] = simulation.lines;
    const profile = profiles.get("suto/s430");
    if (line === undefined || profile === undefined) throw new Error("nothing to ask");
    const bus = openBus(settingsOf(line), systemClock);
    onTestFinished(() => bus.close());
    for (let i = 0; i < 3; i++) {
      const { exchanges } = await modbusDriver(bus, 11, profile, systemClock).poll();
      expect(exchanges.map(({ failure }) => failure)).toEqual(exchanges.map(() => undefined));
    }
    expect(bus.counters().discardedBytes).toBeGreaterThan(0);
  },
);
