import fc from "fast-check";
import { expect, test } from "vitest";
import type { ReadRequest } from "../../../drivers/driver.ts";
import type { Framing } from "../../../drivers/modbus/framing.ts";
import { AsciiFraming } from "../../../drivers/modbus/framing-ascii.ts";
import { RtuFraming } from "../../../drivers/modbus/framing-rtu.ts";
import { TcpFraming } from "../../../drivers/modbus/framing-tcp.ts";
import { UdpFraming } from "../../../drivers/modbus/framing-udp.ts";
import { askedFor } from "../../../drivers/modbus/request.ts";
import { withCrc, withLrc, withMbap } from "./slave.ts";

/** What a framing may hold back while it waits for the rest of a frame. */
const mostHeld = 2048 + 300;

const reply = Buffer.from([1, 3, 4, 0x12, 0x34, 0x56, 0x78]);
const exception = Buffer.from([1, 0x83, 6]);
const identity = Buffer.from([1, 43, 14, 1, 1, 0xff, 0, 1, 0, 2, 0x41, 0x42]);
const replies = [reply, exception, identity];
const requests: readonly ReadRequest[] = [
  { functionCode: 3, start: 0, count: 2 },
  { functionCode: 1, start: 7, count: 19 },
  { functionCode: 17 },
  { functionCode: 43, access: 1, object: 0 },
  { functionCode: 102, data: "009D", replyBytes: 5 },
];

interface Kind {
  make(): Framing;
  frame(adu: Buffer, transaction: number): Buffer;
  /** Bytes on the wire of a reply that was handed on as unit id, PDU and CRC. */
  wire(frame: Buffer): number;
}
const headed = (frame: Buffer): number => frame.length - 2 + 6;
const kinds: Readonly<Record<string, Kind>> = {
  RTU: { make: () => new RtuFraming(1000), frame: withCrc, wire: (frame) => frame.length },
  ASCII: { make: () => new AsciiFraming(1000), frame: withLrc, wire: (frame) => 2 * (frame.length - 1) + 3 },
  TCP: { make: () => new TcpFraming(0), frame: withMbap, wire: headed },
  UDP: { make: () => new UdpFraming(0), frame: withMbap, wire: headed },
};

test.each(Object.entries(kinds))(
  "%s: any bytes: nothing thrown, kept for ever, or taken for another's reply",
  (_, kind) => {
    // Pieces of true frames between random bytes, so that the parser gets past the first byte often.
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 24 }).map((bytes) => () => Buffer.from(bytes)),
      fc.tuple(fc.constantFrom(...replies), fc.nat(30), fc.nat(30)).map(
        ([adu, a, b]) =>
          () =>
            kind.frame(adu, transaction).subarray(Math.min(a, b), Math.max(a, b)),
      ),
      fc.constantFrom(...replies).map((adu) => () => kind.frame(adu, transaction)),
    );
    let transaction = 0;
    let now = 0;
    const seen = { reply: 0, bad: 0, late: 0, lost: 0 };
    let framing = kind.make();
    let accounted = { fed: 0, taken: 0 };
    let asked: ReadRequest | undefined;
    const ask = (request: ReadRequest): void => {
      asked = request;
      now += 2000; // what was asked before will not come any more
      framing.mistakable(1, request, now);
      transaction = (transaction + 1) & 0xffff;
      framing.ask(askedFor(1, request, now, now + 100), withCrc(Buffer.from([1, request.functionCode, 0, 0, 0, 2])));
    };
    fc.assert(
      fc.property(fc.constantFrom(...requests), fc.array(piece, { maxLength: 3 }), (request, pieces) => {
        framing.giveUp();
        ask(request);
        for (const make of pieces) {
          const bytes = make();
          accounted.fed += bytes.length;
          const heard = framing.hear(bytes, now);
          if (heard === undefined) continue;
          seen[heard.is]++;
          if (heard.is === "reply") {
            expect(heard.frame[0]).toBe(1);
            expect((heard.frame[1] ?? 0) & 0x7f).toBe(asked?.functionCode);
            accounted.taken += kind.wire(heard.frame);
          }
          if (heard.is === "lost") {
            framing = kind.make();
            transaction = 0;
            accounted = { fed: 0, taken: 0 };
          }
          ask(request);
        }
        const { fed, taken } = accounted;
        expect(fed - taken - framing.discarded).toBeLessThanOrEqual(mostHeld);
        expect(taken + framing.discarded).toBeLessThanOrEqual(fed);
      }),
      { numRuns: 200_000 },
    );
    expect(seen.reply).toBeGreaterThan(1000);
  },
);
