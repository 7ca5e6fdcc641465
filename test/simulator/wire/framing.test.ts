import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { crc16 } from "../../../simulator/wire/crc.ts";
import type { Reader } from "../../../simulator/wire/framing.ts";
import { mbapReader } from "../../../simulator/wire/mbap.ts";
import { rtuReader } from "../../../simulator/wire/rtu.ts";

/** Frames are built here by other means than in the simulator. */
const rtu = (unit: number, pdu: Buffer): Buffer => {
  const body = Buffer.concat([Buffer.from([unit]), pdu]);
  const crc = crc16(body);
  return Buffer.concat([body, Buffer.from([crc & 0xff, crc >> 8])]);
};
const mbap = (transaction: number, unit: number, pdu: Buffer): Buffer => {
  const length = pdu.length + 1;
  const head = [transaction >> 8, transaction & 0xff, 0, 0, length >> 8, length & 0xff, unit];
  return Buffer.concat([Buffer.from(head), pdu]);
};

const word = fc.integer({ min: 0, max: 0xffff }).map((n) => Buffer.from([n >> 8, n & 0xff]));
const readPdu = fc
  .tuple(fc.integer({ min: 1, max: 6 }), word, word)
  .map(([code, a, b]) => Buffer.concat([Buffer.from([code]), a, b]));
/** The data hold no function codes, since among random ones a frame would now and then be found. */
const writePdu = fc
  .tuple(fc.constantFrom(15, 16), word, word, fc.integer({ min: 1, max: 200 }))
  .map(([code, a, b, length]) =>
    Buffer.concat([Buffer.from([code]), a, b, Buffer.from([length]), Buffer.alloc(length, 0xa5)]),
  );
const asked = fc.array(
  fc.record({ unit: fc.integer({ min: 1, max: 247 }), pdu: fc.oneof({ weight: 4, arbitrary: readPdu }, writePdu) }),
  { minLength: 1, maxLength: 8 },
);
const cuts = fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 200 });

/** Feeds the stream in pieces; what is left after the last cut comes at once. */
function feed(reader: Reader, stream: Buffer, lengths: readonly number[]): { unit: number; pdu: string }[] {
  const found: { unit: number; pdu: string }[] = [];
  let at = 0;
  for (const length of [...lengths, stream.length]) {
    for (const { unit, pdu } of reader.push(stream.subarray(at, at + length)).requests)
      found.push({ unit: Number(unit), pdu: pdu.toString("hex") });
    at += length;
  }
  return found;
}
const plain = (list: readonly { unit: number; pdu: Buffer }[]) =>
  list.map(({ unit, pdu }) => ({ unit, pdu: pdu.toString("hex") }));

test("CRC of a frame seen on a real line, and the check value of its definition", () => {
  expect(rtu(1, Buffer.from("0300090005", "hex")).toString("hex")).toBe("01030009000555cb");
  expect(crc16(Buffer.from("123456789"))).toBe(0x4b37);
});

describe("RTU", () => {
  test("requests are found however the stream is split", () => {
    fc.assert(
      fc.property(asked, cuts, (requests, lengths) => {
        const stream = Buffer.concat(requests.map(({ unit, pdu }) => rtu(unit, pdu)));
        expect(feed(rtuReader(), stream, lengths)).toEqual(plain(requests));
      }),
    );
  });

  test("after garbage, or half a frame, the next whole request is found", () => {
    const request = { unit: 7, pdu: Buffer.from("0400000002", "hex") };
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), cuts, (garbage, lengths) => {
        const stream = Buffer.concat([garbage, rtu(request.unit, request.pdu)]);
        expect(feed(rtuReader(), stream, lengths).at(-1)).toEqual(plain([request])[0]);
      }),
    );
  });

  test("a frame with one bit turned is no request", () => {
    const frame = rtu(1, Buffer.from("0300090005", "hex"));
    for (let bit = 0; bit < frame.length * 8; bit += 1) {
      const broken = Buffer.from(frame);
      broken[bit >> 3] = (broken[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(rtuReader().push(broken).requests).toEqual([]);
    }
  });

  test("a reply is framed with its CRC, and spoilt only in it", () => {
    const [request] = rtuReader().push(rtu(17, Buffer.from("0400000001", "hex"))).requests;
    const pdu = Buffer.from("04021234", "hex");
    const good = request?.wrap(17, pdu);
    expect(good).toEqual(rtu(17, pdu));
    const spoilt = request?.spoil(17, pdu);
    expect(spoilt?.subarray(0, -2)).toEqual(good?.subarray(0, -2));
    expect(spoilt?.[5]).not.toBe(good?.[5]);
  });
});

describe("Modbus TCP", () => {
  test("requests are found however the stream is split", () => {
    fc.assert(
      fc.property(asked, cuts, (requests, lengths) => {
        const stream = Buffer.concat(requests.map(({ unit, pdu }, index) => mbap(index * 9001, unit, pdu)));
        expect(feed(mbapReader(), stream, lengths)).toEqual(plain(requests));
      }),
    );
  });

  test("a reply carries the transaction of its request, a spoilt one another", () => {
    const [request] = mbapReader().push(mbap(0xffff, 1, Buffer.from("0400000001", "hex"))).requests;
    const pdu = Buffer.from("04021234", "hex");
    expect(request?.wrap(1, pdu)).toEqual(mbap(0xffff, 1, pdu));
    expect(request?.spoil(1, pdu)).toEqual(mbap(0, 1, pdu));
  });

  test.each([
    ["another protocol", "000100010006010400000001"],
    ["a length of nothing", "00010000000101"],
    ["a length beyond the standard's", "0001000000ff01"],
    ["text", Buffer.from("GET / HTTP/1.1").toString("hex")],
  ])("%s ends the connection, after the requests before it", (_, hex) => {
    const good = mbap(1, 1, Buffer.from("0400000001", "hex"));
    const { requests, lost } = mbapReader().push(Buffer.concat([good, Buffer.from(hex, "hex")]));
    expect(requests).toHaveLength(1);
    expect(lost).toBe(true);
  });
});
