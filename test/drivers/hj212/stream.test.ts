import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LoggerStream, type Pushed } from "../../../drivers/hj212/stream.ts";
import { packet } from "../../../simulator/logger/crc.ts";
import { dialects, minute, realTime, type Sender, state } from "../../../simulator/logger/dialect.ts";
import { plantAt, unit350 } from "../../../simulator/plant/combustion.ts";
import { frames, onWire, wrongCheck } from "./frames.ts";

const hear = (...chunks: readonly Buffer[]): Pushed[] => {
  const stream = new LoggerStream();
  return chunks.flatMap((chunk) => [...stream.hear(chunk)]);
};

test("a frame is kept as it came, without its line end", () => {
  const [pushed] = hear(onWire(frames.acknowledged2025.frame));
  expect(pushed).toMatchObject({
    frame: Buffer.from(frames.acknowledged2025.frame),
    message: { cn: "2011", version: "2025" },
    said: { subject: "real-time" },
    reply: onWire(frames.acknowledgement.frame),
  });
});

test("a message that is none counts its bytes", () => {
  const stream = new LoggerStream();
  const bytes = packet("ST=31;CN=2011;CP=&&&&");
  expect(stream.hear(bytes)).toEqual([
    { finding: { code: "message", detail: "MN is missing, malformed or there twice" } },
  ]);
  expect(stream.discarded).toBe(bytes.length - 2);
  expect(hear(onWire(wrongCheck))).toMatchObject([{ finding: { code: "checksum" } }]);
});

// HJ 212-2025, A.2, as implemented in public GitHub file 70699272034: the check is that of the plain text.
test("a message that was encrypted after its check was taken is said to be so, and gets no acknowledgement", () => {
  const plain = packet("QN=20260706103512345;ST=31;CN=2011;MN=M1;Flag=9;CP=&&DataTime=20260706103000;a-Rtd=1.50&&");
  const at = plain.indexOf("CP=&&") + 5;
  const secret = Buffer.from(plain);
  secret.fill(0xe4, at, at + 32);
  const spelt = Buffer.concat([
    plain.subarray(0, at),
    Buffer.from(`{${Array(32).fill("0xE4").join(",")}}`),
    plain.subarray(at + 32),
  ]);
  for (const bytes of [secret, spelt]) {
    const heard = hear(bytes, onWire(frames.water2005.frame));
    expect(heard).toMatchObject([{ finding: { code: "encrypted" } }, { message: { mn: "LD130133000015" } }]);
  }
});

describe("what the pretend logger says is what is heard", () => {
  const sender = fc.record({
    dialect: fc.constantFrom(...dialects),
    mn: fc.constantFrom("LD130133000015", "010000A8900016F000169DC0"),
    pw: fc.constant("123456"),
    asks: fc.boolean(),
  });
  const at = fc.integer({ min: Date.parse("2001-01-01"), max: Date.parse("2099-01-01") });
  const cuts = fc.array(fc.nat(1100), { maxLength: 8 });
  const pieces = (bytes: Buffer, places: readonly number[]): Buffer[] => {
    const all = [0, ...places.map((place) => place % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
    return all.slice(1).map((end, i) => bytes.subarray(all[i], end));
  };
  const numbers = (data: string): (string | undefined)[] =>
    [...data.matchAll(/([\w]+-(?:Rtd|Min|Avg|Max|Info))=([-\d.]+)/g)].map(([, , value]) => value);
  const only = (heard: readonly Pushed[]): Extract<Pushed, { frame: Buffer }> => {
    const [pushed] = heard;
    if (heard.length !== 1 || pushed === undefined || !("frame" in pushed)) throw new Error(JSON.stringify(heard));
    return pushed;
  };
  const told = (from: Sender, data: string, places: readonly number[]): ReturnType<typeof only> => {
    const pushed = only(hear(...pieces(packet(data), places)));
    expect(pushed.message.findings).toEqual([]);
    expect(pushed.said?.findings).toEqual([]);
    expect(pushed.message).toMatchObject({ version: from.dialect, mn: from.mn, wantsReply: from.asks });
    expect([...(pushed.said?.values.values() ?? [])].map((v) => ("value" in v ? v.value : v))).toEqual(numbers(data));
    expect(pushed.reply !== undefined).toBe(from.asks);
    return pushed;
  };

  test("at one moment, over a minute, and of its state", () => {
    fc.assert(
      fc.property(sender, at, fc.nat(4000), cuts, (from, ms, second, places) => {
        const plant = plantAt(unit350, 1, second);
        const whole = ms - (ms % 1000);
        const now = told(from, realTime(from, ms, plant), places);
        expect(now.said?.time).toEqual({ at: whole });
        expect(now.said?.values.size).toBe(8);
        const start = ms - (ms % 60_000);
        const later = told(from, minute(from, ms, start, [plant, plantAt(unit350, 1, second + 1)]), places);
        expect(later.said).toMatchObject({ subject: "minute", time: { at: start } });
        const info = told(from, state(from, ms, 2, 1), places);
        expect(info.said?.values.get("a21026/i12002-Info")).toMatchObject({ value: "1" });
      }),
      { numRuns: 300 },
    );
  });
});
