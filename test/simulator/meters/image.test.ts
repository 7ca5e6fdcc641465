import fc from "fast-check";
import { expect, test } from "vitest";
import { decimalOf, draw, words } from "../../../simulator/meters/image.ts";

const hex = (list: readonly number[]): string => list.map((word) => word.toString(16).padStart(4, "0")).join(" ");

test("floats in the order each device sends them, as published for real devices", () => {
  expect(hex(words({ as: "float32", order: "ABCD" }, 230.5))).toBe("4366 8000");
  expect(hex(words({ as: "float32", order: "ABCD" }, 50.01))).toBe("4248 0a3d");
  expect(hex(words({ as: "float32", order: "ABCD" }, 12.34))).toBe("4145 70a4");
  expect(hex(words({ as: "float32", order: "CDAB" }, 12.34))).toBe("70a4 4145");
});

test("a total of 32 bits, low word first, up to its last number", () => {
  expect(hex(words({ as: "uint32", order: "CDAB" }, 0x12345678))).toBe("5678 1234");
  expect(hex(words({ as: "uint32", order: "CDAB" }, 2 ** 32 - 1))).toBe("ffff ffff");
});

test("the decimal string is what the words say", () => {
  fc.assert(
    fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (value) => {
      const [high = 0, low = 0] = words({ as: "float32", order: "ABCD" }, value);
      const view = new DataView(new ArrayBuffer(4));
      view.setUint32(0, high * 65_536 + low);
      expect(String(view.getFloat32(0))).toBe(decimalOf({ as: "float32" }, value));
    }),
  );
  expect(decimalOf({ as: "float32" }, 0.1)).toBe("0.10000000149011612");
});

test("a value in the map without a number is a mistake of ours", () => {
  expect(() => draw([{ point: "so2", table: "input", address: 0, as: "uint16" }], {})).toThrow("so2");
});
