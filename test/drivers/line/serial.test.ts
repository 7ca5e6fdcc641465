import { spawnSync } from "node:child_process";
import { symlinkSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { SerialPort } from "serialport";
import { expect, onTestFinished, test } from "vitest";
import { systemClock } from "../../../drivers/clock.ts";
import type { ReadRequest } from "../../../drivers/driver.ts";
import type { SerialSettings } from "../../../drivers/line/settings.ts";
import { type ModbusBus, openBus } from "../../../drivers/modbus/bus.ts";
import { tempDir } from "../../support/temporary.ts";
import { until } from "../../support/until.ts";
import { answerAll, type Script, type Slave, shown, startSlave } from "../modbus/slave.ts";

const request: ReadRequest = { functionCode: 4, start: 20, count: 3 };
const quick = { deviceMs: 20 };

const bus = (path: string, more: Partial<SerialSettings> = {}): ModbusBus => {
  const line: SerialSettings = { path, baud: 19_200, parity: "none", dataBits: 8, stopBits: 1, ...more };
  const opened = openBus(Object.freeze({ id: "serial", transport: "rtu" as const, ...line }), systemClock, {
    marginMs: 20,
    random: () => 0,
  });
  onTestFinished(() => opened.close());
  return opened;
};

/** A device behind a name that can be moved to another port, as udev does when an adapter is plugged in again. */
async function plugged(script: Script): Promise<{ path: string; slave: Slave; replug(): Promise<Slave> }> {
  const path = join(tempDir(), "meter");
  const attach = async (): Promise<Slave> => {
    const slave = await startSlave("rtu", script);
    if (slave.settings.transport === "rtu") symlinkSync(slave.settings.path, path);
    return slave;
  };
  const slave = await attach();
  const replug = (): Promise<Slave> => {
    unlinkSync(path);
    return attach();
  };
  return { path, slave, replug };
}

const answered = (line: ModbusBus): Promise<Buffer> =>
  until(async () => (await line.transact({ unit: 1, request }, quick)).reply, { what: "the device answers" });

test("an adapter that is pulled out fails the line, and one that is put back is found again (P1, P2, P3)", async () => {
  const { path, slave, replug } = await plugged(answerAll);
  const line = bus(path);
  expect((await answered(line)).readUInt16BE(3)).toBe(shown(1, 20));
  slave.reset();
  await until(async () => (await line.transact({ unit: 1, request }, quick)).failure?.code === "E_BUS_CLOSED");
  const again = await replug();
  expect((await answered(line)).readUInt16BE(3)).toBe(shown(1, 20));
  expect(again.heard.length).toBeGreaterThan(0);
  expect(line.counters().rebuilds).toBeGreaterThan(0);
});

test("a name that vanishes and comes back leading to another port is found again under the running line", async () => {
  const path = join(tempDir(), "usb-FTDI-if00");
  const first = await startSlave("rtu", answerAll);
  if ("path" in first.settings) symlinkSync(first.settings.path, path);
  const line = bus(path);
  await answered(line);
  // The new port is there before the old one is gone, so that it cannot have the same number.
  const second = await startSlave("rtu", answerAll);
  unlinkSync(path);
  first.reset();
  const why = /no such file/i;
  await until(async () => why.test((await line.transact({ unit: 1, request }, quick)).failure?.detail ?? ""), {
    what: "the port is not there",
  });
  const before = first.heard.length;
  if ("path" in second.settings) symlinkSync(second.settings.path, path);
  expect((await answered(line)).readUInt16BE(3)).toBe(shown(1, 20));
  expect([first.heard.length - before, second.heard.length > 0]).toEqual([0, true]);
});

test("nothing asked while the port was gone is sent when it is back (P4)", async () => {
  const { path, slave, replug } = await plugged(answerAll);
  const line = bus(path);
  await answered(line);
  slave.reset();
  for (let start = 1000; start < 1005; start++) {
    const { failure } = await line.transact({ unit: 1, request: { ...request, start } }, quick);
    expect(failure?.code).toBe("E_BUS_CLOSED");
  }
  const again = await replug();
  await answered(line);
  expect(again.heard.filter(({ start }) => start >= 1000)).toEqual([]);
});

test("bytes that lay in the port before it was opened are nobody's reply (P5)", async () => {
  const { path } = await plugged(answerAll);
  const other = new SerialPort({ path, baudRate: 19_200, autoOpen: false, lock: false });
  await new Promise<void>((resolve) => other.open(() => resolve()));
  // Asks on its own and goes away without reading: the reply waits in the kernel for whoever opens next.
  other.write(Buffer.from("01040064000311d4", "hex"));
  await new Promise<void>((resolve) => other.drain(() => resolve()));
  await new Promise<void>((resolve) => other.close(() => resolve()));
  const line = bus(path);
  expect((await answered(line)).readUInt16BE(3)).toBe(shown(1, 20));
});

test("a port that another program holds is reported, and used once it is free (P3)", async () => {
  const { path } = await plugged(answerAll);
  const other = new SerialPort({ path, baudRate: 19_200, autoOpen: false });
  await new Promise<void>((resolve) => other.open(() => resolve()));
  const line = bus(path);
  const { failure } = await line.transact({ unit: 1, request }, quick);
  expect(failure).toMatchObject({ code: "E_BUS_CLOSED", detail: expect.stringMatching(/lock/i) });
  await new Promise<void>((resolve) => other.close(() => resolve()));
  expect((await answered(line)).readUInt16BE(3)).toBe(shown(1, 20));
});

test("a port that does not exist, or is no port, is a failure with its reason", async () => {
  expect((await bus("/nowhere/tty").transact({ unit: 1, request })).failure).toMatchObject({
    code: "E_BUS_CLOSED",
    detail: expect.stringMatching(/no such file/i),
  });
  expect((await bus("/dev/null").transact({ unit: 1, request })).failure?.code).toBe("E_BUS_CLOSED");
});

test("the port is set as the line says, and DTR is left alone at close (P8, M19)", async () => {
  const { path } = await plugged(answerAll);
  const line = bus(path, { baud: 9600, parity: "even", stopBits: 2 });
  await answered(line);
  const { stdout } = spawnSync("stty", ["-F", path, "-a"], { encoding: "utf8" });
  expect(stdout).toContain("speed 9600 baud");
  // The kernel clears the parity of a pseudo-terminal, so that part cannot be seen here.
  expect(stdout).toMatch(/(?<!-)\bcstopb\b/);
  expect(stdout).toMatch(/-hupcl\b/);
  expect(stdout).toMatch(/min = 1; time = 0/);
});
