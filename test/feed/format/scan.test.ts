import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { DerivedBody, FrameBody } from "../../../feed/format/body.ts";
import { makeEntry, noPrev, readEntry } from "../../../feed/format/entry.ts";
import type { ReadingTuple } from "../../../feed/format/reading.ts";
import { makeFrameScanner, type ScannedFrame } from "../../../feed/format/scan/frame.ts";
import { makeMinuteScanner } from "../../../feed/format/scan/minute.ts";

const scan = makeFrameScanner();
const scanMinute = makeMinuteScanner();
const bytesOf = (body: FrameBody | DerivedBody): Buffer => makeEntry(body, 7, noPrev, Buffer.alloc(12, 3)).bytes;

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
  expect([found.dev, found.at, found.wall, found.before.toString("base64")]).toEqual([dev, at, Date.parse(t), prev]);
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

describe("a derived minute that is recognised in its bytes", () => {
  const pair = fc.tuple(count, count);
  const minute: fc.Arbitrary<DerivedBody> = fc.record({
    type: fc.constant("derived" as const),
    t: fc.constantFrom("2026-10-01T00:01:02.000Z", "2028-02-29T23:59:59.999Z"),
    period: fc.constantFrom("minute" as const, "hour" as const),
    start: fc.constantFrom("2026-10-01T00:00:00.000Z", "2026-12-31T23:59:00.000Z"),
    cfg: count,
    data: fc.dictionary(name, reading, { maxKeys: 4, noNullPrototype: true }),
    n: fc.dictionary(name, pair, { maxKeys: 4, noNullPrototype: true }),
    of: pair,
  });
  const expectMinute = (bytes: Buffer): boolean => {
    const found = scanMinute(bytes);
    if (found === undefined) return false;
    const read = readEntry(bytes);
    if (!read.ok || read.value.type !== "derived") throw new Error(`recognised, and not derived: ${bytes.toString()}`);
    const { readings, before, wall } = found;
    const { t, seq, prev, salt, cfg, period, start, data, n, of } = read.value;
    expect(found).toMatchObject({ type: "derived", v: 1, t, seq, prev, salt, cfg, period, start, data, n, of });
    expect([wall, before.toString("base64"), readings.count]).toEqual([Date.parse(t), prev, Object.keys(data).length]);
    return true;
  };

  it("says what any reader of it says, and no other period is taken for one", () => {
    fc.assert(
      fc.property(minute, (body) => {
        expect(expectMinute(bytesOf(body)) && body.period !== "minute").toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  it("is one that the plain reader takes, whatever was done to the bytes", () => {
    const odd = fc.constantFrom(
      ...'"\\,:[]{}0129.-=Q \n\u0000é',
      "",
      '""',
      "null",
      "00",
      "==",
      '"a":[1,2]',
      "__proto__",
    );
    fc.assert(
      fc.property(minute, fc.nat(), fc.nat(3), odd, (body, place, cut, put) => {
        const whole = bytesOf(body);
        const at = place % whole.length;
        expectMinute(Buffer.concat([whole.subarray(0, at), Buffer.from(put), whole.subarray(at + cut)]));
      }),
      { numRuns: 20_000 },
    );
  });

  const plain = bytesOf({
    type: "derived",
    t: "2026-10-01T00:01:02.000Z",
    period: "minute",
    start: "2026-10-01T00:00:00.000Z",
    cfg: 2,
    data: { "a.b": ["1.20", "N"] },
    n: { "a.b": [1, 2], "a.c": [0, 2] },
    of: [3, 15],
  });
  it.each([
    ["seconds in its start", "00:00:00.000Z", "00:00:01.000Z"],
    ["a count twice", '"a.c"', '"a.b"'],
    ["counts out of order", '"a.c"', '"a.a"'],
    ["a name that readers lose", '"a.c"', '"__proto__"'],
    ["three counts", "[1,2]", "[1,2,3]"],
    ["a negative count", "[1,2]", "[-1,2]"],
    ["the 31st of April", "2026-10-01T00:00", "2026-04-31T00:00"],
  ])("is not recognised with %s, which the plain reader refuses", (_, from, to) => {
    expect(expectMinute(plain)).toBe(true);
    const bytes = Buffer.from(plain.toString().replace(from, to));
    expect([scanMinute(bytes), readEntry(bytes).ok]).toEqual([undefined, false]);
  });

  it("ends where its bytes end", () => {
    for (let end = 0; end < plain.length; end++) expect(scanMinute(plain.subarray(0, end))).toBeUndefined();
  });
});
