import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { crc16 } from "../../../drivers/modbus/crc.ts";
import type { Framed, Framing } from "../../../drivers/modbus/framing.ts";
import { RtuFraming } from "../../../drivers/modbus/framing-rtu.ts";
import { TcpFraming } from "../../../drivers/modbus/framing-tcp.ts";
import { type Asked, readAdu } from "../../../drivers/modbus/request.ts";
import { exceptionReply, type Question, trueReply, withCrc, withMbap } from "./slave.ts";

const question = fc
  .record({
    unit: fc.integer({ min: 1, max: 247 }),
    functionCode: fc.constantFrom(1, 2, 3, 4) as fc.Arbitrary<Question["functionCode"]>,
    start: fc.integer({ min: 0, max: 60_000 }),
    count: fc.integer({ min: 1, max: 125 }),
  })
  .map((q) => ({ ...q, transaction: 0 }));

const requestOf = ({ unit, functionCode, start, count }: Question): Buffer =>
  withCrc(Buffer.from([unit, functionCode, start >> 8, start & 0xff, count >> 8, count & 0xff]));

const ask = (framing: Framing, q: Question, at = 0): { asked: Asked; sent: Buffer } => {
  const adu = requestOf(q);
  const asked = readAdu(adu, at, at + 100);
  return { asked, sent: framing.ask(asked, adu) };
};

/** Feeds the bytes cut at these places; what the framing made of them, without "wait on". */
function feed(framing: Framing, bytes: Buffer, cuts: readonly number[], now = 0): Framed[] {
  const heard: Framed[] = [];
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  let at = 0;
  for (const place of [...places, bytes.length]) {
    const result = framing.hear(Buffer.from(bytes.subarray(at, place)), now);
    if (result !== undefined) heard.push(result);
    at = place;
  }
  return heard;
}

const cuts = fc.array(fc.nat(300), { maxLength: 12 });
const rtu = (): RtuFraming => new RtuFraming(900);

test("the CRC is that of the standard's example and its own check", () => {
  expect(crc16(Buffer.from([0x02, 0x07]), 0, 2)).toBe(0x1241);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 260 }), (bytes) => {
      const framed = withCrc(Buffer.from(bytes));
      expect(crc16(framed, 0, bytes.length)).toBe(framed.readUInt16LE(bytes.length));
      expect(crc16(framed, 0, framed.length)).toBe(0);
    }),
  );
});

