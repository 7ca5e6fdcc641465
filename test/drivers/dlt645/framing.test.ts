import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeMeter } from "../../../drivers/dlt645/decode.ts";
import { MeterFraming, readReply } from "../../../drivers/dlt645/framing.ts";
import { probeFor } from "../../../drivers/dlt645/probe.ts";
import { encodeRead, type MeterQuestion, type MeterRequest } from "../../../drivers/dlt645/request.ts";
import type { Heard as HeardOf } from "../../../drivers/line/dialect.ts";
import { dlt645Reader } from "../../../simulator/wire/dlt645.ts";
import { refusal2007, replies } from "./vectors.ts";

const energy: MeterRequest = { edition: "2007", read: "data", di: "00010000" };
const voltage: MeterRequest = { edition: "2007", read: "data", di: "02010100" };
const unit = "000000000001";

const ask = (
  framing: MeterFraming,
  to: string,
  request: MeterRequest,
  at = 0,
): { asked: MeterQuestion; sent: Buffer } => {
  const asked = { unit: to, request, at, until: at + 100 };
  return { asked, sent: framing.ask(asked, encodeRead(to, request)) };
};

/** What the simulated meter answers: these data to that question. */
const answer = (sent: Buffer, from: string, data: readonly number[], code?: number): Buffer => {
  const [request] = dlt645Reader().push(sent).requests;
  if (request === undefined) throw new Error("no question");
  const [control = 0, ...di] = request.pdu;
  return request.wrap(from, Buffer.from([code ?? control + 0x80, ...(code === undefined ? di : []), ...data]));
};

type Heard = HeardOf<MeterQuestion>;
function feed(framing: MeterFraming, bytes: Buffer, cuts: readonly number[] = [], now = 0): Heard[] {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  const heard: Heard[] = [];
  let at = 0;
  for (const place of [...places, bytes.length]) {
    const meaning = framing.hear(Buffer.from(bytes.subarray(at, place)), now);
    if (meaning !== undefined) heard.push(meaning);
    at = place;
  }
  return heard;
}
const frameOf = (heard: Heard | undefined): Buffer => (heard?.is === "reply" ? heard.frame : Buffer.alloc(0));

test.each(replies)("%s: %s %j", (_, from, request, hex, bytes, raw) => {
  const framing = new MeterFraming(1000);
  ask(framing, from, request);
  const [heard] = feed(framing, Buffer.from(`fefe${hex}`, "hex"));
  expect(frameOf(heard).toString("hex")).toBe(hex);
  const { address, data, more } = readReply(request, frameOf(heard));
  expect([address, more]).toEqual([from, false]);
  expect(decodeMeter({ type: "bcd", bytes }, data, 0)).toBe(raw);
});

test(`a refusal is named by its bits: ${refusal2007[0]}`, () => {
  const framing = new MeterFraming(1000);
  ask(framing, refusal2007[1], energy);
  expect(feed(framing, Buffer.from(refusal2007[2], "hex"))).toMatchObject([
    {
      is: "reply",
      failure: { code: "E_BUS_EXCEPTION", detail: "meter 123456789012 refuses: no such data" },
    },
  ]);
});

test("the 1997 edition names the bits otherwise", () => {
  const framing = new MeterFraming(1000);
  const { sent } = ask(framing, unit, { edition: "1997", read: "data", di: "9010" });
  const [heard] = feed(framing, answer(sent, unit, [0x03], 0xc1));
  expect(heard).toMatchObject({ failure: { detail: `meter ${unit} refuses: illegal data, wrong data identifier` } });
});

const byte = fc.integer({ min: 0, max: 255 });
const cuts = fc.array(fc.nat(300), { maxLength: 12 });

