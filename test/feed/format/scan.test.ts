import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { FrameBody } from "../../../feed/format/body.ts";
import { makeEntry, noPrev, readEntry } from "../../../feed/format/entry.ts";
import { agreeing, planOf } from "../../../feed/format/raw/agreeing.ts";
import { mismatch, readersOf, unreadable } from "../../../feed/format/raw/readers.ts";
import type { ReadingTuple } from "../../../feed/format/reading.ts";
import { makeFrameScanner, type ScannedFrame } from "../../../feed/format/scan/frame.ts";

const scan = makeFrameScanner();
const bytesOf = (body: FrameBody): Buffer => makeEntry(body, 7, noPrev, Buffer.alloc(12, 3)).bytes;

const count = fc.oneof(fc.nat(20), fc.constantFrom(10 ** 15 - 1, 10 ** 15, 2 ** 53 - 1));
const value = fc.oneof(
  fc.constantFrom(
    "0",
    "0.00",
    "-0.00",
    "-1",
    "01",
    "1.",
    ".5",
    "-",
    "1e3",
    "12.50",
    "on",
    "9".repeat(16),
    "温",
    '"',
    "\\",
  ),
  fc.stringMatching(/^-?\d{1,6}(\.\d{1,3})?$/),
);
const reading = fc.oneof<fc.Arbitrary<ReadingTuple>[]>(
  value.map((text) => [text, "N"] as const),
  value.map((text) => [text, "M", "status.maintenance"] as const),
  fc.constant([null, "B", "E_BUS_TIMEOUT"] as const),
);
const name = fc.stringMatching(/^[A-Za-z0-9._-]{1,32}$/).filter((one) => one !== "__proto__");
const frame: fc.Arbitrary<FrameBody> = fc
  .record(
    {
      boot: fc.constantFrom("9f3c1a2e", "00000000"),
      mono: count,
      clk: fc.constantFrom(["ntp", 4] as const, ["none", -1] as const, ["gnss", 0] as const),
      cfg: count,
      raw: fc.array(fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes).toString("base64"))),
      data: fc.dictionary(name, reading, { maxKeys: 6, noNullPrototype: true }),
      dev: fc.constantFrom("cems", "A-1"),
      at: fc.array(fc.tuple(count, count, count), { maxLength: 2 }),
      hist: fc.constant(true),
    },
    { requiredKeys: ["boot", "mono", "clk", "cfg", "raw", "data"] },
  )
  .chain((body) =>
    fc
      .date({ min: new Date("1970-01-01T00:00:00Z"), max: new Date("2199-12-31T23:59:59.999Z"), noInvalidDate: true })
      .map((t) => ({ type: "frame", t: t.toISOString(), ...body }) as FrameBody),
  );

/** What stands in the scanner's places, as the entry's members have it. */
function readingsIn({ bytes, readings, replies }: ScannedFrame) {
  const text = (from: number | undefined, to: number | undefined): string => bytes.toString("latin1", from, to);
  return {
    data: Array.from({ length: readings.count }, (_, i) => [
      text(readings.nameFrom[i], readings.nameTo[i]),
      readings.valueFrom[i] === -1 ? null : text(readings.valueFrom[i], readings.valueTo[i]),
      String.fromCharCode(readings.flag[i] ?? 0),
    ]),
    raw: Array.from({ length: replies.count }, (_, i) =>
      replies.bytes.subarray(replies.from[i], replies.to[i]).toString("base64"),
    ),
    numbers: Array.from({ length: readings.count }, (_, i) =>
      (readings.places[i] ?? -1) < 0 ? undefined : (readings.digits[i] ?? 0) / 10 ** (readings.places[i] ?? 0),
    ),
  };
}

