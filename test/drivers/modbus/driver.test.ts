import { expect, test } from "vitest";
import type { BusFailure, Driver, RegisterRead, TransactOptions } from "../../../drivers/driver.ts";
import type { ModbusBus } from "../../../drivers/modbus/bus.ts";
import { modbusDriver } from "../../../drivers/modbus/driver.ts";
import { type ModbusProfile, profileFile } from "../../../drivers/profile.ts";
import type { Instant } from "../../../feed/format/vocabulary.ts";
import { fakeClock } from "../../support/clock.ts";

const at = { wall: 1, mono: 1 } as Instant;
const timeout: BusFailure = { code: "E_BUS_TIMEOUT", detail: "no reply" };

/** A bus that answers each function code from these data bytes, or not at all. */
function scriptedBus(data: Partial<Record<number, string>>): {
  bus: ModbusBus;
  asked: (RegisterRead & { unit: number } & TransactOptions)[];
} {
  const asked: (RegisterRead & { unit: number } & TransactOptions)[] = [];
  const bus: ModbusBus = {
    line: "scripted",
    transact: async ({ unit, request }, options) => {
      asked.push({ unit, ...(request as RegisterRead), ...options });
      const bytes = data[request.functionCode];
      if (bytes === undefined) return { failure: timeout, sent: at, received: at };
      const body = Buffer.from(bytes.replaceAll(" ", ""), "hex");
      const reply = Buffer.concat([Buffer.from([unit, request.functionCode, body.length]), body]);
      return { reply, sent: at, received: at };
    },
    counters: () => ({ requests: 0, replies: 0, failures: {}, discardedBytes: 0, quarantines: 0, rebuilds: 0 }),
    close: async () => {},
  };
  return { bus, asked };
}

const value = { quantity: "x", unit: "1", places: 0, source: "made up" };
const profile = {
  id: "test/device",
  ...profileFile.parse({
    name: "A device",
    maker: "Test",
    model: "One",
    source: "made up",
    protocol: "modbus",
    limits: { maxGap: 4 },
    deviceMs: 321,
    points: [
      { id: "a", at: "input:10", type: "uint16", ...value },
      { id: "b", at: "input:12", type: "float32", order: "CDAB", ...value },
      { id: "c", at: "holding:0", type: "bcd16", ...value },
    ],
    status: [
      { id: "state", at: "input:11", type: "bitfield16", flags: [], source: "made up" },
      { id: "door", at: "discrete:7", type: "bit", flags: [], points: ["a"], source: "made up" },
    ],
  }),
} as ModbusProfile;
const driverOf = (bus: ModbusBus, unit = 1, of = profile): Driver => modbusDriver(bus, unit, of, fakeClock());

test("values and states are read in one poll, each from its own place in the reply", async () => {
  const { bus, asked } = scriptedBus({ 4: "0064 8001 0000 41c8", 3: "1234", 2: "01" });
  const driver = driverOf(bus, 9);
  const poll = await driver.poll();
  expect(Object.fromEntries(poll.samples.map((sample) => [sample.point, "raw" in sample && sample.raw]))).toEqual({
    a: 100,
    state: 0x8001,
    b: 25,
    c: 1234,
    door: 1,
  });
  expect(asked.map(({ unit, deviceMs }) => [unit, deviceMs])).toEqual(asked.map(() => [9, 321]));
  expect(driver.reads).toContainEqual([9, 4, 10, 4]);
});

test("a poll makes exactly the planned requests in their order, and keeps every exchange", async () => {
  const { bus, asked } = scriptedBus({ 4: "0064 8001 0000 41c8", 3: "1234", 2: "01" });
  const driver = driverOf(bus);
  for (let i = 0; i < 2; i++) expect((await driver.poll()).exchanges).toHaveLength(driver.reads.length);
  const requests = asked.map(({ unit, functionCode, start, count }) => [unit, functionCode, start, count]);
  expect(requests).toEqual([...driver.reads, ...driver.reads]);
});

test("a request that fails takes only its own points with it", async () => {
  const { bus } = scriptedBus({ 3: "0042", 2: "00" });
  const { samples } = await driverOf(bus).poll();
  const failed = samples.filter((sample) => "failure" in sample);
  expect(failed.map(({ point }) => point).sort()).toEqual(["a", "b", "state"]);
  expect(failed.every((sample) => "failure" in sample && sample.failure.code === "E_BUS_TIMEOUT")).toBe(true);
  expect(samples).toContainEqual({ point: "c", raw: 42 });
});

test("registers that are no number of their type are a failure, never a number", async () => {
  const { bus } = scriptedBus({ 3: "1a2b" });
  const { samples } = await driverOf(bus).poll();
  expect(samples.find(({ point }) => point === "c")).toMatchObject({ failure: { code: "E_BUS_REPLY" } });
});

test("the signal goes down to the line", async () => {
  const { bus, asked } = scriptedBus({});
  const { signal } = new AbortController();
  await driverOf(bus).poll({ signal });
  expect(asked.every((request) => request.signal === signal)).toBe(true);
});
