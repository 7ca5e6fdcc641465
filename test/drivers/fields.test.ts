import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { loadCatalogue, shippedProfiles } from "../../drivers/catalogue.ts";
import { replyFields, requestFields } from "../../drivers/exchange-fields.ts";
import type { Field } from "../../drivers/fields.ts";
import { replyFields as modbusFields } from "../../drivers/modbus/fields.ts";
import type { ModbusProfile, Profile } from "../../drivers/profile.ts";
import { readsOf } from "../../drivers/protocol.ts";
import { readYaml } from "../../feed/yaml/read.ts";
import { modbusProfiles } from "../support/modbus-profiles.ts";
import { questions, replies } from "./dlt645/vectors.ts";
import { frames } from "./hj212/frames.ts";

const { profiles } = loadCatalogue();
const profileOf = (id: string): Profile => profiles.get(id) as Profile;
const together = (fields: readonly Field[]): string => Buffer.concat(fields.map(({ bytes }) => bytes)).toString("hex");
const told = (fields: readonly Field[]): readonly string[] => fields.map(({ name, says }) => `${name}: ${says}`);
const hex = (text: string): Buffer => Buffer.from(text.replaceAll(/\s/g, ""), "hex");

interface Vector {
  readonly note: string;
  readonly request: string;
  readonly reply: string;
  readonly values?: Readonly<Record<string, string>>;
  readonly status?: Readonly<Record<string, number>>;
}
const vectors = [...modbusProfiles()].flatMap(([id, profile]) => {
  const file = join(shippedProfiles(), `${id}.vectors.yaml`);
  const read = existsSync(file) ? (readYaml(readFileSync(file, "utf8")).value as readonly Vector[]) : [];
  return read
    .filter(({ request }) => [1, 2, 3, 4].includes(hex(request)[1] as number))
    .map((vector) => [`${id}: ${vector.note}`, profile, vector] as const);
});

describe("the golden frames of the Modbus profiles", () => {
  test.each(vectors)("%s", (_, profile, { request, reply, values = {}, status = {} }) => {
    const asked = hex(request);
    const read = [asked[0] ?? 0, asked[1] ?? 0, asked.readUInt16BE(2), asked.readUInt16BE(4)] as const;
    const whole = { ...profile, protocol: "modbus" } as ModbusProfile;
    expect(together(requestFields(whole, read))).toBe(asked.toString("hex"));
    const fields = replyFields(whole, read, hex(reply));
    expect(together(fields)).toBe(hex(reply).toString("hex"));
    const names = fields.map(({ name, says }) => `${name} ${says}`).join(" ");
    for (const point of [...Object.keys(values), ...Object.keys(status)]) expect(names).toContain(point);
    expect(names).not.toContain("beyond the end");
  });
});

test("a Modbus exchange says unit, function, place, length and the points' ids with their raw values", () => {
  const profile = profileOf("eastron/sdm120");
  expect(told(requestFields(profile, [1, 4, 70, 10]))).toEqual([
    "unit: 1",
    "function: read input registers",
    "start: 70",
    "count: 10",
  ]);
  const reply = hex("01 04 14 42480A3D 449A51EC 3E800000 41480000 42C78000");
  expect(told(replyFields(profile, [1, 4, 70, 10], reply))).toEqual([
    "unit: 1",
    "function: read input registers",
    "bytes: 20",
    "frequency: 50.01",
    "import: 1234.56",
    "export: 0.25",
    "reactive-import: 12.5",
    "reactive-export: 99.75",
  ]);
});

test("a refusal is told in the words of the standard", () => {
  expect(told(modbusFields([1, 3, 0, 2], hex("01 83 02"), { points: [], status: [], settings: [] }))).toEqual([
    "unit: 1",
    "function: refused: read holding registers",
    "exception: 2: illegal data address",
  ]);
});