describe("a reply", () => {
  test("is found however it is cut up, after noise, wake-up bytes and our own echo", () => {
    fc.assert(
      fc.property(
        fc.array(byte, { maxLength: 190 }),
        fc.array(byte, { maxLength: 30 }),
        fc.boolean(),
        cuts,
        (data, noise, echo, places) => {
          const framing = new MeterFraming(1000);
          const { sent } = ask(framing, unit, energy);
          const quiet = Buffer.from(noise.filter((one) => one !== 0x68));
          const reply = answer(sent, unit, data);
          const stream = Buffer.concat([echo ? sent : Buffer.alloc(0), quiet, reply]);
          const heard = feed(framing, stream, places);
          expect(heard).toHaveLength(1);
          expect(readReply(energy, frameOf(heard[0])).data).toEqual(Buffer.from(data));
          expect(framing.discarded).toBe(stream.length - frameOf(heard[0]).length);
        },
      ),
    );
  });

  test("with one byte changed is never a reply", () => {
    fc.assert(
      fc.property(
        fc.array(byte, { maxLength: 20 }),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        cuts,
        (data, place, change, places) => {
          const framing = new MeterFraming(1000);
          const { sent } = ask(framing, unit, energy);
          const bytes = answer(sent, unit, data).subarray(2);
          const at = place % bytes.length;
          bytes[at] = (bytes[at] ?? 0) ^ change;
          expect(feed(framing, bytes, places).filter(({ is }) => is === "reply")).toEqual([]);
        },
      ),
    );
  });

  test("of another meter, identifier or function is passed over, and named when the wait ends", () => {
    const strangers: [string, (sent: Buffer) => Buffer][] = [
      ["a frame of meter 000000000002, control 91 came instead", (sent) => answer(sent, "000000000002", [1, 2, 3, 4])],
      [`a frame of meter ${unit}, control 91 came instead`, () => answer(encodeRead(unit, voltage), unit, [1, 2])],
      [
        `a frame of meter ${unit}, control 81 came instead`,
        () => answer(encodeRead(unit, { edition: "1997", read: "data", di: "9010" }), unit, [1]),
      ],
      [
        "a question to meter 000000000007 came: another master is on the line",
        () => encodeRead("000000000007", energy),
      ],
    ];
    for (const [detail, stranger] of strangers) {
      const framing = new MeterFraming(1000);
      const { sent } = ask(framing, unit, energy);
      expect(feed(framing, stranger(sent))).toEqual([]);
      expect(framing.discarded).toBe(0 + stranger(sent).length);
      expect(framing.giveUp()).toEqual({ code: "E_BUS_REPLY", detail });
    }
  });

  test("to a wildcard may come from whomever it covers", () => {
    const framing = new MeterFraming(1000);
    const { sent } = ask(framing, "AAAAAAAA0001", energy);
    expect(feed(framing, answer(sent, "123456780002", [1]))).toEqual([]);
    expect(feed(framing, answer(sent, "123456780001", [1]))).toMatchObject([{ is: "reply" }]);
  });

  test("with more frames to follow says so", () => {
    const framing = new MeterFraming(1000);
    const { sent } = ask(framing, unit, energy);
    const reply = answer(sent, unit, [0, 0, 1, 0, 9, 9], 0xb1);
    expect(readReply(energy, frameOf(feed(framing, reply)[0]))).toMatchObject({
      more: true,
      data: Buffer.from([9, 9]),
    });
  });

  test("with a wrong sum is answered unusably at once", () => {
    const framing = new MeterFraming(1000);
    const { sent } = ask(framing, unit, energy);
    const reply = answer(sent, unit, [1, 2, 3, 4]);
    reply[reply.length - 2] = (reply[reply.length - 2] ?? 0) ^ 1;
    expect(feed(framing, reply)).toMatchObject([{ is: "bad", failure: { code: "E_BUS_CHECKSUM" } }]);
  });
});

