import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { FrameBody } from "../../../../feed/format/body.ts";
import { makeEntry, noPrev } from "../../../../feed/format/entry.ts";
import { agreeing, planOf } from "../../../../feed/format/raw/agreeing.ts";
import { mismatch, readersOf, unreadable } from "../../../../feed/format/raw/readers.ts";
import type { ReadingTuple } from "../../../../feed/format/reading.ts";
import { makeFrameScanner } from "../../../../feed/format/scan/frame.ts";

const scan = makeFrameScanner();
const bytesOf = (body: FrameBody): Buffer => makeEntry(body, 7, noPrev, Buffer.alloc(12, 3)).bytes;

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
    "402.5453:402.5456:41716:41714",
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
    [
      "what doubles alone give between two ends that are nearly the same",
      "-191607982.012",
      "402.5453:402.5456:41716:41714",
      3,
      29_150,
    ],
  ])("are not those with %s", (_, value, scale, places, register) => {
    const points = { "d.x": ["-", "1:3:0000:uint16:ABCD", scale, places] as const };
    const readers = readersOf({ points, reads: [[1, 3, 0, 1]] });
    const raw = [Buffer.from([1, 3, 2, register >> 8, register & 255]).toString("base64")];
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

  it("are asked for where a value is told as not read and its reply is there", () => {
    const points = { "d.x": ["-", "1:3:0000:uint16:ABCD", "1", 0], "d.y": ["-", "odd", "1", 0] } as const;
    const readers = readersOf({ points, reads: [[1, 3, 0, 1]] });
    const t = "2026-10-01T00:00:00.000Z";
    const data = { "d.x": [null, "B", "E_BUS_TIMEOUT"], "d.y": [null, "B", "E_BUS_TIMEOUT"] } as const;
    const judged = (raw: string) => {
      const body = { type: "frame", t, boot: "9f3c1a2e", mono: 1, clk: ["ntp", 4], cfg: 1, raw: [raw], data } as const;
      const found = scan(bytesOf(body));
      return [
        found && agreeing(found, planOf({ points }, readers)),
        mismatch({ data, raw: [raw] }, readers) === undefined,
      ];
    };
    expect(judged("")).toEqual([0, true]);
    expect(judged(Buffer.from([1, 3, 2, 0, 7]).toString("base64"))).toEqual([-1, false]);
  });

  it("are found whatever names the frames before had", () => {
    const names = ["a.a", "a.b", "a.c", "a.d", "a.x"];
    const points = Object.fromEntries(
      names.slice(0, 4).map((name, i) => [name, ["-", `1:3:000${i}:uint16:ABCD`, "1", 0] as const]),
    );
    const readers = readersOf({ points, reads: [[1, 3, 0, 4]] });
    const raw = [Buffer.from([1, 3, 8, 0, 10, 0, 11, 0, 12, 0, 13]).toString("base64")];
    const t = "2026-10-01T00:00:00.000Z";
    const polls = fc.array(fc.tuple(fc.subarray(names), fc.nat(20)), { minLength: 2, maxLength: 8 });
    fc.assert(
      fc.property(polls, (polls) => {
        const plan = planOf({ points }, readers);
        for (const [channels, off] of polls) {
          const data = Object.fromEntries(
            channels.map((name, i) => [
              name,
              [`${10 + names.indexOf(name) + (i === off ? 1 : 0)}`, "N"] as ReadingTuple,
            ]),
          );
          const body = { type: "frame", t, boot: "9f3c1a2e", mono: 1, clk: ["ntp", 4], cfg: 1, raw, data } as const;
          const found = scan(bytesOf(body));
          const isRight = mismatch({ data, raw }, readers) === undefined && !channels.includes("a.x");
          expect(found && agreeing(found, plan)).toBe(isRight ? 0 : -1);
        }
      }),
      { numRuns: 500 },
    );
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
