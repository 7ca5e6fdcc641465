import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Layout } from "../../drivers/modbus/decode.ts";
import { decodePoint } from "../../drivers/modbus/decode.ts";
import type { WordOrder } from "../../drivers/profile.ts";
import { wordOrders } from "../../drivers/profile.ts";

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(" ", ""), "hex");

describe("the four byte orders of one value", () => {
  test.each([
    ["ABCD", "4145 70A4"],
    ["CDAB", "70A4 4145"],
    ["BADC", "4541 A470"],
    ["DCBA", "A470 4541"],
  ] as const)("12.34 as float32 %s is %s", (order, bytes) => {
    expect(decodePoint({ type: "float32", order }, hex(bytes), 0)).toBe(Math.fround(12.34));
  });

  test.each([
    ["ABCD", "0123 4567 89AB CDEF"],
    ["CDAB", "CDEF 89AB 4567 0123"],
    ["BADC", "2301 6745 AB89 EFCD"],
    ["DCBA", "EFCD AB89 6745 2301"],
  ] as const)("0x0123456789ABCDEF as uint64 %s is %s", (order, bytes) => {
    expect(decodePoint({ type: "uint64", order }, hex(bytes), 0)).toBe(0x0123456789abcdefn);
  });
});

describe("single types", () => {
  test.each([
    ["int16", "FFFE", -2],
    ["uint16", "FFFE", 65534],
    ["int32", "FFFF FFFE", -2],
    ["uint32", "FFFF FFFE", 4294967294],
    ["int64", "FFFF FFFF FFFF FFFE", -2n],
    ["uint64", "FFFF FFFF FFFF FFFE", 18446744073709551614n],
    ["float32", "4248 0A3D", Math.fround(50.01)],
    ["float64", "4028 AE14 7AE1 47AE", 12.34],
    ["bitfield16", "8004", 0x8004],
    ["bcd16", "1234", 1234],
    ["bcd32", "0012 3456", 123456],
  ] as const)("%s %s is %s", (type, bytes, value) => {
    expect(decodePoint({ type, order: "ABCD" }, hex(bytes), 0)).toBe(value);
  });

  test("a text loses its padding and nothing else", () => {
    const layout: Layout = { type: "string", length: 4, order: "ABCD" };
    expect(decodePoint(layout, Buffer.from(" GW 17\0\0"), 0)).toBe("GW 17");
    expect(decodePoint({ ...layout, order: "BADC" }, Buffer.from("WG1 \x007\0\0", "latin1"), 0)).toBe("GW 17");
  });

  test("NaN and infinities are decoded as what they are", () => {
    expect(decodePoint({ type: "float32", order: "ABCD" }, hex("7FC0 0000"), 0)).toBeNaN();
    expect(decodePoint({ type: "float32", order: "ABCD" }, hex("FF80 0000"), 0)).toBe(Number.NEGATIVE_INFINITY);
  });
});

describe("bytes that mean nothing", () => {
  test.each([
    ["a BCD digit above 9", { type: "bcd16", order: "ABCD" }, hex("12A4")],
    ["a text with a control character", { type: "string", length: 1, order: "ABCD" }, hex("4107")],
    ["a text of padding only", { type: "string", length: 1, order: "ABCD" }, hex("2000")],
    ["half a value", { type: "uint32", order: "ABCD" }, hex("0001")],
    ["no bit", { type: "bit", order: "ABCD" }, hex("")],
  ] as const)("%s is undecodable", (_, layout, bytes) => {
    expect(decodePoint(layout, bytes, 0)).toBeUndefined();
  });
});

test("bit n is bit n of the reply, lowest first (Modbus 1.1b3, 6.1: CD 6B 05 are coils 20 to 38)", () => {
  // The example of the standard: coils 27-20 are CD, 35-28 are 6B, 38-36 are the low three bits of 05.
  const read = (i: number) => decodePoint({ type: "bit", order: "ABCD" }, hex("CD 6B 05"), i);
  const coils = Array.from({ length: 19 }, (_, i) => read(i)).join("");
  expect(coils).toBe("1011001111010110101");
});

/** Written apart from the decoder: a value's big-endian words, moved and swapped as the order's letters say. */
function sent(bigEndian: Buffer, order: WordOrder): Buffer {
  const words = Array.from({ length: bigEndian.length / 2 }, (_, i) => [...bigEndian.subarray(2 * i, 2 * i + 2)]);
  const moved = order === "CDAB" || order === "DCBA" ? words.reverse() : words;
  const swapped = order === "BADC" || order === "DCBA" ? moved.map((word) => word.reverse()) : moved;
  return Buffer.from(swapped.flat());
}

const written = (bytes: number, write: (view: DataView) => void): Buffer => {
  const view = new DataView(new ArrayBuffer(bytes));
  write(view);
  return Buffer.from(view.buffer);
};
const someValue = fc.oneof(
  fc.integer({ min: -32768, max: 32767 }).map((v) => ["int16", v, written(2, (d) => d.setInt16(0, v))] as const),
  fc.nat(65535).map((v) => ["uint16", v, written(2, (d) => d.setUint16(0, v))] as const),
  fc.nat(65535).map((v) => ["bitfield16", v, written(2, (d) => d.setUint16(0, v))] as const),
  fc.integer().map((v) => ["int32", v, written(4, (d) => d.setInt32(0, v))] as const),
  fc.nat(0xffffffff).map((v) => ["uint32", v, written(4, (d) => d.setUint32(0, v))] as const),
  fc
    .bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
    .map((v) => ["int64", v, written(8, (d) => d.setBigInt64(0, v))] as const),
  fc
    .bigInt({ min: 0n, max: 2n ** 64n - 1n })
    .map((v) => ["uint64", v, written(8, (d) => d.setBigUint64(0, v))] as const),
  fc.float().map((v) => ["float32", v, written(4, (d) => d.setFloat32(0, v))] as const),
  fc.double().map((v) => ["float64", v, written(8, (d) => d.setFloat64(0, v))] as const),
  fc.nat(9999).map((v) => ["bcd16", v, Buffer.from(String(v).padStart(4, "0"), "hex")] as const),
  fc.nat(99999999).map((v) => ["bcd32", v, Buffer.from(String(v).padStart(8, "0"), "hex")] as const),
);

test("any value of any type in any order, anywhere in a reply, is read as it was written", () => {
  fc.assert(
    fc.property(
      someValue,
      fc.constantFrom(...wordOrders),
      fc.uint8Array({ maxLength: 8 }),
      fc.uint8Array({ maxLength: 8 }),
      ([type, value, bigEndian], order, before, after) => {
        const data = Buffer.concat([before, sent(bigEndian, order), after]);
        const untouched = Buffer.from(data);
        expect(decodePoint({ type, order }, data, before.length)).toBe(value);
        expect(data).toEqual(untouched);
      },
    ),
    { numRuns: 2000 },
  );
});
