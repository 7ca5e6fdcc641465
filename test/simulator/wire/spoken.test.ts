import fc from "fast-check";
import { expect, test } from "vitest";
import { randomFrom } from "../../../simulator/random.ts";
import { dconReader } from "../../../simulator/wire/dcon.ts";
import { dlt645Reader } from "../../../simulator/wire/dlt645.ts";
import { deeds, faultFits, faultRule } from "../../../simulator/wire/faults.ts";
import type { Reader, Request } from "../../../simulator/wire/framing.ts";

/** DL/T 645-2007: meter 123456789012 is asked for 00010000 and says 1234.56 (Dlt645.Core.Tests, FrameCodecTests.cs). */
const question = "68129078563412681104333334336816";
const plain = "fefe6812907856341268910833333433896745335416";
const onMeter = dlt645Reader().push(Buffer.from(question, "hex")).requests[0] as Request;
const meterSays = Buffer.from("910000010056341200", "hex");
const onModule = dconReader(true).push(Buffer.from("$012B7\r")).requests[0] as Request;

const act = (request: Request, unit: string | number, pdu: Buffer, fault?: object): string[] =>
  deeds(fault && faultRule.parse(fault), request, pdu, randomFrom(1), unit).map((deed) =>
    "bytes" in deed ? deed.bytes.toString(typeof unit === "string" ? "hex" : "latin1") : deed.connection,
  );

test("a meter's faults", () => {
  const say = (fault?: object): string[] => act(onMeter, "123456789012", meterSays, fault);
  expect(say()).toEqual([plain]);
  expect(say({ kind: "bad-crc" })).toEqual([`${plain.slice(0, -4)}5516`]);
  expect(say({ kind: "short" })).toEqual([plain.slice(0, -4)]);
  expect(say({ kind: "wrong-unit" })[0]?.slice(4, 18)).toBe("68139078563412");
  expect(say({ kind: "wrong-unit", unit: "000000000002" })[0]?.slice(4, 18)).toBe("68020000000000");
  expect(say({ kind: "exception", code: 2 })).toEqual(["fefe6812907856341268d101358d16"]);
  expect(say({ kind: "duplicate" })).toEqual([plain, plain]);
  expect(say({ kind: "silence" })).toEqual([]);
});

test("a module's faults", () => {
  const say = (fault?: object): string[] => act(onModule, 1, Buffer.from("!200600"), fault);
  expect(say()).toEqual(["!01200600AA\r"]);
  expect(say({ kind: "bad-crc" })).toEqual(["!0120060022\r"]);
  expect(say({ kind: "wrong-unit" })).toEqual(["!02200600AB\r"]);
  expect(say({ kind: "exception" })).toEqual(["?01A0\r"]);
  const [unchecked] = dconReader(false).push(Buffer.from("#01\r")).requests as [Request];
  expect(act(unchecked, 1, Buffer.from(">+12.345"))).toEqual([">+12.345\r"]);
  expect(act(unchecked, 1, Buffer.from(">+12.345"), { kind: "bad-crc" })).toEqual([">+12.34*\r"]);
});

test("which faults can be on which line", () => {
  expect(faultFits("half-open", "dlt645")).toBe(false);
  expect(faultFits("half-open", "dcon-over-tcp")).toBe(true);
  expect(faultFits("bad-crc", "dcon")).toBe(true);
  expect(faultFits("wrong-transaction", "dlt645-over-tcp")).toBe(false);
});

test("wildcards mean more than one meter", () => {
  const [all] = dlt645Reader().push(Buffer.from("68aaaaaaaaaaaa681300df16", "hex")).requests as [Request];
  expect(all.isFor("000000000001")).toBe(true);
  expect(onMeter.isFor("123456789012")).toBe(true);
  expect(onMeter.isFor("123456789013")).toBe(false);
});

test.each<[string, () => Reader, Buffer]>([
  ["DL/T 645", dlt645Reader, Buffer.from(question, "hex")],
  ["DCON", () => dconReader(true), Buffer.from("$012B7\r")],
])("%s: questions are found however they come, after noise", (_, make, frame) => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 30 }),
      fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 30 }),
      (noise, cuts) => {
        const reader = make();
        // Noise that ends a line or a frame by itself is no noise.
        const quiet = Buffer.from(noise.filter((byte) => byte !== 0x0d && byte !== 0x68));
        const stream = Buffer.concat([
          quiet,
          make === dlt645Reader ? frame : Buffer.concat([Buffer.from("\r"), frame]),
          frame,
        ]);
        let found = 0;
        let at = 0;
        for (const cut of [...cuts, stream.length]) {
          found += reader.push(stream.subarray(at, at + cut)).requests.length;
          at += cut;
        }
        expect(found).toBe(2);
      },
    ),
  );
});
