import { expect, onTestFinished, test } from "vitest";
import { loadScenario } from "../../simulator/scenario.ts";
import type { Shown } from "../../simulator/shown.ts";
import { type Simulation, simulate } from "../../simulator/simulation.ts";
import { run } from "../support/program.ts";
import { needs } from "../support/system.ts";

// A master that is not ours reads the simulator. mbpoll prints "[1000]: <tab>14.3785" for each value, six digits of a float.

async function plant(): Promise<{ readonly simulation: Simulation; readonly shown: Shown[] }> {
  const shown: Shown[] = [];
  const simulation = await simulate(loadScenario("power-unit"), {
    seed: 3,
    portBase: 0,
    onShown: (s) => shown.push(s),
  });
  onTestFinished(simulation.close);
  return { simulation, shown };
}

/** mbpoll's arguments for one line: where it is, one poll only, 0-based addresses. */
function where(simulation: Simulation, id: string): { readonly mode: string[]; readonly device: string } {
  const line = simulation.lines.find((l) => l.id === id);
  const [unit] = line?.meters.map((meter) => `${meter.unit}`) ?? [];
  if (line !== undefined && "path" in line)
    return { mode: ["-m", "rtu", "-b", `${line.baud}`, "-P", "none", "-a", unit ?? ""], device: line.path };
  return { mode: ["-m", "tcp", "-p", `${line?.port}`, "-a", unit ?? ""], device: line?.host ?? "" };
}

async function poll(
  simulation: Simulation,
  id: string,
  ...args: readonly string[]
): Promise<{ code: number | null; values: Record<string, string>; said: string }> {
  const { mode, device } = where(simulation, id);
  const { code, stdout, stderr } = await run("mbpoll", [...mode, "-0", "-1", ...args, device]);
  const found = [...stdout.matchAll(/^\[(\d+)\]:\s+(\S+)/gm)];
  return { code, values: Object.fromEntries(found.map(([, at, value]) => [at, value])), said: stdout + stderr };
}

const rounded = (decimal: string | undefined): number => Number(Number(decimal).toPrecision(6));

needs("mbpoll").describe("mbpoll reads the simulator", () => {
  test("floats, high word first, over Modbus TCP", async () => {
    const { simulation, shown } = await plant();
    const { code, values } = await poll(simulation, "analyzer-house", "-t", "3:float", "-B", "-r", "1000", "-c", "12");
    expect(code).toBe(0);
    const points = Object.values(shown[0]?.points ?? {});
    expect(points).toHaveLength(12);
    expect(Object.keys(values)).toEqual(points.map((_, index) => `${1000 + index * 2}`));
    expect(Object.values(values).map(Number)).toEqual(points.map(rounded));
  });

  test("states over Modbus TCP", async () => {
    const { simulation } = await plant();
    simulation.setCondition("cems", "maintenance");
    const { values } = await poll(simulation, "analyzer-house", "-t", "1", "-r", "1000", "-c", "5");
    expect(Object.values(values)).toEqual(["0", "0", "1", "0", "1"]);
  });

  test("an address the device does not have is refused for the whole request", async () => {
    const { simulation } = await plant();
    const { code, values, said } = await poll(simulation, "analyzer-house", "-t", "3", "-r", "1020", "-c", "8");
    expect(code).not.toBe(0);
    expect(values).toEqual({});
    expect(said).toContain("Illegal data address");
  });

  test("floats and a total, low word first, over RTU on a pseudo-terminal", async () => {
    const { simulation, shown } = await plant();
    const floats = await poll(simulation, "stack", "-t", "4:float", "-r", "0", "-c", "4");
    expect(floats.code).toBe(0);
    expect(Object.values(floats.values).map(Number)).toEqual(Object.values(shown[0]?.points ?? {}).map(rounded));
    const total = await poll(simulation, "stack", "-t", "4:hex", "-r", "8", "-c", "2");
    const [low, high] = Object.values(total.values).map(Number);
    expect(`${(high ?? 0) * 65_536 + (low ?? 0)}`).toBe(shown[1]?.points.consumption);
  });

  test("a foreign master notices a bad CRC, silence and a busy device", async () => {
    const { simulation } = await plant();
    const read = () => poll(simulation, "stack", "-t", "4:float", "-r", "0", "-c", "4", "-o", "0.3");
    simulation.setFault("flow", { kind: "bad-crc" });
    expect((await read()).said).toContain("Invalid CRC");
    simulation.setFault("flow", { kind: "silence" });
    expect((await read()).said).toContain("timed out");
    simulation.setFault("flow", { kind: "exception", code: 6 });
    expect((await read()).said).toContain("device or server is busy");
    simulation.setFault("flow");
    expect((await read()).code).toBe(0);
  });

  test("it cannot write", async () => {
    const { simulation } = await plant();
    const { mode, device } = where(simulation, "stack");
    const { code, stdout, stderr } = await run("mbpoll", [...mode, "-0", "-1", "-t", "4", "-r", "0", device, "17"]);
    expect(code).not.toBe(0);
    expect(stdout + stderr).toContain("Illegal function");
  });
});
