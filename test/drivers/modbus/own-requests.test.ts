import { expect, test } from "vitest";
import { systemClock } from "../../../drivers/clock.ts";
import type { Exchange } from "../../../drivers/driver.ts";
import type { ModbusBus } from "../../../drivers/modbus/bus.ts";
import { modbusDriver } from "../../../drivers/modbus/driver.ts";
import { type ModbusProfile, profileFile } from "../../../drivers/profile.ts";
import { sourceOf } from "../../../drivers/protocol.ts";

const value = { quantity: "x", unit: "1", places: 0, source: "made up 1" };
const profile = {
  id: "test/device",
  ...profileFile.parse({
    name: "A device",
    maker: "Test",
    model: "One",
    source: "made up",
    protocol: "modbus",
    requests: [{ id: "block", function: 0x66, data: "009D", reply: 9, source: "made up 1" }],
    points: [
      { id: "a", at: "block:1", type: "float32", order: "DCBA", ...value },
      { id: "b", at: "block:5", type: "uint16", ...value },
      { id: "c", at: "input:3", type: "uint16", ...value },
    ],
    status: [{ id: "state", at: "block:7", type: "bitfield16", flags: [], source: "made up 1" }],
  }),
} as ModbusProfile;

test("a maker's own function is asked once for all values in its reply, and each is read from its byte", async () => {
  const asked: unknown[] = [];
  const at = systemClock.now();
  const reply = (hex: string): Exchange => ({
    reply: Buffer.from(hex.replaceAll(" ", ""), "hex"),
    sent: at,
    received: at,
  });
  const bus: ModbusBus = {
    line: "scripted",
    transact: async ({ unit, request }) => {
      asked.push([unit, request]);
      // 25.0 as a float32 with its lowest byte first, behind a byte that means nothing.
      return "data" in request ? reply("09 66 2C 00 00 C8 41 00 07 80 01") : reply("09 04 02 00 2A");
    },
    counters: () => ({ requests: 0, replies: 0, failures: {}, discardedBytes: 0, quarantines: 0, rebuilds: 0 }),
    close: async () => {},
  };
  const driver = modbusDriver(bus, 9, profile, systemClock);
  const { samples, reads } = await driver.poll();
  expect(Object.fromEntries(samples.map((sample) => [sample.point, "raw" in sample && sample.raw]))).toEqual({
    a: 25,
    b: 7,
    c: 42,
    state: 0x8001,
  });
  expect(asked).toEqual([
    [9, { functionCode: 4, start: 3, count: 1 }],
    [9, { functionCode: 0x66, data: "009D", replyBytes: 9 }],
  ]);
  expect(reads).toEqual([[9, 4, 3, 1], "block:9:102:009D:9"]);
});

test("the configuration says in which reply a value lies, and where", () => {
  expect(profile.points.map((point) => sourceOf("9", point))).toEqual([
    "9:block+1:float32:DCBA",
    "9:block+5:uint16:ABCD",
    "9:4:0003:uint16:ABCD",
  ]);
});
