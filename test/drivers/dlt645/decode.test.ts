import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeMeter } from "../../../drivers/dlt645/decode.ts";
import { planReads } from "../../../drivers/dlt645/plan.ts";

const bytes = (hex: string): Buffer => Buffer.from(hex, "hex");

/** Digits as a meter sends them, by arithmetic and not by text. */
const packed = (value: bigint, size: number): Buffer => {
  const out: number[] = [];
  for (let rest = value; out.length < size; rest /= 100n) out.push(Number(((rest / 10n) % 10n) * 16n + (rest % 10n)));
  return Buffer.from(out);
};

test("digits are read back, whatever their number", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10 }), fc.bigInt({ min: 0n, max: 10n ** 20n - 1n }), (size, any) => {
      const value = any % 100n ** BigInt(size);
      const raw = decodeMeter({ type: "bcd", bytes: size }, packed(value, size), 0);
      expect(raw).toBe(size < 7 ? Number(value) : value);
    }),
  );
});

test("the highest bit is the sign", () => {
  fc.assert(
    fc.property(fc.integer({ min: -799_999, max: 799_999 }), (value) => {
      const sent = packed(BigInt(Math.abs(value)), 3);
      if (value < 0) sent[2] = (sent[2] ?? 0) + 0x80;
      expect(decodeMeter({ type: "sbcd", bytes: 3 }, sent, 0)).toBe(value);
    }),
  );
  expect(Object.is(decodeMeter({ type: "sbcd", bytes: 2 }, bytes("0080"), 0), 0)).toBe(true);
});

test.each([
  ["bcd", 2, "0a10"],
  ["bcd", 2, "ffff"],
  ["sbcd", 3, "ffffff"],
  ["sbcd", 2, "00fa"],
  ["digits", 6, "ffffffffffff"],
  ["text", 4, "00000000"],
  ["text", 2, "4107"],
  ["bcd", 3, "0110"],
] as const)("%s of %i bytes: %s is no value", (type, size, hex) =>
  expect(decodeMeter({ type, bytes: size }, bytes(hex), 0)).toBeUndefined(),
);

test("text, digits and bits, the lowest byte first, at their place in a block", () => {
  expect(decodeMeter({ type: "text", bytes: 6 }, bytes("ff00" + "56303232"), 2)).toBeUndefined();
  expect(decodeMeter({ type: "text", bytes: 4 }, bytes("ffff56303232"), 2)).toBe("220V");
  expect(decodeMeter({ type: "digits", bytes: 6 }, bytes("129078563400"), 0)).toBe("003456789012");
  expect(decodeMeter({ type: "uint", bytes: 2 }, bytes("0480"), 0)).toBe(0x8004);
});

test("points of one identifier share a request, as long as its furthest point", () => {
  const point = (id: string, di: string, offset: number, size: number) => ({ id, at: { di, offset }, bytes: size });
  const points = [point("u1", "0201FF00", 0, 2), point("e", "00010000", 0, 4), point("u3", "0201FF00", 4, 2)];
  expect(
    planReads(points, "2007").map(({ request, points: at }) => [request, at.map((p) => [p.point.id, p.offset])]),
  ).toEqual([
    [
      { edition: "2007", read: "data", di: "0201FF00", bytes: 6 },
      [
        ["u1", 0],
        ["u3", 4],
      ],
    ],
    [{ edition: "2007", read: "data", di: "00010000", bytes: 4 }, [["e", 0]]],
  ]);
});