test.each(questions.filter(([, , request]) => request.read === "data"))("a DL/T 645 question of %s, %s", (...row) => {
  const [, address, request, , sent] = row;
  const di = "di" in request ? request.di : "";
  const profile = profileOf(request.edition === "2007" ? "dlt645-2007-three-phase" : "dlt645-1997-three-phase");
  const own = profile ?? meter(request.edition);
  const fields = requestFields(own, `${address}:${di}`);
  expect(together(fields)).toBe(sent.replace(/^(fe)*/, ""));
  expect(told(fields)).toContain(`address: ${address}`);
  expect(told(fields)).toContain(`identifier: ${di}`);
  expect(told(fields)).toContain("sum: right");
});

/** The profile of an edition, wherever it lies. */
const meter = (edition: string): Profile =>
  [...profiles.values()].find(({ protocol }) => protocol === `dlt645-${edition}`) ??
  ({ protocol: `dlt645-${edition}`, points: [], status: [], settings: [] } as unknown as Profile);

test.each(replies)("a DL/T 645 reply of %s, %s", (_, address, request, frame) => {
  const di = "di" in request ? request.di : "";
  const fields = replyFields(meter(request.edition), `${address}:${di}`, hex(frame.replace(/^(fe)*/, "")));
  expect(together(fields)).toBe(frame.replace(/^(fe)*/, ""));
  expect(told(fields)).toContain("sum: right");
});

test("a DCON exchange: address, and each value under its channel", () => {
  const profile = { protocol: "dcon", form: "decimal", points: [], status: [], settings: [] } as unknown as Profile;
  expect(told(requestFields(profile, "#01"))).toEqual(["delimiter: read values", "address: 01", "end: "]);
  expect(told(requestFields(profile, "$01M"))).toEqual(["delimiter: read", "address: 01", "command: name", "end: "]);
  // The character sum of "$012" is B7 (Advantech ADAM-4000 user manual, checksum).
  const summed = requestFields(profile, "$012", true);
  expect(told(summed)).toEqual(["delimiter: read", "address: 01", "command: configuration", "checksum: B7", "end: "]);
  expect(together(summed)).toBe(Buffer.from("$012B7\r").toString("hex"));
  expect(told(replyFields(profile, "#01", Buffer.from(">+05.123+04.153")))).toEqual([
    "delimiter: values",
    "channel 0: +05.123",
    "channel 1: +04.153",
  ]);
  expect(told(replyFields(profile, "#01", Buffer.from("?01")))).toEqual(["delimiter: refused", "address: 01"]);
});

const logger = { protocol: "hj212", points: [], status: [], settings: [] } as unknown as Profile;
test.each(Object.entries(frames))(
  "an HJ 212 frame, %s: its header, each item, and a check that holds",
  (_, { frame }) => {
    const bytes = Buffer.from(frame, "utf8");
    const fields = replyFields(logger, "", bytes);
    expect(together(fields)).toBe(bytes.toString("hex"));
    const said = told(fields);
    expect(said.some((text) => text.startsWith("CN: command"))).toBe(true);
    expect(said).toContain("check: right");
    expect(said.join()).not.toContain("PW: password 1");
  },
);

describe("whatever the reply, each of its bytes is in exactly one field", () => {
  const every = [...profiles.values(), logger];
  const asked = every.map((profile) => {
    const address = { modbus: "1", dcon: "1", hj212: "X" }[profile.protocol as string] ?? "000000000001";
    return [profile, [...readsOf(address, profile), "x"]] as const;
  });
  const starts = ["", "01", "0103", "010304", "0183", "68", "680100000000006891", "3e", "2123", "23233031"];
  test.each(["modbus", "dlt645-2007", "dlt645-1997", "dcon", "hj212"])(
    "%s",
    (protocol) => {
      const plans = asked.filter(([profile]) => profile.protocol === protocol);
      const anything = fc.uint8Array({ maxLength: 300 });
      fc.assert(
        fc.property(fc.nat(), fc.nat(), fc.constantFrom(...starts), anything, (p, r, start, bytes) => {
          const [profile, reads] = plans[p % plans.length] ?? [logger, ["x"]];
          const reply = Buffer.concat([Buffer.from(start, "hex"), bytes]);
          const fields = replyFields(profile, reads[r % reads.length] ?? "x", reply);
          return together(fields) === reply.toString("hex") && fields.every((field) => field.bytes.length > 0);
        }),
        { numRuns: 5_000 },
      );
    },
    30_000,
  );
});
