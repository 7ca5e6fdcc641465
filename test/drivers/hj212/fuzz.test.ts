import { expect, test } from "vitest";
import { longestData } from "../../../drivers/hj212/frame.ts";
import { LoggerStream } from "../../../drivers/hj212/stream.ts";
import { packet } from "../../../simulator/logger/crc.ts";
import { randomFrom } from "../../../simulator/random.ts";
import { frames, onWire } from "./frames.ts";

const inputs = 200_000;
const good = Object.values(frames).map(({ frame }) => Buffer.from(`${frame}\r\n`));
const tokens = [
  "##",
  "##0101",
  "CP=&&",
  "&&",
  ";",
  ",",
  "=",
  "//",
  "-Rtd",
  "-Flag=N",
  "MN=",
  "Flag=9;",
  "{0x",
  "\r\n",
  "DataTime=",
];

/** Frames broken in some way, grammar put together at random under a right check, and noise. */
function input(random: () => number): Buffer {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const kind = random();
  if (kind < 0.4) {
    const frame = Buffer.from(pick(good));
    const hits = 1 + Math.floor(random() * 4);
    for (let i = 0; i < hits; i++) frame[Math.floor(random() * frame.length)] = Math.floor(random() * 256);
    return random() < 0.3 ? frame.subarray(0, Math.floor(random() * frame.length)) : frame;
  }
  const mixed = Array.from({ length: Math.floor(random() * 30) }, () => pick(tokens)).join("");
  if (kind < 0.8) return packet(`ST=31;CN=${pick(["2011", "2051", "3020", "9015"])};MN=M1;Flag=9;CP=&&${mixed}&&`);
  if (kind < 0.9) return Buffer.from(mixed);
  return Buffer.from(Array.from({ length: Math.floor(random() * 300) }, () => Math.floor(random() * 256)));
}

test(`${inputs} broken inputs: nothing throws, nothing grows, and a good frame is heard afterwards`, () => {
  const random = randomFrom(212);
  let stream = new LoggerStream();
  let heard = 0;
  let findings = 0;
  for (let n = 1; n <= inputs; n++) {
    const bytes = input(random);
    for (const pushed of stream.hear(bytes)) {
      if ("finding" in pushed) {
        findings++;
        expect(pushed.finding.detail).toMatch(/^[\x20-\x7e]{1,200}$/);
      } else {
        heard++;
        for (const value of pushed.said?.values.values() ?? [])
          if ("value" in value && !/^-?\d+(\.\d+)?$/.test(value.value)) throw new Error(`no number: ${value.value}`);
      }
    }
    if (n % 1000 === 0) {
      // Whatever is waited for, it is one frame at most: so much later everything is heard again.
      stream.hear(Buffer.alloc(longestData + 20));
      expect(stream.hear(onWire(frames.water2005.frame)).filter((pushed) => "frame" in pushed)).toHaveLength(1);
      if (n % 50_000 === 0) stream = new LoggerStream();
    }
  }
  expect(heard).toBeGreaterThan(inputs / 20);
  expect(findings).toBeGreaterThan(inputs / 20);
});
