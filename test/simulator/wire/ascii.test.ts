import fc from "fast-check";
import { expect, test } from "vitest";
import { asciiReader } from "../../../simulator/wire/ascii.ts";

/** The request of the example in Modbus over serial line V1.02, 6.2.1: unit 17, function 3, registers 107 to 109. */
const request = ":1103006B00037E\r\n";

test("a request is found however it arrives split, behind noise and behind a frame that was broken off", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(40)), fc.constantFrom("", "\x00\xff", ":1103", ":110300ZZ\r\n"), (cuts, before) => {
      const bytes = Buffer.from(before + request, "latin1");
      const reader = asciiReader();
      const places = [...new Set([0, ...cuts.map((cut) => cut % bytes.length), bytes.length])].sort((a, b) => a - b);
      const found = places.slice(1).flatMap((end, i) => reader.push(bytes.subarray(places[i], end)).requests);
      expect(found.map(({ unit, pdu }) => [unit, pdu.toString("hex")])).toEqual([[17, "03006b0003"]]);
    }),
  );
});

test("a wrong LRC is no request", () => {
  expect(asciiReader().push(Buffer.from(":1103006B00037F\r\n")).requests).toEqual([]);
});

test("a reply is framed, and spoilt in its LRC alone", () => {
  const [asked] = asciiReader().push(Buffer.from(request)).requests;
  const pdu = Buffer.from("030102", "hex");
  expect(asked?.wrap(17, pdu).toString()).toBe(":11030102E9\r\n");
  expect(asked?.spoil(17, pdu).toString()).toMatch(/^:11030102(?!E9)..\r\n$/);
});
