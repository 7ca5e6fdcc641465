import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { systemClock } from "../../drivers/clock.ts";
import type { RegisterRead } from "../../drivers/driver.ts";
import type { ModbusLine } from "../../drivers/line/settings.ts";
import { openBus } from "../../drivers/modbus/bus.ts";
import { parseScenario } from "../../simulator/scenario.ts";
import type { Shown } from "../../simulator/shown.ts";
import { simulate } from "../../simulator/simulation.ts";
import { python } from "../support/packages.ts";
import { root, run, start } from "../support/program.ts";
import { needs } from "../support/system.ts";
import { tempDir } from "../support/temporary.ts";

// pymodbus is on either side of every framing: the device that we read, and the master that reads the simulator.

const kinds = ["tcp", "udp", "rtu", "rtu-over-tcp", "ascii", "ascii-over-tcp"] as const;
type Kind = (typeof kinds)[number];
const isSerial = (kind: Kind): kind is "rtu" | "ascii" => kind === "rtu" || kind === "ascii";
const registers = (at: number, count: number): number[] => Array.from({ length: count }, (_, i) => 7 * (at + i) + 11);
const words = (reply: Buffer | undefined): number[] =>
  Array.from({ length: ((reply?.length ?? 3) - 3) / 2 }, (_, i) => reply?.readUInt16BE(3 + 2 * i) ?? -1);
const script = (name: string): string => join(root, "test/interop", name);

async function device(kind: Kind): Promise<ModbusLine> {
  const serve = async (...more: readonly string[]): Promise<number> => {
    const program = start(python() ?? "python3", [script("pymodbus-server.py"), kind, ...more], {
      cleanup: onTestFinished,
    });
    const [, port] = await program.line(/listening (\d+)/, { within: 20_000 });
    return Number(port);
  };
  if (isSerial(kind)) {
    const folder = tempDir();
    const [ours, theirs] = [join(folder, "ours"), join(folder, "theirs")];
    const pty = (link: string): string => `pty,raw,echo=0,link=${link}`;
    const pair = start("socat", ["-d", "-d", pty(ours), pty(theirs)], { cleanup: onTestFinished });
    await pair.line(/starting data transfer/);
    await serve(theirs);
    return { id: kind, transport: kind, path: ours, baud: 19_200, parity: "none", dataBits: 8, stopBits: 1 };
  }
  const at = { id: kind, host: "127.0.0.1", port: await serve() };
  return kind === "tcp" || kind === "udp" ? { ...at, transport: kind } : { ...at, transport: kind, baud: 19_200 };
}

needs("pymodbus", "socat").describe("pymodbus as the device", () => {
  test.each(kinds)("registers, bits, exceptions and identity: %s", async (kind) => {
    const bus = openBus(await device(kind), systemClock, { marginMs: 200 });
    onTestFinished(() => bus.close());
    const ask = (request: Parameters<typeof bus.transact>[0]["request"]) =>
      bus.transact({ unit: 1, request }, { deviceMs: 2000 });
    for (const functionCode of [3, 4] as const)
      for (const count of [1, 20, 125]) {
        const { reply, failure } = await ask({ functionCode, start: 100, count } satisfies RegisterRead);
        expect(failure).toBeUndefined();
        expect(words(reply)).toEqual(registers(100, count));
      }
    const { reply } = await ask({ functionCode: 1, start: 10, count: 19 });
    const bits = Array.from({ length: 19 }, (_, i) => ((reply?.[3 + (i >> 3)] ?? 0) >> (i & 7)) & 1);
    expect(bits).toEqual(registers(10, 19).map((value) => value & 1));
    expect((await ask({ functionCode: 3, start: 20_000, count: 1 })).failure).toMatchObject({ exception: 2 });
    const identity = await ask({ functionCode: 43, access: 1, object: 0 });
    expect(identity.failure).toBeUndefined();
    expect(identity.reply?.toString("latin1")).toContain("pymodbus");
  });
});

needs("pymodbus").describe("pymodbus as the master", () => {
  test.each(kinds)("reads the simulator: %s", async (kind) => {
    const port = isSerial(kind) ? "" : "port: 0, ";
    const text = `{ about: x, lines: [{ id: line, transport: ${kind}, ${port}meters: [{ id: meter, model: s430, unit: 11 }] }] }`;
    const shown: Shown[] = [];
    const simulation = await simulate(parseScenario(text, "test"), { seed: 2, onShown: (seen) => shown.push(seen) });
    onTestFinished(simulation.close);
    const [line] = simulation.lines;
    const where = line && ("path" in line ? line.path : `${line.host}:${line.port}`);
    const args = [script("pymodbus-client.py"), kind, where ?? "", "11", "3", "0", "10"];
    const { code, stdout } = await run(python() ?? "python3", args);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^(\d+ ?){10}\n$/)]);
    const hex = stdout
      .trim()
      .split(" ")
      .map((word) => Number(word).toString(16).padStart(4, "0"));
    expect(hex.join("")).toBe(shown[0]?.values);
  });
});
