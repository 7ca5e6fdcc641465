import { SerialPort } from "serialport";
import { expect, onTestFinished, test } from "vitest";
import { parseScenario } from "../../simulator/scenario.ts";
import type { Shown } from "../../simulator/shown.ts";
import { simulate } from "../../simulator/simulation.ts";
import { until } from "../support/until.ts";
import { master } from "./wire/lines.ts";

const scenario = parseScenario(
  `
about: a test
lines:
  - { id: meters, transport: dlt645-over-tcp, port: 0, meters: [
      { id: gate, model: dlt645-2007, unit: "000000000001" }, { id: old, model: dlt645-1997, unit: "000000000002" }] }
  - { id: modules, transport: dcon, checksum: true, meters: [{ id: ai, model: m7017, unit: 1 }] }
  - { id: more, transport: dcon-over-tcp, port: 0, meters: [{ id: aj, model: m7017, unit: 2 }] }
  - { id: bus, transport: dlt645, meters: [{ id: far, model: dlt645-2007, unit: "000000000003" }] }
`,
  "test.yaml",
);

async function start() {
  const shown: Shown[] = [];
  const simulation = await simulate(scenario, { seed: 1, portBase: 0, onShown: (seen) => shown.push(seen) });
  onTestFinished(simulation.close);
  const line = (id: string) => {
    const found = simulation.lines.find((one) => one.id === id);
    if (found === undefined) throw new Error(`no line ${id}`);
    return found;
  };
  const over = (id: string) => {
    const found = line(id);
    return master("port" in found ? found.port : 0);
  };
  const on = async (id: string) => {
    const found = line(id);
    const port = new SerialPort({ path: "path" in found ? found.path : "", baudRate: 9600, autoOpen: false });
    await new Promise<void>((resolve, reject) => port.open((error) => (error ? reject(error) : resolve())));
    onTestFinished(() => new Promise((resolve) => port.close(() => resolve())));
    let got = "";
    port.on("data", (bytes: Buffer) => {
      got += bytes.toString("hex");
    });
    return {
      send: (hex: string) => void port.write(Buffer.from(hex, "hex")),
      until: (hex: string) => until(() => got.endsWith(hex), { what: hex }),
      received: () => got,
    };
  };
  return { simulation, shown, over, on };
}

test("two editions on one line behind a device server, each answers its own", async () => {
  const { shown, over } = await start();
  const m = await over("meters");
  m.send("6802000000000068010243c3db16");
  m.send("fefefefe6801000000000068110433333433b316");
  await until(() => shown.length === 2);
  await until(() => m.received().includes("68010000000000689108") && m.received().includes("68020000000000688106"));
  expect(shown.map(({ meter, unit, fc, start }) => [meter, unit, fc, start])).toEqual([
    ["old", "000000000002", 0x01, 0x9010],
    ["gate", "000000000001", 0x11, 0x00010000],
  ]);
});

test("a meter on a pseudo-terminal, and a module with checksums", async () => {
  const { on } = await start();
  const bus = await on("bus");
  bus.send("68aaaaaaaaaaaa681300df16");
  await bus.until("fefe68030000000000689306363333333333a116");
  const modules = await on("modules");
  modules.send(Buffer.from("$01M").toString("hex") + Buffer.from("D2\r").toString("hex"));
  await modules.until(Buffer.from("!01701751\r").toString("hex"));
});

test("faults apply to them; a fault that cannot be is refused", async () => {
  const { simulation, over, shown } = await start();
  simulation.setFault("aj", { kind: "silence", requests: [1, 1] });
  const m = await over("more");
  m.send(Buffer.from("$02M\r$02M\r").toString("hex"));
  await m.until(Buffer.from("!027017\r").toString("hex"));
  expect(m.received()).toBe(Buffer.from("!027017\r").toString("hex"));
  expect(shown.map(({ fault }) => fault)).toEqual(["silence", undefined]);
  expect(() => simulation.setFault("aj", { kind: "wrong-transaction" })).toThrow(/cannot happen/);
  expect(() => simulation.setFault("far", { kind: "half-open" })).toThrow(/cannot happen/);
});

test.each([
  ["an address that is none", "{ id: a, transport: dlt645, meters: [{ id: m, model: dlt645-2007, unit: 1 }] }"],
  ["a model of another protocol", "{ id: a, transport: dcon, meters: [{ id: m, model: s430, unit: 1 }] }"],
  [
    "two meters at one address",
    `{ id: a, transport: dlt645, meters: [
    { id: m, model: dlt645-2007, unit: "000000000001" }, { id: n, model: dlt645-2007, unit: "000000000001" }] }`,
  ],
])("%s is refused", (_, line) => {
  expect(() => parseScenario(`about: x\nlines:\n  - ${line}\n`, "s.yaml")).toThrow(/s\.yaml/);
});