describe("RTU frames", () => {
  test("a reply is found however it is cut up, whatever noise came before", () => {
    fc.assert(
      fc.property(question, fc.uint8Array({ maxLength: 20 }), cuts, (q, garbage, places) => {
        // Noise that begins like the reply itself is waited on, and costs the reply: no property of every noise.
        const noise = Buffer.from(garbage.filter((byte) => byte !== q.unit));
        const framing = rtu();
        ask(framing, q);
        const reply = withCrc(trueReply(q));
        expect(feed(framing, Buffer.concat([noise, reply]), places)).toEqual([{ is: "reply", frame: reply }]);
        expect(framing.discarded).toBe(noise.length);
      }),
    );
  });

  test("an exception is found however it is cut up", () => {
    fc.assert(
      fc.property(question, fc.integer({ min: 1, max: 11 }), cuts, (q, code, places) => {
        const framing = rtu();
        ask(framing, q);
        const frame = withCrc(exceptionReply(q, code));
        expect(feed(framing, frame, places)).toEqual([{ is: "reply", frame }]);
      }),
    );
  });

  test("a reply with one byte changed is never a reply", () => {
    fc.assert(
      fc.property(question, fc.nat(), fc.integer({ min: 1, max: 255 }), cuts, (q, place, change, places) => {
        const framing = rtu();
        ask(framing, q);
        const frame = withCrc(trueReply(q));
        const at = place % frame.length;
        frame[at] = (frame[at] ?? 0) ^ change;
        expect(feed(framing, frame, places).filter(({ is }) => is === "reply")).toEqual([]);
      }),
    );
  });

  test("any bytes at all are never a reply with a wrong unit, function or length", () => {
    fc.assert(
      fc.property(question, fc.array(fc.uint8Array({ maxLength: 600 }), { maxLength: 8 }), (q, chunks) => {
        const framing = rtu();
        ask(framing, q);
        for (const chunk of chunks) {
          const heard = framing.hear(Buffer.from(chunk), 0);
          expect(heard?.is).not.toBe("reply");
        }
      }),
    );
  });

  test("our own request coming back first is skipped, even where it looks like a reply", () => {
    // 17 coils from 0x0300: function 1, "byte count" 3, and a valid CRC at the length of the reply.
    const q: Question = { unit: 1, functionCode: 1, start: 0x0300, count: 17, transaction: 0 };
    const framing = rtu();
    const { sent } = ask(framing, q);
    expect(sent).toHaveLength(8);
    const reply = withCrc(trueReply(q));
    expect(reply).toHaveLength(8);
    expect(feed(framing, sent, [3])).toEqual([]);
    expect(feed(framing, reply, [1, 2])).toEqual([{ is: "reply", frame: reply }]);
    expect(framing.discarded).toBe(8);
  });

  const first: Question = { unit: 1, functionCode: 3, start: 0, count: 4, transaction: 0 };
  const second: Question = { ...first, start: 100 };

  test("a late reply is the answer to the oldest request it fits, however late (M1)", () => {
    const framing = rtu();
    ask(framing, first);
    expect(framing.giveUp().code).toBe("E_BUS_TIMEOUT");
    expect(framing.mistakable(1, second, 200)).toBe(true);
    ask(framing, second, 200);
    expect(feed(framing, withCrc(trueReply(first)), [], 300)).toEqual([{ is: "late" }]);
    const frame = withCrc(trueReply(second));
    expect(feed(framing, frame, [], 310)).toEqual([{ is: "reply", frame }]);
    expect(framing.mistakable(1, second, 320)).toBe(false);
  });

  test("a late reply while nothing is pending settles its request", () => {
    const framing = rtu();
    ask(framing, first);
    framing.giveUp();
    expect(feed(framing, withCrc(trueReply(first)), [2], 300)).toEqual([{ is: "late" }]);
    expect(framing.mistakable(1, second, 300)).toBe(false);
    expect(framing.discarded).toBe(13);
  });

  test("an answer of another length puts everything before it behind us", () => {
    const framing = rtu();
    ask(framing, first);
    framing.giveUp();
    expect(framing.mistakable(1, { ...second, count: 1 }, 100)).toBe(false);
    const probe = { ...first, count: 1 };
    ask(framing, probe, 100);
    const frame = withCrc(trueReply(probe));
    expect(feed(framing, frame, [], 110)).toEqual([{ is: "reply", frame }]);
    expect(framing.mistakable(1, second, 120)).toBe(false);
  });

  test("another unit's requests are not in doubt, and old ones are forgotten", () => {
    const framing = rtu();
    ask(framing, first);
    framing.giveUp();
    expect(framing.mistakable(2, second, 100)).toBe(false);
    expect(framing.mistakable(1, second, 999)).toBe(true);
    expect(framing.mistakable(1, second, 1001)).toBe(false);
  });

  test("a second copy of a reply is doubted when it answers a request for other registers", () => {
    const framing = rtu();
    ask(framing, first);
    const copy = withCrc(trueReply(first));
    expect(feed(framing, copy, [], 5)[0]).toMatchObject({ is: "reply" });
    const { asked } = ask(framing, second, 10);
    expect(feed(framing, copy, [], 15)).toEqual([{ is: "reply", frame: copy, doubt: asked }]);
    expect(feed(framing, withCrc(trueReply(second)), [], 20)).toEqual([{ is: "late" }]);
    expect(framing.mistakable(1, second, 20)).toBe(false);
  });

  test.each([
    ["nothing", Buffer.alloc(0), "E_BUS_TIMEOUT"],
    ["half a reply", withCrc(trueReply(first)).subarray(0, 6), "E_BUS_TIMEOUT"],
    ["another unit's reply", withCrc(trueReply({ ...first, unit: 9 })), "E_BUS_REPLY"],
    ["noise", Buffer.from([0xff, 0x00, 0x13, 0x37, 0x42]), "E_BUS_CHECKSUM"],
  ])("after %s the failure is named for it", (_, bytes, code) => {
    const framing = rtu();
    ask(framing, first);
    expect(feed(framing, bytes, [])).toEqual([]);
    expect(framing.giveUp().code).toBe(code);
  });

  test("a flood of noise is thrown away and counted", () => {
    const framing = rtu();
    ask(framing, first);
    framing.giveUp();
    for (let i = 0; i < 10; i++) framing.hear(Buffer.alloc(1500, 0xee), 0);
    expect(framing.discarded).toBe(15_000);
  });
});

