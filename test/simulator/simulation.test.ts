import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { loadScenario, parseScenario } from "../../simulator/scenario.ts";
import type { Shown } from "../../simulator/shown.ts";
import { type Simulation, type SimulationOptions, simulate } from "../../simulator/simulation.ts";
import { freePort, tempDir } from "../support/temporary.ts";
import { type Master, master } from "./wire/lines.ts";

const twoMeters = parseScenario(
  `
about: a test
lines:
  - id: a
    transport: tcp
    port: 0
    meters: [{ id: cems, model: marsic300, unit: 1 }, { id: flow, model: s430, unit: 2 }]
`,
  "test.yaml",
);

async function start(options: Partial<SimulationOptions> = {}): Promise<{ simulation: Simulation; m: Master }> {
  const simulation = await simulate(twoMeters, { seed: 1, portBase: 0, ...options });
  onTestFinished(simulation.close);
  const [line] = simulation.lines;
  if (line === undefined || "path" in line) throw new Error("no TCP line");
  return { simulation, m: await master(line.port) };
}

/** Asks for registers and waits for a reply of this many data bytes. */
async function read(m: Master, unit: number, fc: number, start: number, count: number): Promise<string> {
  const before = m.received().length;
  const request = Buffer.from([0, 1, 0, 0, 0, 6, unit, fc, start >> 8, start & 0xff, 0, count]);
  m.send(request.toString("hex"));
  const length = (9 + count * 2) * 2;
  await new Promise<void>((resolve) => {
    const look = (): void => {
      if (m.received().length - before < length) return;
      m.socket.off("data", look);
      resolve();
    };
    m.socket.on("data", look);
    look();
  });
  return m.received().slice(before + 18);
}

test("what a meter showed is what went over the wire, value by value", async () => {
  const shown: Shown[] = [];
  const { m } = await start({ onShown: (seen) => shown.push(seen) });
  const gas = await read(m, 1, 4, 1000, 24);
  const flow = await read(m, 2, 3, 0, 10);
  expect(shown.map(({ seq, meter, unit, fc, start, count }) => [seq, meter, unit, fc, start, count])).toEqual([
    [1, "cems", 1, 4, 1000, 24],
    [2, "flow", 2, 3, 0, 10],
  ]);
  expect(shown.map(({ values }) => values)).toEqual([gas, flow]);
  expect(shown[0]?.points.so2).toBe(String(Buffer.from(gas, "hex").readFloatBE(0)));
  const [low, high] = [Buffer.from(flow, "hex").readUInt16BE(16), Buffer.from(flow, "hex").readUInt16BE(18)];
  expect(shown[1]?.points.consumption).toBe(String(high * 65_536 + low));
  expect(shown[0]?.t).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
});

test("one seed gives the same registers at the same second, another one others", async () => {
  const at = async (seed: number, seconds: number): Promise<string> => {
    const { m } = await start({ seed, elapsed: () => seconds });
    return read(m, 1, 4, 1000, 24);
  };
  expect(await at(5, 100)).toBe(await at(5, 100));
  expect(await at(5, 100)).not.toBe(await at(6, 100));
  expect(await at(5, 100)).not.toBe(await at(5, 101));
});

test("faults are changed while it runs, for one meter alone, and said with what was shown", async () => {
  const shown: Shown[] = [];
  const { simulation, m } = await start({ onShown: (seen) => shown.push(seen) });
  simulation.setFault("cems", { kind: "silence" });
  m.send("000100000006010403e80018"); // no reply will come
  await read(m, 2, 3, 0, 10);
  simulation.setFault("cems");
  await read(m, 1, 4, 1000, 24);
  expect(shown.map(({ meter, fault }) => [meter, fault])).toEqual([
    ["cems", "silence"],
    ["flow", undefined],
    ["cems", undefined],
  ]);
});

