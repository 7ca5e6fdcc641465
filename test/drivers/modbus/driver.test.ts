import { expect, test } from "vitest";
import type { Bus, BusFailure, ReadRequest, TransactOptions } from "../../../drivers/driver.ts";
import { modbusDriver } from "../../../drivers/modbus/driver.ts";
import { type Profile, profileFile } from "../../../drivers/profile.ts";
import type { Instant } from "../../../feed/format/vocabulary.ts";

const at = { wall: 1, mono: 1 } as Instant;
const timeout: BusFailure = { code: "E_BUS_TIMEOUT", detail: "no reply" };

/** A bus that answers each function code from these data bytes, or not at all. */
function scriptedBus(data: Partial<Record<number, string>>): {
  bus: Bus;
  asked: (ReadRequest & { unit: number } & TransactOptions)[];
} {
  const asked: (ReadRequest & { unit: number } & TransactOptions)[] = [];
  const bus: Bus = {
    line: "scripted",
    transact: async (unit, request, options) => {
      asked.push({ unit, ...request, ...options });
      const bytes = data[request.functionCode];
      if (bytes === undefined) return { unit, request, failure: timeout, sent: at, received: at };
      const body = Buffer.from(bytes.replaceAll(" ", ""), "hex");
      const reply = Buffer.concat([Buffer.from([unit, request.functionCode, body.length]), body]);
      return { unit, request, reply, sent: at, received: at };
    },
    counters: () => ({ requests: 0, replies: 0, failures: {}, discardedBytes: 0, quarantines: 0, rebuilds: 0 }),
    close: async () => {},
  };
  return { bus, asked };
}

const value = { quantity: "x", unit: "1", places: 0, source: "made up" };
const profile: Profile = {
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
};

test("values and states are read in one poll, each from its own place in the reply", async () => {
  const { bus, asked } = scriptedBus({ 4: "0064 8001 0000 41c8", 3: "1234", 2: "01" });
  const driver = modbusDriver(bus, 9, profile);
  const poll = await driver.poll();
  expect(Object.fromEntries(poll.samples.map((sample) => [sample.point, "raw" in sample && sample.raw]))).toEqual({
    a: 100,
    state: 0x8001,
    b: 25,
    c: 1234,
    door: 1,
  });
  expect(asked.map(({ unit, deviceMs }) => [unit, deviceMs])).toEqual(asked.map(() => [9, 321]));
  expect(driver.reads).toContainEqual({ functionCode: 4, start: 10, count: 4 });
});

test("a poll makes exactly the planned requests in their order, and keeps every exchange", async () => {
  const { bus, asked } = scriptedBus({});
  const driver = modbusDriver(bus, 1, profile);
  for (let i = 0; i < 2; i++)
    expect((await driver.poll()).exchanges.map(({ request }) => request)).toEqual(driver.reads);
  expect(asked).toMatchObject([...driver.reads, ...driver.reads]);
  expect(asked).toHaveLength(2 * driver.reads.length);
});

test("a request that fails takes only its own points with it", async () => {
  const { bus } = scriptedBus({ 3: "0042", 2: "00" });
  const { samples } = await modbusDriver(bus, 1, profile).poll();
  const failed = samples.filter((sample) => "failure" in sample);
  expect(failed.map(({ point }) => point).sort()).toEqual(["a", "b", "state"]);
  expect(failed.every((sample) => "failure" in sample && sample.failure.code === "E_BUS_TIMEOUT")).toBe(true);
  expect(samples).toContainEqual({ point: "c", raw: 42 });
});

test("registers that are no number of their type are a failure, never a number", async () => {
  const { bus } = scriptedBus({ 3: "1a2b" });
  const { samples } = await modbusDriver(bus, 1, profile, { points: ["c"] }).poll();
  expect(samples.find(({ point }) => point === "c")).toMatchObject({ failure: { code: "E_BUS_REPLY" } });
});

test("only the chosen points are read, and the states that concern them", () => {
  const { bus } = scriptedBus({});
  const reads = (points: readonly string[]): readonly ReadRequest[] => modbusDriver(bus, 1, profile, { points }).reads;
  expect(reads(["a"])).toEqual([
    { functionCode: 4, start: 10, count: 2 },
    { functionCode: 2, start: 7, count: 1 },
  ]);
  expect(reads(["b"])).toEqual([{ functionCode: 4, start: 11, count: 3 }]);
});

test("the signal goes down to the line", async () => {
  const { bus, asked } = scriptedBus({});
  const { signal } = new AbortController();
  await modbusDriver(bus, 1, profile).poll(signal);
  expect(asked.every((request) => request.signal === signal)).toBe(true);
});
