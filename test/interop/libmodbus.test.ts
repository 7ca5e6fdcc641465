import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { systemClock } from "../../drivers/clock.ts";
import type { RegisterRead } from "../../drivers/driver.ts";
import type { ModbusLine } from "../../drivers/line/settings.ts";
import { type ModbusBus, openBus } from "../../drivers/modbus/bus.ts";
import { root, start } from "../support/program.ts";
import { needs } from "../support/system.ts";
import { tempDir } from "../support/temporary.ts";

const holding = (at: number, count = 4): RegisterRead => ({ functionCode: 3, start: at, count });
const registers = (at: number, count = 4): number[] => Array.from({ length: count }, (_, i) => 7 * (at + i) + 11);
const words = (reply: Buffer | undefined): number[] =>
  Array.from({ length: ((reply?.length ?? 3) - 3) / 2 }, (_, i) => reply?.readUInt16BE(3 + 2 * i) ?? -1);

const patient = { deviceMs: 2000 };
/** Less than the server takes for a late answer. */
const hasty = { deviceMs: 60 };

for (const kind of ["tcp", "rtu"] as const) {
  const tools = kind === "tcp" ? (["gcc", "libmodbus"] as const) : (["gcc", "libmodbus", "socat"] as const);
  needs(...tools).describe(`libmodbus as the device, ${kind}`, () => {
    const folder = tempDir(afterAll);
    let bus: ModbusBus;

    beforeAll(async () => {
      const program = join(folder, "server");
      const source = join(root, "test/interop/libmodbus-server.c");
      execFileSync("gcc", ["-O1", "-Wall", "-o", program, source, "-lmodbus"]);
      bus = openBus(await serve(program), systemClock, { marginMs: 20 });
    });
    // What is registered from inside a hook is never run, so the helpers' ends are gathered here.
    const ends: (() => unknown)[] = [];
    const cleanup = (end: () => unknown): void => void ends.push(end);
    afterAll(async () => {
      await bus.close();
      for (const end of ends.toReversed()) await end();
    });

    async function serve(program: string): Promise<ModbusLine> {
      if (kind === "tcp") {
        const [, port] = await start(program, ["tcp"], { cleanup }).line(/listening (\d+)/);
        return { id: kind, transport: "tcp", host: "127.0.0.1", port: Number(port) };
      }
      const [ours, theirs] = [join(folder, "ours"), join(folder, "theirs")];
      const pty = (link: string): string => `pty,raw,echo=0,link=${link}`;
      await start("socat", ["-d", "-d", pty(ours), pty(theirs)], { cleanup }).line(/starting data transfer/);
      await start(program, ["rtu", theirs, "19200"], { cleanup }).line(/listening/);
      return { id: kind, transport: "rtu", path: ours, baud: 19_200, parity: "none", dataBits: 8, stopBits: 1 };
    }

    test.each([3, 4] as const)("registers, function %i", async (functionCode) => {
      for (const count of [1, 20, 125]) {
        const { reply } = await bus.transact({ unit: 1, request: { functionCode, start: 100, count } }, patient);
        expect(words(reply)).toEqual(registers(100, count));
      }
    });

    test.each([1, 2] as const)("bits, function %i", async (functionCode) => {
      const { reply } = await bus.transact({ unit: 1, request: { functionCode, start: 10, count: 19 } }, patient);
      const bits = Array.from({ length: 19 }, (_, i) => ((reply?.[3 + (i >> 3)] ?? 0) >> (i & 7)) & 1);
      expect(bits).toEqual(registers(10, 19).map((value) => value & 1));
    });

    test("an address it does not have is exception 2", async () => {
      const { failure } = await bus.transact({ unit: 1, request: holding(9000) }, patient);
      expect(failure).toMatchObject({ code: "E_BUS_EXCEPTION", exception: 2 });
    });

    test("busy is exception 6, with the reply kept", async () => {
      const { failure, reply } = await bus.transact({ unit: 1, request: holding(1000) }, patient);
      expect(failure).toMatchObject({ code: "E_BUS_EXCEPTION", exception: 6 });
      expect(reply).toEqual(Buffer.from([1, 0x83, 6]));
    });

    test("a reply byte by byte is one reply", async () => {
      const { reply } = await bus.transact({ unit: 1, request: holding(4000, 20) }, patient);
      expect(words(reply)).toEqual(registers(4000, 20));
    });

    test("late replies are no values, neither of their own request nor of the next ones", async () => {
      let values = 0;
      for (let round = 0; round < 3; round++) {
        const late = await bus.transact({ unit: 1, request: holding(2000 + 4 * round) }, hasty);
        expect(late.failure?.code).toBe("E_BUS_TIMEOUT");
        for (const at of [100, 200, 300, 400]) {
          const { reply, failure } = await bus.transact({ unit: 1, request: holding(at) }, hasty);
          if (failure !== undefined) continue;
          values++;
          expect(words(reply)).toEqual(registers(at));
        }
      }
      expect(values).toBeGreaterThan(0);
      const { reply } = await bus.transact({ unit: 1, request: holding(500) }, patient);
      expect(words(reply)).toEqual(registers(500));
      expect(bus.counters().discardedBytes).toBeGreaterThan(0);
    });

    test("a device that never answers is a time-out, and the next request is served", async () => {
      expect((await bus.transact({ unit: 1, request: holding(5000) }, hasty)).failure?.code).toBe("E_BUS_TIMEOUT");
      expect(words((await bus.transact({ unit: 1, request: holding(7) }, patient)).reply)).toEqual(registers(7));
    });

    if (kind === "tcp")
      test("a reply of another transaction is no reply", async () => {
        const { reply, failure } = await bus.transact({ unit: 1, request: holding(3000) }, hasty);
        expect(reply).toBeUndefined();
        expect(failure?.code).toBe("E_BUS_REPLY");
        expect(words((await bus.transact({ unit: 1, request: holding(8) }, patient)).reply)).toEqual(registers(8));
      });
  });
}
