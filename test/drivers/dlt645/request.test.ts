import fc from "fast-check";
import { expect, test } from "vitest";
import { encodeRead, type MeterRequest, readSent, refusal, replyBytes } from "../../../drivers/dlt645/request.ts";
import { dlt645Reader } from "../../../simulator/wire/dlt645.ts";
import { questions } from "./vectors.ts";

const digits = fc
  .array(fc.integer({ min: 0, max: 9 }), { minLength: 12, maxLength: 12 })
  .map((list) => list.join(""))
  .filter((address) => address !== "9".repeat(12));
const hexOf = (length: number): fc.Arbitrary<string> =>
  fc
    .uint8Array({ minLength: length / 2, maxLength: length / 2 })
    .map((bytes) => Buffer.from(bytes).toString("hex").toUpperCase());
const question: fc.Arbitrary<{ unit: string; request: MeterRequest }> = fc.record({
  unit: digits,
  request: fc.oneof(
    hexOf(8).map((di): MeterRequest => ({ edition: "2007", read: "data", di })),
    hexOf(4).map((di): MeterRequest => ({ edition: "1997", read: "data", di })),
    fc.constant<MeterRequest>({ edition: "2007", read: "address" }),
  ),
});

test.each(questions)("%s: %s %j", (_, unit, request, wake, frame) => {
  expect(encodeRead(unit, request, wake).toString("hex")).toBe(frame);
  expect(readSent(Buffer.from(frame, "hex"))).toEqual({ unit, request });
});

test("the simulated meter reads what is encoded, and the guard reads it back", () => {
  fc.assert(
    fc.property(question, fc.integer({ min: 0, max: 8 }), ({ unit, request }, wake) => {
      const bytes = encodeRead(unit, request, wake);
      const [heard] = dlt645Reader().push(bytes).requests;
      expect(heard?.unit).toBe(unit);
      const di = request.read === "data" ? request.di : "";
      expect(
        Buffer.from(heard?.pdu.subarray(1) ?? [])
          .reverse()
          .toString("hex")
          .toUpperCase(),
      ).toBe(di);
      expect(readSent(bytes)).toEqual({ unit, request });
    }),
  );
});

/** A frame of any control code, built here by other means. */
const frame = (address: string, control: number, data: number[]): Buffer => {
  const body = [
    0x68,
    ...Buffer.from(address, "hex").reverse(),
    0x68,
    control,
    data.length,
    ...data.map((b) => (b + 0x33) & 0xff),
  ];
  return Buffer.from([...body, body.reduce((sum, byte) => sum + byte, 0) & 0xff, 0x16]);
};

test("no frame that is not a read passes the guard, whatever its data", () => {
  const reads = [0x01, 0x11, 0x13];
  for (let control = 0; control < 256; control++) {
    const lengths = control === 0x13 ? [1, 2, 4, 6] : reads.includes(control) ? [0, 1, 3, 5, 8] : [0, 2, 4, 6, 8, 12];
    for (const length of lengths)
      expect(() => readSent(frame("000000000001", control, Array(length).fill(1)))).toThrow(/not sent/);
  }
  expect(readSent(frame("000000000001", 0x11, [0, 0, 1, 0])).unit).toBe("000000000001");
});

test("no bytes but one whole frame to one meter pass the guard", () => {
  const good = encodeRead("000000000001", { edition: "2007", read: "data", di: "00010000" }, 0);
  const spoilt = Buffer.from(good).fill(0, 14, 15);
  const wrong = [Buffer.concat([good, good]), spoilt, good.subarray(0, 15), Buffer.alloc(0), Buffer.alloc(4, 0xfe)];
  wrong.push(Buffer.concat([Buffer.alloc(9, 0xfe), good]), Buffer.concat([good, Buffer.from([0])]));
  wrong.push(frame("999999999999", 0x11, [0, 0, 1, 0]));
  for (const bytes of wrong) expect(() => readSent(bytes)).toThrow(/not sent/);
});

test.each([
  ["1", { edition: "2007", read: "data", di: "00010000" }],
  ["12345678901A", { edition: "2007", read: "data", di: "00010000" }],
  ["1234AA789012", { edition: "2007", read: "data", di: "00010000" }],
  ["999999999999", { edition: "2007", read: "data", di: "00010000" }],
  ["123456789012", { edition: "2007", read: "data", di: "9010" }],
  ["123456789012", { edition: "1997", read: "data", di: "00010000" }],
  ["123456789012", { edition: "2007", read: "data", di: "0001000g" }],
] as const)("%s %j cannot be asked", (unit, request) => {
  expect(refusal(unit, request)).toBeDefined();
  expect(() => encodeRead(unit, request)).toThrow(/not sent/);
});

test("a reply is waited for as long as a block may be", () => {
  expect(replyBytes({ edition: "2007", read: "data", di: "00010000", bytes: 4 })).toBe(4 + 12 + 4 + 8);
  expect(replyBytes({ edition: "2007", read: "data", di: "0201FF00", bytes: 6 })).toBe(4 + 12 + 4 + 64);
  expect(replyBytes({ edition: "1997", read: "data", di: "B61F", bytes: 6 })).toBe(4 + 12 + 2 + 64);
});
