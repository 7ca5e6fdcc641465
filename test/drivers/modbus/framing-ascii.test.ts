import fc from "fast-check";
import { expect, test } from "vitest";
import type { ReadRequest } from "../../../drivers/driver.ts";
import type { Framed } from "../../../drivers/modbus/framing.ts";
import { AsciiFraming, asciiFrame, lrc } from "../../../drivers/modbus/framing-ascii.ts";
import { type Asked, askedFor } from "../../../drivers/modbus/request.ts";
import { exceptionReply, type Question, trueReply, withCrc, withLrc } from "./slave.ts";

const ascii = (): AsciiFraming => new AsciiFraming(900);
const adu = ({ unit, functionCode, start, count }: Question): Buffer =>
  withCrc(Buffer.from([unit, functionCode, start >> 8, start & 0xff, count >> 8, count & 0xff]));

function ask(framing: AsciiFraming, q: Question, at = 0): { asked: Asked; sent: Buffer } {
  const asked = askedFor(q.unit, q, at, at + 100);
  return { asked, sent: framing.ask(asked, adu(q)) };
}

/** Feeds the bytes cut at these places; what the framing made of them, without "wait on". */
function feed(framing: AsciiFraming, bytes: Buffer, cuts: readonly number[] = [], now = 0): Framed[] {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  let at = 0;
  return [...places, bytes.length].flatMap((place) => {
    const heard = framing.hear(bytes.subarray(at, place), now);
    at = place;
    return heard === undefined ? [] : [heard];
  });
}

const question: fc.Arbitrary<Question> = fc
  .record({
    unit: fc.integer({ min: 1, max: 247 }),
    functionCode: fc.constantFrom(1, 2, 3, 4) as fc.Arbitrary<Question["functionCode"]>,
    start: fc.integer({ min: 0, max: 60_000 }),
    count: fc.integer({ min: 1, max: 125 }),
  })
  .map((q) => ({ ...q, transaction: 0 }));
const cuts = fc.array(fc.nat(600), { maxLength: 12 });
const first: Question = { unit: 1, functionCode: 3, start: 0, count: 4, transaction: 0 };
const second: Question = { ...first, start: 100 };
const text = (line: string): Buffer => Buffer.from(line, "latin1");

test("frames of public sources", () => {
  // goburrow/modbus, asciiclient_test.go.
  expect(asciiFrame(Buffer.from("1103006b0003", "hex")).toString()).toBe(":1103006B00037E\r\n");
  expect(asciiFrame(Buffer.from("f7031389000a", "hex")).toString()).toBe(":F7031389000A60\r\n");
  // Modicon Modbus Protocol Reference Guide (PI-MBUS-300), chapter 1: the query to unit 6 and its response; the LRC by hand.
  const q: Question = { unit: 6, functionCode: 3, start: 0x6b, count: 3, transaction: 0 };
  const framing = ascii();
  expect(ask(framing, q).sent.toString()).toBe(":0603006B000389\r\n");
  const frame = withCrc(Buffer.from("060306022b00000063", "hex"));
  expect(feed(framing, text(":060306022B0000006361\r\n"))).toEqual([{ is: "reply", frame }]);
});

test("bytes and their LRC come to a sum of 0", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 255 }), (bytes) => {
      const sum = bytes.reduce((total, byte) => total + byte, 0);
      expect((sum + lrc(bytes, 0, bytes.length)) % 256).toBe(0);
    }),
  );
});

test("a reply is found however it is cut up, whatever came before its colon", () => {
  fc.assert(
    fc.property(question, fc.uint8Array({ maxLength: 40 }), cuts, (q, noise, places) => {
      const framing = ascii();
      ask(framing, q);
      const heard = feed(framing, Buffer.concat([noise, withLrc(trueReply(q))]), places);
      expect(heard).toEqual([{ is: "reply", frame: withCrc(trueReply(q)) }]);
      expect(framing.discarded).toBe(noise.length);
    }),
  );
});

test("exceptions, small letters and characters with a parity bit are taken", () => {
  const reply = withLrc(trueReply(first)).toString("latin1");
  const frame = withCrc(trueReply(first));
  const forms = [text(reply.toLowerCase()), text(reply).map((byte) => byte | 0x80)];
  for (const form of forms) {
    const framing = ascii();
    ask(framing, first);
    expect(feed(framing, Buffer.from(form))).toEqual([{ is: "reply", frame }]);
  }
  const framing = ascii();
  ask(framing, first);
  const exception = exceptionReply(first, 2);
  expect(feed(framing, withLrc(exception))).toEqual([{ is: "reply", frame: withCrc(exception) }]);
});

test("a second colon begins anew", () => {
  const framing = ascii();
  ask(framing, first);
  const reply = withLrc(trueReply(first));
  const cut = reply.subarray(0, 9);
  expect(feed(framing, Buffer.concat([cut, reply]))).toMatchObject([{ is: "reply" }]);
  expect(framing.discarded).toBe(9);
});