describe("TCP frames", () => {
  /** The transaction id a framing put into its request. */
  const idOf = (sent: Buffer): number => sent.readUInt16BE(0);

  test("a request carries its own header and no CRC", () => {
    const framing = new TcpFraming(0x1233);
    const { sent } = ask(framing, { unit: 7, functionCode: 3, start: 0x0102, count: 10, transaction: 0 });
    expect(sent.toString("hex")).toBe("1234000000060703" + "0102000a");
  });

  test("replies are found however they are cut up, those of other transactions are discarded", () => {
    fc.assert(
      fc.property(question, fc.integer({ min: 1, max: 65_535 }), cuts, (q, other, places) => {
        const framing = new TcpFraming(7);
        const id = idOf(ask(framing, q).sent);
        const stray = withMbap(trueReply({ ...q, start: q.start + 1 }), id + other);
        const reply = withMbap(trueReply(q), id);
        const heard = feed(framing, Buffer.concat([stray, reply]), places);
        expect(heard).toEqual([{ is: "reply", frame: withCrc(trueReply(q)) }]);
        expect(feed(framing, stray, places)).toEqual([]);
        expect(framing.discarded).toBe(2 * stray.length);
      }),
    );
  });

  test.each([
    ["protocol id (M2)", "0008 0909 0005 01 03 02 0000"],
    ["length beyond 254 (M3)", "0008 0000 ffff 01 03 02 0000"],
    ["length below 3", "0008 0000 0002 01 03"],
  ])("a wrong %s means the stream is lost, and a new one starts clean", (_, hex) => {
    const q: Question = { unit: 1, functionCode: 3, start: 0, count: 1, transaction: 0 };
    const framing = new TcpFraming(7);
    ask(framing, q);
    const bytes = Buffer.from(hex.replaceAll(" ", ""), "hex");
    expect(feed(framing, bytes, [3])).toMatchObject([{ is: "lost", failure: { code: "E_BUS_REPLY" } }]);
    framing.restart();
    const id = idOf(ask(framing, q).sent);
    expect(feed(framing, withMbap(trueReply(q), id), [])).toMatchObject([{ is: "reply" }]);
  });

  test("a reply that swallowed the head of another frame is no reply", () => {
    const q: Question = { unit: 1, functionCode: 3, start: 0, count: 4, transaction: 0 };
    const framing = new TcpFraming(7);
    const reply = withMbap(trueReply(q), idOf(ask(framing, q).sent));
    expect(feed(framing, reply.subarray(0, 11), [])).toEqual([]);
    const other = withMbap(trueReply({ ...q, count: 1 }), 3);
    expect(feed(framing, other, [])).toMatchObject([{ is: "lost" }]);
  });

  test("a frame that never came to its end holds up the stream, and is known to", () => {
    const q: Question = { unit: 1, functionCode: 3, start: 0, count: 4, transaction: 0 };
    const framing = new TcpFraming(7);
    const reply = withMbap(trueReply(q), idOf(ask(framing, q).sent));
    expect(framing.stuck).toBe(false);
    feed(framing, reply.subarray(0, 11), []);
    expect(framing.giveUp().code).toBe("E_BUS_TIMEOUT");
    expect(framing.stuck).toBe(true);
  });

  test("no transaction id comes back within 65,535 requests (M15)", () => {
    const framing = new TcpFraming(65_000);
    const q: Question = { unit: 1, functionCode: 3, start: 0, count: 1, transaction: 0 };
    const adu = requestOf(q);
    const asked = readAdu(adu, 0, 1);
    const seen = new Set(Array.from({ length: 65_536 }, () => idOf(framing.ask(asked, adu))));
    expect(seen.size).toBe(65_536);
  });

  test("a reply of a transaction we never used is named; one of a moment ago is only late", () => {
    const q: Question = { unit: 1, functionCode: 3, start: 0, count: 1, transaction: 0 };
    const framing = new TcpFraming(7);
    const old = idOf(ask(framing, q).sent);
    framing.giveUp();
    ask(framing, q);
    feed(framing, withMbap(trueReply(q), old), []);
    expect(framing.giveUp().code).toBe("E_BUS_TIMEOUT");
    ask(framing, q);
    feed(framing, withMbap(trueReply(q), old + 5000), []);
    expect(framing.giveUp().code).toBe("E_BUS_REPLY");
  });
});
