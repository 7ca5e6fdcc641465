import { join } from "node:path";
import { SerialPort } from "serialport";
import { expect, onTestFinished, test } from "vitest";
import { systemClock } from "../../../drivers/clock.ts";
import { openBus } from "../../../drivers/modbus/bus.ts";
import { parseScenario } from "../../../simulator/scenario.ts";
import { simulate } from "../../../simulator/simulation.ts";
import type { Device } from "../../../simulator/wire/conversation.ts";
import { type PaceClock, type PacedWire, pacedWire } from "../../../simulator/wire/paced.ts";
import { serveSerial } from "../../../simulator/wire/serial.ts";
import { tempDir } from "../../support/temporary.ts";
import { until } from "../../support/until.ts";

/** Time that stands still until it is moved; timers fire `late` ms after they are due. */
function paceClock(late = 0): PaceClock & { advance(ms: number): void } {
  let now = 0;
  const timers = new Set<{ at: number; act: () => void }>();
  return {
    now: () => now,
    later: (ms, act) => {
      const timer = { at: now + Math.max(0, ms) + late, act };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    advance: (ms) => {
      const until = now + ms;
      for (;;) {
        const next = [...timers].sort((a, b) => a.at - b.at)[0];
        if (next === undefined || next.at > until) break;
        timers.delete(next);
        now = Math.max(now, next.at);
        next.act();
      }
      now = until;
    },
  };
}

/** A line at 10,000 baud: a character takes 1 ms, t3.5 3.5 ms. Notes what each side got, and when. */
function line(late = 0): { wire: PacedWire; seen: string[]; advance(ms: number): void } {
  const clock = paceClock(late);
  const seen: string[] = [];
  const note = (who: string) => (bytes: Buffer) => void seen.push(`${who} ${bytes.toString("hex")} at ${clock.now()}`);
  const wire = pacedWire(10_000, { toDevices: note("device"), toMaster: note("master") }, clock);
  return { wire, seen, advance: clock.advance };
}

const bytes = (count: number): Buffer => Buffer.from(Array.from({ length: count }, (_, i) => i + 1));

test("a frame is heard when its characters and t3.5 of silence have passed", () => {
  const { wire, seen, advance } = line();
  wire.receive(bytes(2));
  wire.receive(bytes(1));
  advance(6.4);
  expect(seen).toEqual([]);
  advance(1);
  expect(seen).toEqual(["device 010201 at 6.5"]);
});

test.each([0, 1.3])("what a device says comes no earlier than its characters, with timers %d ms late", (late) => {
  const { wire, seen, advance } = line(late);
  wire.send(bytes(20));
  advance(100);
  let arrived = 0;
  for (const [, hex = "", at] of seen.map((text) => text.split(/ at | /))) {
    arrived += hex.length / 2;
    expect(Number(at)).toBeGreaterThanOrEqual(arrived);
  }
  expect(arrived).toBe(20);
});

test("a second thing said comes after the first", () => {
  const { wire, seen, advance } = line();
  wire.send(bytes(3));
  wire.send(bytes(2));
  advance(20);
  expect(seen.map((text) => text.split(" ")[1]).join("")).toBe("0102030102");
  expect(seen.at(-1)).toMatch(/ at 5$/);
});

test("a frame within t3.5 of the reply's end is counted and lost, one after it is heard", () => {
  const { wire, seen, advance } = line();
  wire.send(bytes(4));
  advance(4 + 3.4);
  wire.receive(bytes(1));
  advance(20);
  expect([wire.tooEarly, seen.filter((text) => text.startsWith("device"))]).toEqual([1, []]);
  wire.receive(bytes(1));
  advance(20);
  expect([wire.tooEarly, seen.filter((text) => text.startsWith("device")).length]).toEqual([1, 1]);
  wire.send(bytes(4));
  advance(4 + 3.5);
  wire.receive(bytes(1));
  expect(wire.tooEarly).toBe(1);
});

test("a frame while a device speaks is counted once and lost, however it is split", () => {
  const { wire, seen, advance } = line();
  wire.send(bytes(10));
  advance(5);
  wire.receive(bytes(1));
  wire.receive(bytes(1));
  advance(50);
  expect(wire.tooEarly).toBe(1);
  expect(seen.filter((text) => text.startsWith("device"))).toEqual([]);
});

test("nothing comes after its end", () => {
  const { wire, seen, advance } = line();
  wire.receive(bytes(1));
  wire.send(bytes(9));
  wire.end();
  advance(50);
  expect(seen).toEqual([]);
});

const register = (at: number): number => (at * 7) & 0xffff;

test("two hundred reads by our bus: none inside t3.5, every value as the device said it", async () => {
  const device: Device = {
    unit: 1,
    serve: (pdu) => {
      const [start, count] = [pdu.readUInt16BE(1), pdu.readUInt16BE(3)];
      const data = Buffer.alloc(2 * count);
      for (let i = 0; i < count; i++) data.writeUInt16BE(register(start + i), 2 * i);
      return { pdu: Buffer.from([3, data.length, ...data]), fault: undefined, random: () => 0 };
    },
  };
  const baud = 19_200;
  const serial = await serveSerial([device], join(tempDir(), "line"), { transport: "rtu" }, baud);
  onTestFinished(serial.close);
  const { path } = serial;
  const settings = { id: "line", transport: "rtu", path, baud, parity: "none", dataBits: 8, stopBits: 1 } as const;
  const bus = openBus(settings, systemClock);
  onTestFinished(() => bus.close());
  const wrong: unknown[] = [];
  for (let start = 0; start < 200 && wrong.length === 0; start++) {
    const request = { functionCode: 3, start, count: 20 } as const;
    const { reply, failure } = await bus.transact({ unit: 1, request }, { deviceMs: 2000 });
    const values = Array.from({ length: 20 }, (_, i) => reply?.readUInt16BE(3 + 2 * i));
    if (values.some((value, i) => value !== register(start + i))) wrong.push({ start, failure });
  }
  expect({ wrong, tooEarly: serial.tooEarly() }).toEqual({ wrong: [], tooEarly: 0 });
});

test("a scenario's line is paced if it says so", async () => {
  const scenario = parseScenario(
    "{ about: x, lines: [{ id: a, transport: rtu, baud: 1200, paced: true, meters: [{ id: m, model: sdm630, unit: 1 }] }] }",
    "test",
  );
  const simulation = await simulate(scenario, { seed: 1 });
  onTestFinished(simulation.close);
  const [at] = simulation.lines;
  if (at?.transport !== "rtu") throw new Error("no line");
  const port = new SerialPort({ path: at.path, baudRate: at.baud, autoOpen: false });
  await new Promise<void>((resolve) => port.open(() => resolve()));
  onTestFinished(() => new Promise<void>((resolve) => port.close(() => resolve())));
  expect(simulation.tooEarly("a")).toBe(0);
  // The reply lasts 41 characters, a third of a second; whoever asks again at its first piece speaks at the same time.
  const ask = Buffer.from("0104000000127007", "hex");
  port.once("data", () => void port.write(ask));
  port.write(ask);
  await until(() => simulation.tooEarly("a") === 1, { what: "the second request to be counted" });
});