function expectSame(found: ScannedFrame, bytes: Buffer): void {
  const read = readEntry(bytes);
  if (!read.ok || read.value.type !== "frame") throw new Error(`recognised, and no frame: ${bytes.toString()}`);
  const { t, seq, prev, salt, boot, mono, clk, cfg, dev, data, raw, at } = read.value;
  expect(found).toMatchObject({ type: "frame", v: 1, t, seq, prev, salt, boot, mono, clk, cfg, data, raw });
  expect([found.dev, found.at, found.wall]).toEqual([dev, at, Date.parse(t)]);
  const names = Object.keys(data).sort();
  const { numbers, ...rest } = readingsIn(found);
  expect(rest).toEqual({ data: names.map((name) => [name, data[name]?.[0], data[name]?.[1]]), raw });
  for (const [i, number] of numbers.entries())
    if (number !== undefined) expect(number).toBe(Number(data[names[i] ?? ""]?.[0]));
}

describe("a frame that is recognised in its bytes", () => {
  it("says what any reader of it says", () => {
    fc.assert(
      fc.property(frame, (body) => {
        const bytes = bytesOf(body);
        const found = scan(bytes);
        if (found !== undefined) expectSame(found, bytes);
      }),
      { numRuns: 2000 },
    );
  });

  it("is one that the plain reader takes, whatever was done to the bytes", () => {
    const odd = fc.constantFrom(
      ...'"\\,:[]{}0129.-+/=AQgwZT \n\u0000é',
      "",
      '""',
      "null",
      "00",
      "==",
      "__proto__",
      "e",
    );
    fc.assert(
      fc.property(frame, fc.nat(), fc.nat(3), odd, (body, place, cut, put) => {
        const whole = bytesOf(body);
        const at = place % whole.length;
        const bytes = Buffer.concat([whole.subarray(0, at), Buffer.from(put), whole.subarray(at + cut)]);
        const found = scan(bytes);
        if (found !== undefined) expectSame(found, bytes);
      }),
      { numRuns: 20_000 },
    );
  });

  it("is every common one, on each day of a leap year", () => {
    for (let day = Date.UTC(2028, 0, 1); day < Date.UTC(2029, 0, 1); day += 86_400_000) {
      const t = new Date(day + 43_200_001).toISOString();
      const body = { type: "frame", t, boot: "9f3c1a2e", mono: 1, clk: ["ntp", 4], cfg: 1, dev: "cems" } as const;
      const bytes = bytesOf({ ...body, raw: ["AQM="], data: { "a.b": ["1.20", "N"], "a.c": [null, "B", "x"] } });
      expect(scan(bytes)?.wall).toBe(day + 43_200_001);
    }
  });

  const plain = bytesOf({
    type: "frame",
    t: "2026-10-01T00:00:00.000Z",
    boot: "9f3c1a2e",
    mono: 1,
    clk: ["ntp", 4],
    cfg: 1,
    raw: ["AQMAAA=="],
    data: { "a.b": ["1.20", "N"], "a.c": [null, "B", "x"] },
  });

  it.each([
    ["a name that readers lose", "a.b", "__proto__"],
    ["a name twice", "a.c", "a.b"],
    ["names out of order", "a.b", "a.d"],
    ["a longer name before a shorter", "a.b", "a.cc"],
    ["a name too long", "a.b", "a".repeat(33)],
    ["no value that counts", '[null,"B"', '[null,"N"'],
    ["no reason", '[null,"B","x"]', '[null,"B"]'],
    ["an empty value", '"1.20"', '""'],
    ["a value too long", "1.20", "1".repeat(256)],
    ["an unknown flag", '"B"', '"X"'],
    ["spare bits", "AQMAAA==", "AQMAAB=="],
    ["spare bits of two", "AQMAAA==", "AQMAAAB="],
    ["a zero before a number", '"cfg":1', '"cfg":01'],
    ["the 31st of November", "2026-10-01", "2026-11-31"],
    ["the 29th of February", "2026-10-01", "2026-02-29"],
    ["an hour too many", "T00:00", "T24:00"],
    ["another source of time", '"ntp"', '"ntpd"'],
    ["an error below -1", '"ntp",4', '"ntp",-2'],
  ])("is not recognised with %s, which the plain reader refuses", (_, from, to) => {
    const bytes = Buffer.from(plain.toString().replace(from, to));
    expect(bytes.equals(plain)).toBe(false);
    expect([scan(bytes), readEntry(bytes).ok]).toEqual([undefined, false]);
  });

  it("ends where its bytes end", () => {
    const bytes = plain;
    expect(scan(bytes)).toBeDefined();
    for (let end = 0; end < bytes.length; end++) expect(scan(bytes.subarray(0, end))).toBeUndefined();
  });
});

