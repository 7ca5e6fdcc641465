import fc from "fast-check";
import { expect, test } from "vitest";
import { checkProfile } from "../../../drivers/check-profile.ts";
import { systemClock } from "../../../drivers/clock.ts";
import type { Exchange } from "../../../drivers/driver.ts";
import type { ModbusBus } from "../../../drivers/modbus/bus.ts";
import { modbusDriver } from "../../../drivers/modbus/driver.ts";
import { replyFields, requestFields } from "../../../drivers/modbus/fields.ts";
import { identityText } from "../../../drivers/modbus/identity-reads.ts";
import type { Reporter } from "../../../drivers/problem.ts";
import { type ModbusProfile, profileFile } from "../../../drivers/profile.ts";
import { sourceOf } from "../../../drivers/protocol.ts";

const place = { quantity: "x", unit: "", places: 0, type: "string", source: "made up 1" };
const profile = {
  id: "test/device",
  ...profileFile.parse({
    name: "A device",
    maker: "Test",
    model: "One",
    source: "made up",
    protocol: "modbus",
    points: [{ id: "a", at: "input:3", ...place, type: "uint16", unit: "1" }],
    settings: [
      { id: "maker", at: "object:0", ...place },
      { id: "firmware", at: "object:2", ...place },
      { id: "serial", at: "object:128", ...place },
      { id: "server", at: "server-id:1", ...place },
    ],
  }),
} as ModbusProfile;

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(" ", ""), "hex");
/** KBR multicomp F144 manual 25359_EDEBDA0279-2320-1_EN, p. 64; its CRC is that of 2D where the page prints 1D. */
const kbr = hex(
  `01 2B 0E 01 01 00 00 03 00 08 4B 42 52 20 47 6D 62 48
   01 12 6D 75 6C 74 69 63 6F 6D 70 20 46 31 34 34 2D 33 20 20
   02 09 20 32 2E 30 30 72 30 31 36`.replaceAll("\n", ""),
);
/** Unit 1, 17, five bytes: an id, "Ab", running, one byte more. */
const server = hex("01 11 05 07 41 62 FF 00");

test("firmware and serial number that are in the identification alone are settings, asked for one object at a time", async () => {
  const asked: unknown[] = [];
  const at = systemClock.now();
  const bus: ModbusBus = {
    line: "scripted",
    transact: async ({ request }): Promise<Exchange> => {
      asked.push(request);
      if (request.functionCode === 4) return { reply: hex("01 04 02 00 2A"), sent: at, received: at };
      return { reply: request.functionCode === 17 ? server : kbr, sent: at, received: at };
    },
    counters: () => ({ requests: 0, replies: 0, failures: {}, discardedBytes: 0, quarantines: 0, rebuilds: 0 }),
    close: async () => {},
  };
  const driver = modbusDriver(bus, 1, profile, systemClock);
  expect((await driver.poll()).exchanges).toHaveLength(1);
  asked.length = 0;
  const { samples, reads } = await driver.poll({ settings: true });
  expect(asked).toEqual([
    { functionCode: 4, start: 3, count: 1 },
    { functionCode: 43, access: 1, object: 0 },
    { functionCode: 43, access: 1, object: 2 },
    { functionCode: 43, access: 3, object: 128 },
    { functionCode: 17 },
  ]);
  expect(samples).toMatchObject([
    { point: "a", raw: 42 },
    { point: "maker", raw: "KBR GmbH" },
    { point: "firmware", raw: "2.00r016" },
    { point: "serial", failure: { code: "E_BUS_REPLY" } },
    { point: "server", raw: "Ab" },
  ]);
  expect(reads.slice(1)).toEqual([
    "identity:1:43:0E0100",
    "identity:1:43:0E0102",
    "identity:1:43:0E0380",
    "identity:1:17:",
  ]);
});

test("the configuration says in which object a setting lies, and the request can be made again from the plan", () => {
  expect(profile.settings.map((point) => sourceOf("1", point))).toEqual([
    "1:object+0:string",
    "1:object+2:string",
    "1:object+128:string",
    "1:server-id+1:string",
  ]);
  const bytes = requestFields("identity:1:43:0E0102").map((field) => field.bytes);
  expect(Buffer.concat(bytes)).toEqual(hex("01 2B 0E 01 02"));
});

test.each([
  ["points", { id: "p", at: "object:2", ...place }, "E_CONFIG_VALUE: object is for settings"],
  [
    "status",
    { id: "s", at: "server-id:0", type: "uint16", flags: [], source: "x 1" },
    "E_CONFIG_VALUE: server-id is for settings",
  ],
  [
    "settings",
    { id: "s", at: "object:2", ...place, type: "uint16", unit: "1" },
    "E_CONFIG_VALUE: what a device says of itself is text",
  ],
  ["settings", { id: "s", at: "server-id:0", ...place, length: 4 }, "E_CONFIG_VALUE: s: it ends where the reply says"],
  ["settings", { id: "s", at: "object:256", ...place }, "E_CONFIG_RANGE: there is no object:256"],
  [
    "requests",
    { id: "object", function: 65, data: "", reply: 1, source: "x 1" },
    "E_CONFIG_VALUE: object is the name of another place",
  ],
])("%s %o is refused", (list, entry, problem) => {
  const { id, ...file } = profile;
  const plain = { ...file, points: [{ id: "a", at: "input:3", ...place, type: "uint16", unit: "1" }], settings: [] };
  const wrong = {
    id,
    ...profileFile.parse({ ...plain, [list]: list === "points" ? [...plain.points, entry] : [entry] }),
  };
  const said: string[] = [];
  checkProfile(wrong as ModbusProfile, (code, path, message, instead) => {
    said.push(`${code}: ${message}`);
    return { code, path, message, instead, file: "", line: 0, column: 0 } as unknown as ReturnType<Reporter>;
  });
  expect(said).toEqual([problem]);
});

test("each byte of an identification is in one field, with what it says", () => {
  const told = replyFields("identity:1:43:0E0102", kbr, profile).map(({ name, says }) => `${name}: ${says}`);
  expect(told).toEqual([
    "unit: 1",
    "function: read identification",
    "kind of 43: 14",
    "access: 1",
    "conformity: 1",
    "more follows: 0",
    "next object: 0",
    "objects: 3",
    "object: vendor",
    "length: 8",
    "vendor: KBR GmbH",
    "object: product code",
    "length: 18",
    "product code: multicomp F144-3",
    "object: revision",
    "length: 9",
    "revision: 2.00r016",
  ]);
  expect(replyFields("identity:1:17:", server, profile).at(-1)).toMatchObject({
    name: "server id",
    says: "[07]Ab[ff]",
  });
});

test("whatever comes, a setting is text that fits into an entry or none, and no byte is lost from the fields", () => {
  const head = fc.constantFrom("01 2B 0E 01 01 00 00 01", "01 11 05", "01 AB 01", "01 2B", "");
  fc.assert(
    fc.property(head, fc.uint8Array({ maxLength: 260 }), fc.nat(255), (begin, tail, number) => {
      const reply = Buffer.concat([hex(begin), tail]);
      for (const identity of ["object", "server-id"] as const) {
        const text = identityText(reply, { identity, number });
        if (text !== undefined) expect(text).toMatch(/^[\x20-\x7e]{1,255}$/);
      }
      const fields = replyFields("identity:1:43:0E0100", reply, profile);
      expect(Buffer.concat(fields.map(({ bytes }) => bytes))).toEqual(reply);
    }),
  );
});
