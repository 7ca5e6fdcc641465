import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hj212CrcText } from "../../../drivers/hj212/crc.ts";
import { type Cut, FrameCutter, frameOf, longestData } from "../../../drivers/hj212/frame.ts";
import { crc16 } from "../../../drivers/modbus/crc.ts";
import { packet } from "../../../simulator/logger/crc.ts";
import { frames, onWire, wrongCheck } from "./frames.ts";

const cutUp = (bytes: Buffer, places: readonly number[], cutter = new FrameCutter()): Cut[] => {
  const at = [0, ...places.map((place) => place % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return at.slice(1).flatMap((end, i) => [...cutter.hear(Buffer.from(bytes.subarray(at[i] ?? 0, end)))]);
};
const taken = (cuts: readonly Cut[]): string[] =>
  cuts.flatMap((cut) => ("frame" in cut ? [cut.frame.toString("latin1")] : []));
const codes = (cuts: readonly Cut[]): string[] => cuts.flatMap((cut) => ("finding" in cut ? [cut.finding.code] : []));
const places = fc.array(fc.nat(3000), { maxLength: 12 });

describe("the check", () => {
  // HJ 212-2017, Annex A; the rest worked out by its rule with another program.
  test.each([
    ["", "FFFF"],
    ["1", "9481"],
    ["123456789", "2F80"],
  ])("of %j is %s", (data, check) => expect(hj212CrcText(Buffer.from(data))).toBe(check));

  test.each(Object.entries(frames))("of the frame %s is the one its source has", (_, { frame }) => {
    const data = Buffer.from(frame.slice(6, -4));
    expect(data.length).toBe(Number(frame.slice(2, 6)));
    expect(hj212CrcText(data)).toBe(frame.slice(-4).toUpperCase());
  });

  test("is that of the pretend logger, and not that of Modbus", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const text = packet(Buffer.from(bytes).toString("hex"));
        expect(hj212CrcText(text.subarray(6, -6))).toBe(text.toString("latin1").slice(-6, -2));
      }),
    );
    expect(crc16(Buffer.from("123456789"), 0, 9).toString(16)).toBe("4b37");
  });
});

describe("the cutter", () => {
  const all = Object.values(frames).map(({ frame }) => frame);

  test("finds every frame of the sources, however the stream is cut up", () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(all, { minLength: 1 }), places, (some, cuts) => {
        const cutter = new FrameCutter();
        expect(taken(cutUp(onWire(...some), cuts, cutter))).toEqual(some);
        expect(cutter.discarded).toBe(0);
      }),
    );
  });

  test("finds every frame the pretend logger makes, between whatever noise", () => {
    const text = fc.string({ unit: "grapheme-ascii", maxLength: 200 }).filter((data) => !data.includes("##"));
    const noise = fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes.map((b) => (b === 0x23 ? 0 : b))));
    fc.assert(
      fc.property(fc.array(fc.tuple(noise, text), { maxLength: 6 }), places, (parts, cuts) => {
        const bytes = Buffer.concat(parts.flatMap(([before, data]) => [before, packet(data)]));
        const expected = parts.map(([, data]) => packet(data).toString("latin1").slice(0, -2));
        expect(taken(cutUp(bytes, cuts))).toEqual(expected);
      }),
    );
  });

  test("encodes as the pretend logger does", () => {
    fc.assert(fc.property(fc.string({ maxLength: 200 }), (data) => frameOf(data).equals(packet(data))));
    expect(() => frameOf("x".repeat(longestData + 1))).toThrow(RangeError);
  });

  test("takes a frame without CR LF, and counts no line ends as discarded", () => {
    const cutter = new FrameCutter();
    expect(taken(cutter.hear(Buffer.from(`\r\n\r\n${frames.water2005.frame}`)))).toEqual([frames.water2005.frame]);
    expect(cutter.discarded).toBe(0);
  });

  test("says that a check is wrong, counts the bytes, and takes the next frame", () => {
    const cutter = new FrameCutter();
    const cuts = cutter.hear(onWire(wrongCheck, frames.water2005.frame));
    expect(codes(cuts)).toEqual(["checksum"]);
    expect(cuts[0]).toMatchObject({
      finding: { detail: 'the check says "524F", of 236 bytes it is 4400' },
    });
    expect(taken(cuts)).toEqual([frames.water2005.frame]);
    expect(cutter.discarded).toBe(wrongCheck.length);
  });

  test("does not wait for the rest of a frame when the next one begins", () => {
    const half = frames.minute2005.frame.slice(0, 100);
    const cuts = new FrameCutter().hear(Buffer.from(`${half}${frames.water2005.frame}`));
    expect(codes(cuts)).toEqual(["cut"]);
    expect(taken(cuts)).toEqual([frames.water2005.frame]);
  });

  test("takes a length of 1024 and no more, and finds the frame behind a longer one", () => {
    expect(taken(new FrameCutter().hear(packet("x".repeat(1024))))).toHaveLength(1);
    const cuts = new FrameCutter().hear(Buffer.concat([packet("x".repeat(1025)), onWire(frames.water2005.frame)]));
    expect(codes(cuts)).toEqual(["length"]);
    expect(taken(cuts)).toEqual([frames.water2005.frame]);
    expect(taken(new FrameCutter(2000).hear(packet("x".repeat(1025))))).toHaveLength(1);
  });

  test("a flood of false beginnings gives few findings and costs no frame", () => {
    const cutter = new FrameCutter();
    const cuts = cutter.hear(Buffer.concat([Buffer.from("##9999".repeat(10_000)), onWire(frames.water2005.frame)]));
    expect(codes(cuts).length).toBeLessThan(20);
    expect(taken(cuts)).toEqual([frames.water2005.frame]);
    expect(cutter.discarded).toBe(60_000);
  });
});