describe("a late reply", () => {
  test("belongs to the question it answers, not to the next one", () => {
    const framing = new MeterFraming(1000);
    const first = ask(framing, unit, energy);
    expect(framing.giveUp()).toEqual({ code: "E_BUS_TIMEOUT", detail: "no reply" });
    const second = ask(framing, unit, voltage, 200);
    expect(feed(framing, answer(first.sent, unit, [1, 2, 3, 4]), [], 250)).toEqual([{ is: "late" }]);
    expect(feed(framing, answer(second.sent, unit, [1, 2]), [], 260)).toMatchObject([{ is: "reply" }]);
  });

  test("to the very same question is told by order; a probe puts it behind us", () => {
    const framing = new MeterFraming(1000);
    ask(framing, unit, energy);
    framing.giveUp();
    expect(framing.mistakable(unit, energy, 200)).toBe(true);
    expect(framing.mistakable("AAAAAAAAAAAA", energy, 200)).toBe(true);
    expect(framing.mistakable("000000000002", energy, 200)).toBe(false);
    expect(framing.mistakable(unit, voltage, 200)).toBe(false);
    const probe = probeFor(energy);
    expect(framing.mistakable(unit, probe, 200)).toBe(false);
    const { sent } = ask(framing, unit, probe, 200);
    expect(feed(framing, answer(sent, unit, [1]), [], 250)).toMatchObject([{ is: "reply" }]);
    expect(framing.mistakable(unit, energy, 260)).toBe(false);
  });

  test("is not waited for for ever", () => {
    const framing = new MeterFraming(1000);
    ask(framing, unit, energy);
    framing.giveUp();
    expect(framing.mistakable(unit, energy, 1100)).toBe(true);
    expect(framing.mistakable(unit, energy, 1101)).toBe(false);
  });

  test("a late refusal is that of the oldest question", () => {
    const framing = new MeterFraming(1000);
    const first = ask(framing, unit, energy);
    framing.giveUp();
    ask(framing, unit, voltage, 200);
    expect(feed(framing, answer(first.sent, unit, [2], 0xd1), [], 250)).toEqual([{ is: "late" }]);
    expect(feed(framing, answer(first.sent, unit, [2], 0xd1), [], 260)).toMatchObject([{ is: "reply", failure: {} }]);
  });
});

test("what was wrong is said as far as the bytes tell", () => {
  const framing = new MeterFraming(1000);
  const { sent } = ask(framing, unit, energy);
  feed(framing, answer(sent, unit, [1, 2, 3, 4]).subarray(0, 12));
  expect(framing.giveUp()).toEqual({ code: "E_BUS_TIMEOUT", detail: "the reply stopped after 10 bytes" });
  ask(framing, unit, energy);
  feed(framing, Buffer.from("fe00112233", "hex"));
  expect(framing.giveUp()).toEqual({ code: "E_BUS_CHECKSUM", detail: "4 bytes that are no reply" });
});

test("a write cannot be asked", () => {
  const write = encodeRead(unit, energy, 0);
  write[8] = 0x14;
  write[14] = ((write[14] ?? 0) + 3) & 0xff;
  const framing = new MeterFraming(1000);
  expect(() => framing.ask({ unit, request: energy, at: 0, until: 1 }, write)).toThrow(/control code 14 is not a read/);
});

test("any bytes at all: nothing is thrown, kept for ever, or taken for a reply", () => {
  // Pieces of true frames between random bytes, so that the parser gets past the first byte often.
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
    fc
      .constantFrom(
        "68010000000000689108",
        "68010000000000689104333334",
        "6868686868686868",
        "fefefefe68",
        "16",
        "68aaaaaaaaaaaa68d10135",
      )
      .map((hex) => Buffer.from(hex, "hex")),
  );
  const framing = new MeterFraming(1000);
  ask(framing, unit, energy);
  let fed = 0;
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 3 }), (pieces) => {
      for (const bytes of pieces) {
        fed += bytes.length;
        const heard = framing.hear(bytes, 0);
        if (heard?.is === "reply" && heard.failure === undefined)
          expect(heard.frame.subarray(1, 7).toString("hex")).toBe("010000000000");
        if (heard !== undefined) ask(framing, unit, energy);
      }
      expect(framing.discarded).toBeLessThanOrEqual(fed);
      expect(fed - framing.discarded).toBeLessThan(1024 + 250 * 40);
    }),
    { numRuns: 200_000 },
  );
});