describe("values that surely are what their replies give", () => {
  const types = ["int16", "uint16", "int32", "uint32", "int64", "uint64", "float32", "float64", "bcd16", "string2"];
  const scales = [
    "1",
    "0.1",
    "0.01",
    "-2.5",
    "1.5e-7",
    "0:4095:0:500",
    "800:4000:-20:85.5",
    "1:1:0:5",
    "x",
    "",
    "0x10",
  ];
  const channels = fc.array(
    fc.record({
      type: fc.constantFrom(...types),
      scale: fc.constantFrom(...scales),
      places: fc.nat(4),
      register: fc.nat(9),
      off: fc.constantFrom(0, 0, 0, 1, -1),
    }),
    { minLength: 1, maxLength: 4 },
  );

  it.each([
    ["another number of places", "120", "1", 1, 12],
    ["a scale that is no decimal", "32", "0x10", 0, 2],
    ["an empty scale", "0", "", 0, 2],
    ["half a digit", "2", "0.25", 0, 10],
    ["another value", "12", "1", 0, 13],
  ])("are not those with %s", (_, value, scale, places, register) => {
    const points = { "d.x": ["-", "1:3:0000:uint16:ABCD", scale, places] as const };
    const readers = readersOf({ points, reads: [[1, 3, 0, 1]] });
    const raw = [Buffer.from([1, 3, 2, 0, register]).toString("base64")];
    const t = "2026-10-01T00:00:00.000Z";
    const found = scan(
      bytesOf({
        type: "frame",
        t,
        boot: "9f3c1a2e",
        mono: 1,
        clk: ["ntp", 4],
        cfg: 1,
        raw,
        data: { "d.x": [value, "N"] },
      }),
    );
    expect(found && agreeing(found, planOf({ points }, readers))).toBe(-1);
  });

  it("are none that the plain comparison finds wrong", () => {
    let sure = 0;
    fc.assert(
      fc.property(channels, fc.uint8Array({ minLength: 24, maxLength: 24 }), fc.boolean(), (list, registers, known) => {
        const reply = Buffer.concat([Buffer.from([1, 3, 24]), registers]);
        const points = Object.fromEntries(
          list.map(({ type, scale, places, register }, i) => [
            `d.c${i}`,
            [
              "-",
              known || i > 0 ? `1:3:${register.toString(16).padStart(4, "0")}:${type}:ABCD` : "odd",
              scale,
              places,
            ] as const,
          ]),
        );
        const readers = readersOf({ points, reads: [[1, 3, 0, 12]] });
        const data = Object.fromEntries(
          list.map(({ off, places }, i) => {
            const given = /the bytes give (.*)$/.exec(
              mismatch({ data: { [`d.c${i}`]: ["?", "N"] }, raw: [reply.toString("base64")] }, readers) ?? "",
            )?.[1];
            const plain = given === undefined || given.length > 255 || given === "" ? "1.20" : given;
            const moved =
              off === 0 || Number.isNaN(Number(plain)) ? plain : (Number(plain) + off / 10 ** places).toFixed(places);
            return [`d.c${i}`, [moved, "N"] as ReadingTuple];
          }),
        );
        const raw = [reply.toString("base64")];
        const t = "2026-10-01T00:00:00.000Z";
        const found = scan(
          bytesOf({ type: "frame", t, boot: "9f3c1a2e", mono: 1, clk: ["ntp", 4], cfg: 1, raw, data }),
        );
        if (found === undefined) return;
        const unjudged = agreeing(found, planOf({ points }, readers));
        if (unjudged < 0) return;
        sure++;
        expect(mismatch({ data, raw }, readers)).toBeUndefined();
        expect(unjudged).toBe(unreadable({ data }, readers));
      }),
      { numRuns: 5000 },
    );
    expect(sure).toBeGreaterThan(500);
  });
});