test("the seed decides when a fault of some probability happens", async () => {
  const happened = async (seed: number): Promise<boolean[]> => {
    const shown: Shown[] = [];
    const { simulation, m } = await start({ seed, onShown: (seen) => shown.push(seen) });
    simulation.setFault("flow", { kind: "wrong-unit", probability: 0.5 });
    for (let n = 0; n < 40; n += 1) await read(m, 2, 3, 0, 10);
    return shown.map(({ fault }) => fault !== undefined);
  };
  const once = await happened(5);
  expect(new Set(once).size).toBe(2);
  expect(await happened(5)).toEqual(once);
  expect(await happened(6)).not.toEqual(once);
});

test("a device's own exception is not a fault of the wire", async () => {
  const shown: Shown[] = [];
  const { m } = await start({ onShown: (seen) => shown.push(seen) });
  m.send("0001000000060104000000ff");
  await m.until("000100000003018403");
  expect(shown[0]).toMatchObject({ exception: 3, values: "", points: {} });
});

test("what cannot be is refused, and changes nothing", async () => {
  const { simulation, m } = await start();
  expect(() => simulation.setFault("boiler", { kind: "silence" })).toThrow("only cems, flow");
  expect(() => simulation.setFault("cems", { kind: "bad-crc" })).toThrow("bad-crc cannot happen on tcp");
  expect(() => simulation.setCondition("boiler", "held")).toThrow("boiler");
  await read(m, 1, 4, 1000, 24);
});

test("ports count up from the base, and the serial line's name is removed at the end", async () => {
  const portBase = await freePort();
  const simulation = await simulate(loadScenario("power-unit"), { seed: 1, portBase });
  onTestFinished(simulation.close);
  const [analyzer, stack, generator] = simulation.lines;
  expect(analyzer).toMatchObject({ transport: "tcp", port: portBase });
  expect(generator).toMatchObject({ transport: "rtu-over-tcp", port: portBase + 1 });
  const path = stack?.transport === "rtu" ? stack.path : "";
  expect(existsSync(path)).toBe(true);
  await simulation.close();
  expect(existsSync(dirname(path))).toBe(false);
});

test("a setting that is turned is on the wire at the next request; one that is not there is named", async () => {
  const scenario = parseScenario(
    "{ about: x, lines: [{ id: a, transport: tcp, port: 0, meters: [{ id: co, model: t300, unit: 1 }, { id: flow, model: s430, unit: 2 }] }] }",
    "x",
  );
  const simulation = await simulate(scenario, { seed: 1, portBase: 0 });
  onTestFinished(simulation.close);
  const [line] = simulation.lines;
  const m = await master(line?.transport === "tcp" ? line.port : 0);
  expect(await read(m, 1, 4, 6, 2)).toBe("3f800000");
  simulation.setSetting("co", { slope: 1.08 });
  expect(await read(m, 1, 4, 6, 2)).toBe("3f8a3d71");
  expect(() => simulation.setSetting("co", { gain: 1 })).toThrow("co has no setting gain");
  expect(() => simulation.setSetting("flow", { slope: 1 })).toThrow("flow has no setting slope");
});

test("links have the names of their lines in the folder asked for", async () => {
  const links = tempDir();
  const simulation = await simulate(loadScenario("power-unit"), { seed: 1, portBase: 0, links });
  onTestFinished(simulation.close);
  expect(simulation.lines[1]).toMatchObject({ path: `${links}/stack` });
});

test("if one line cannot be opened, none is left open", async () => {
  const busy = await simulate(twoMeters, { seed: 1, portBase: 0 });
  onTestFinished(busy.close);
  const [line] = busy.lines;
  const port = line?.transport === "tcp" ? line.port : 0;
  const free = await freePort();
  const both = parseScenario(
    `{ about: x, lines: [${[free, port].map((p, n) => `{ id: l${n}, transport: tcp, port: ${p}, meters: [{ id: m${n}, model: s430, unit: 1 }] }`).join(", ")}] }`,
    "x",
  );
  await expect(simulate(both, { seed: 1 })).rejects.toMatchObject({ code: "E_SIM_LISTEN" });
  await expect(master(free)).rejects.toMatchObject({ code: "ECONNREFUSED" });
});
