import { expect, test } from "vitest";
import type { Image } from "../../../simulator/meters/image.ts";
import { answer } from "../../../simulator/meters/reply.ts";

/** Inputs 197 to 218 and registers 108 to 110 of the examples in Modbus Application Protocol V1.1b3, 6.2 and 6.3. */
const bits = [0, 0, 1, 1, 0, 1, 0, 1, 1, 1, 0, 1, 1, 0, 1, 1, 1, 0, 1, 0, 1, 1];
const image: Image = {
  coil: new Map(),
  discrete: new Map(bits.map((bit, index) => [196 + index, bit])),
  holding: new Map([
    [107, 0x022b],
    [108, 0x0000],
    [109, 0x0064],
  ]),
  input: new Map(Array.from({ length: 200 }, (_, index) => [index, index])),
};
const ask = (hex: string, maxRegisters = 125): string =>
  answer(image, Buffer.from(hex, "hex"), maxRegisters).pdu.toString("hex");

test("the standard's own examples", () => {
  expect(ask("0200c40016")).toBe("0203acdb35");
  expect(ask("03006b0003")).toBe("0306022b00000064");
});

test("one unimplemented address refuses the whole request", () => {
  expect(ask("03006b0004")).toBe("8302");
  expect(ask("03006a0003")).toBe("8302");
  expect(ask("0100c40001")).toBe("8102");
  expect(ask("0400c70002")).toBe("8402");
  expect(ask("04ffff0002")).toBe("8402");
});

test("counts out of bounds", () => {
  expect(ask("0400000000")).toBe("8403");
  expect(ask("040000007e")).toBe("8403");
  expect(ask("040000007d")).toHaveLength(4 + 250 * 2);
  expect(ask("04000000" + "3d", 60)).toBe("8403");
  expect(ask("02000007d1")).toBe("8203");
  expect(ask("0400")).toBe("8403");
});

test("nothing can be written, and nothing unknown is answered", () => {
  for (const [fc, refused] of ["058501", "068601", "0f8f01", "109001", "179701", "2bab01", "66e601"].map((t) => [
    t.slice(0, 2),
    t.slice(2),
  ]))
    expect(ask(`${fc}00000001`)).toBe(refused);
});
