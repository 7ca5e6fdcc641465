import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { scaleRaw } from "../../../../drivers/decimal.ts";
import { decodePoint } from "../../../../drivers/modbus/decode.ts";
import { wordOrders } from "../../../../drivers/profile.ts";
import { mismatch, readersOf } from "../../../../feed/format/raw/readers.ts";

const types = ["int16", "uint16", "int32", "uint32", "int64", "uint64", "float32", "float64", "bitfield16"] as const;
const everyType = [...types, "bcd16", "bcd32", "string"] as const;

type Reads = NonNullable<Parameters<typeof readersOf>[0]["reads"]>;
const one = (source: string, reads: Reads, scale = "1", places = 2) =>
  readersOf({ points: { "d.x": ["-", source, scale, places] }, reads });
const says = (reply: Buffer, value: string | null, reason?: string) => ({
  raw: [reply.toString("base64")],
  data: { "d.x": value === null ? ([null, "B", reason ?? "E_BUS_TIMEOUT"] as const) : ([value, "N"] as const) },
});
const hex = (text: string): Buffer => Buffer.from(text.replaceAll(" ", ""), "hex");

describe("a value and the reply it was read from", () => {
  // The published example of the format: 12.37, 31.50 and 6.08 in one reply.
  const reply = hex("01 03 0c 4145eb85 41fc0000 40c28f5c");
  it.each([
    ["1:3:0000:float32:ABCD", "12.37"],
    ["1:3:0002:float32:ABCD", "31.50"],
    ["1:3:0004:float32:ABCD", "6.08"],
  ])("Modbus %s is %s and nothing else", (source, value) => {
    const readers = one(source, [[1, 3, 0, 6]]);
    expect(mismatch(says(reply, value), readers)).toBeUndefined();
    expect(mismatch(says(reply, "9.00"), readers)).toContain(`the bytes give ${value}`);
    expect(mismatch(says(reply, null), readers)).toContain("its reply holds");
    expect(mismatch(says(reply, null, "sentinel 12"), readers)).toBeUndefined();
  });

  it.each([
    // DL/T 645-2007, Table A.2: voltage of phase A, XXX.X V in two bytes.
    [
      "dlt645",
      "1234:02010100+0:bcd2",
      "1234:02010100",
      "0.1",
      "68 341200000000 68 91 06 33343435 6655 9c 16",
      "223.3",
      1,
    ],
    ["dcon, decimal", "1:all:1:number", "#01", "1", Buffer.from(">+04.000-12.345").toString("hex"), "-12.34", 2],
    ["dcon, two's complement", "10:channel:3:number", "#0A3", "1", Buffer.from(">FFFE").toString("hex"), "-2", 0],
    [
      "hj212",
      "M1:2011:a21026-Rtd:number",
      "pushed by M1",
      "1",
      Buffer.from(
        "##0078ST=31;CN=2011;MN=M1;CP=&&DataTime=20261001080000;a21026-Rtd=12.5,a21026-Flag=N&&0000",
      ).toString("hex"),
      "12.50",
      2,
    ],
  ])("%s", (_, source, read, scale, bytes, value, places) => {
    const readers = one(source, [read], scale, places);
    expect(mismatch(says(hex(bytes), value), readers)).toBeUndefined();
    expect(mismatch(says(hex(bytes), "7"), readers)).toContain(`the bytes give ${value}`);
  });

  it("is not judged where the map says too little, and wrong where no reply holds it", () => {
    expect(one("1:3:0000:f32be", [[1, 3, 0, 6]]).size).toBe(0);
    expect(readersOf({ points: { "d.x": ["-", "1:3:0000:float32:ABCD", "1", 2] } }).size).toBe(0);
    const readers = one("1:3:0000:float32:ABCD", [[1, 3, 0, 6]]);
    expect(mismatch({ ...says(reply, "12.37"), raw: [""] }, readers)).toContain("no reply holds");
    expect(mismatch(says(hex("01 83 02"), "12.37"), readers)).toContain("no reply holds");
    expect(mismatch(says(reply, "12.37"), one("1:3:0100:float32:ABCD", [[1, 3, 0, 6]]))).toContain("no reply holds");
  });

  it("agrees with the plant's own decoder on every Modbus type and order", () => {
    const type = fc.constantFrom(...everyType);
    const bytes = fc.uint8Array({ minLength: 24, maxLength: 24 });
    fc.assert(
      fc.property(
        type,
        fc.constantFrom(...wordOrders),
        fc.integer({ min: 0, max: 8 }),
        bytes,
        (type, order, at, raw) => {
          const data = Buffer.from(raw);
          const length = type === "string" ? 4 : 1;
          const decoded = decodePoint({ type, order, ...(type === "string" && { length }) }, data, 2 * at);
          const text = typeof decoded === "number" && !Number.isFinite(decoded) ? undefined : decoded;
          const value = typeof text === "string" ? text : text === undefined ? undefined : scaleRaw(text, "1", 3);
          const source = `1:4:${at.toString(16).padStart(4, "0")}:${type}${type === "string" ? length : ""}:${order}`;
          const readers = one(source, [[1, 4, 0, 12]], "1", 3);
          const reply = Buffer.concat([Buffer.from([1, 4, 24]), data]);
          if (value === undefined) expect(mismatch(says(reply, "1.000"), readers)).toBeDefined();
          else expect(mismatch(says(reply, value), readers)).toBeUndefined();
        },
      ),
      { numRuns: 500 },
    );
  });

  it("throws on nothing: any bytes under any source", () => {
    const source = fc.oneof(
      fc.string(),
      fc.constantFrom(
        "1:1:0000:bit:ABCD",
        "1:own+0:uint16:ABCD",
        "1:02010100+0:text4",
        "1:all:0:number",
        "M:2011:a:number",
      ),
    );
    const reads = fc.constantFrom<Reads>([[1, 1, 0, 9]], ["own:1:70:00:4"], ["1:02010100"], ["#01"], ["pushed by M"]);
    fc.assert(
      fc.property(source, reads, fc.uint8Array({ maxLength: 40 }), fc.string(), (source, reads, bytes, value) => {
        mismatch(says(Buffer.from(bytes), value), one(source, reads));
        mismatch(says(Buffer.from(bytes), null), one(source, reads));
      }),
      { numRuns: 500 },
    );
  });
});