test("a reply with one character changed is never another reply", () => {
  fc.assert(
    fc.property(question, fc.nat(), fc.integer({ min: 1, max: 255 }), cuts, (q, place, change, places) => {
      const framing = ascii();
      ask(framing, q);
      const frame = withLrc(trueReply(q));
      const at = place % frame.length;
      frame[at] = (frame[at] ?? 0) ^ change;
      for (const heard of feed(framing, frame, places))
        if (heard.is === "reply") expect(heard.frame).toEqual(withCrc(trueReply(q)));
    }),
  );
});

test("a wrong LRC is a wrong checksum, at once", () => {
  const framing = ascii();
  ask(framing, first);
  const frame = withLrc(trueReply(first));
  frame[8] = frame[8] === 0x30 ? 0x31 : 0x30;
  expect(feed(framing, frame)).toMatchObject([{ is: "bad", failure: { code: "E_BUS_CHECKSUM" } }]);
});

test("our own request coming back first is skipped, even where it looks like a reply", () => {
  // 17 coils from 0x0300: function 1, "byte count" 3, and just as long as the reply.
  const q: Question = { unit: 1, functionCode: 1, start: 0x0300, count: 17, transaction: 0 };
  const framing = ascii();
  const { sent } = ask(framing, q);
  const reply = withLrc(trueReply(q));
  expect(reply).toHaveLength(sent.length);
  expect(feed(framing, sent, [3])).toEqual([]);
  expect(feed(framing, reply, [1, 2])).toEqual([{ is: "reply", frame: withCrc(trueReply(q)) }]);
  expect(framing.discarded).toBe(17);
});

test("a late reply is the answer to the oldest request it fits; a copy is doubted", () => {
  const framing = ascii();
  ask(framing, first);
  expect(framing.giveUp().code).toBe("E_BUS_TIMEOUT");
  expect(framing.mistakable(1, second, 200)).toBe(true);
  ask(framing, second, 200);
  expect(feed(framing, withLrc(trueReply(first)), [], 300)).toEqual([{ is: "late" }]);
  expect(feed(framing, withLrc(trueReply(second)), [], 310)).toMatchObject([{ is: "reply" }]);
  const { asked } = ask(framing, first, 320);
  expect(feed(framing, withLrc(trueReply(second)), [], 330)).toMatchObject([{ is: "reply", doubt: asked }]);
});

test("characters more than a second apart are no frame", () => {
  const framing = ascii();
  ask(framing, first);
  const reply = withLrc(trueReply(first));
  expect(feed(framing, reply.subarray(0, 10), [], 100)).toEqual([]);
  expect(feed(framing, reply.subarray(10), [], 1101)).toEqual([]);
  expect(framing.giveUp().code).toBe("E_BUS_CHECKSUM");
});

test.each([
  ["nothing", "", "E_BUS_TIMEOUT"],
  ["half a reply", withLrc(trueReply(first)).toString("latin1", 0, 9), "E_BUS_TIMEOUT"],
  ["another unit's reply", withLrc(trueReply({ ...first, unit: 9 })).toString("latin1"), "E_BUS_REPLY"],
  ["a reply of another length", withLrc(trueReply({ ...first, count: 5 })).toString("latin1"), "E_BUS_REPLY"],
  ["an RTU reply", withCrc(trueReply(first)).toString("latin1"), "E_BUS_CHECKSUM"],
  ["an odd digit", ":010\r\n", "E_BUS_CHECKSUM"],
  ["more than the longest frame", `:${"01".repeat(256)}\r\n`, "E_BUS_CHECKSUM"],
])("after %s the failure is named for it", (_, line, code) => {
  const framing = ascii();
  ask(framing, first);
  expect(feed(framing, text(line))).toEqual([]);
  expect(framing.giveUp().code).toBe(code);
  expect(framing.discarded).toBe(line.length);
});

test("digits without end are given up where the longest frame would have ended", () => {
  const framing = ascii();
  ask(framing, first);
  feed(framing, text(`:${"5".repeat(10_000)}`));
  expect(framing.giveUp().detail).toBe("a frame broken off after 511 characters");
  expect(framing.discarded).toBe(10_001);
});

const own: ReadRequest = { functionCode: 102, data: "009D", replyBytes: 6 };
test.each<[string, ReadRequest, string, string]>([
  ["function 17", { functionCode: 17 }, "0111", "0111032aff41"],
  ["function 43/14", { functionCode: 43, access: 1, object: 0 }, "012b0e0100", "012b0e0101000001000141"],
  ["a maker's own function", own, "0166009d", "01662c000000803f"],
])("%s is answered by a reply of its form alone", (_, request, sent, reply) => {
  for (const [hex, is] of [
    [reply, ["reply"]],
    [`${reply}00`, []],
    [reply.slice(0, -2), []],
  ] as const) {
    const framing = ascii();
    framing.ask(askedFor(1, request, 0, 100), withCrc(Buffer.from(sent, "hex")));
    expect(feed(framing, withLrc(Buffer.from(hex, "hex"))).map((heard) => heard.is)).toEqual(is);
  }
});
