import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeBundle, encodeCommit, parseBundle, parseCommit } from "../../../feed/format/bundle.ts";
import { sampleLog } from "./sample-log.ts";

const log = sampleLog(40);
const range = fc
  .uniqueArray(fc.nat(40), { minLength: 2, maxLength: 2 })
  .map(([a, b]) => [Math.min(a as number, b as number), Math.max(a as number, b as number)] as const);
const problem = { ok: false, problem: { code: "ENV_SYNTAX" } };
const plain = encodeBundle(log.bundle(7, 7, 12)).toString();

describe("a bundle", () => {
  it("reads back as what was written, plain or gzip", () => {
    fc.assert(
      fc.property(range, fc.nat(40), ([from, size], old) => {
        const made = log.bundle(old, from, size);
        const payload = encodeBundle(made);
        expect(parseBundle(payload)).toEqual({ ok: true, value: made });
        expect(parseBundle(gzipSync(payload))).toEqual({ ok: true, value: made });
      }),
    );
  });

  it("may leave out frontier and proof where the old size is where it starts", () => {
    const made = { ...log.bundle(7, 7, 12), frontier: [], proof: [] };
    expect(parseBundle(encodeBundle(made))).toEqual({ ok: true, value: made });
    expect(parseBundle(encodeBundle({ ...made, old: 6 }))).toMatchObject(problem);
  });

  it.each([
    ["another version", plain.replace("bundle/v1", "bundle/v2")],
    ["CRLF", plain.replaceAll("\n", "\r\n")],
    ["a size with a sign", plain.replace("old 7", "old +7")],
    ["a size with a leading zero", plain.replace("range 7 12", "range 07 12")],
    ["a size above 2^53", plain.replace("old 7", "old 9007199254740993")],
    ["three sizes", plain.replace("range 7 12", "range 7 12 13")],
    ["two spaces", plain.replace("range 7 12", "range 7  12")],
    ["an empty range", encodeBundle(log.bundle(7, 12, 12)).toString()],
    [
      "a range backwards",
      encodeBundle(log.bundle(7, 12, 12))
        .toString()
        .replace("range 12 12", "range 12 11"),
    ],
    ["fewer entries than its range", plain.replace("range 7 12", "range 7 13")],
    ["more entries than its range", plain.replace("range 7 12", "range 7 11")],
    ["a range beyond its bytes", plain.replace("range 7 12", "range 7 9007199254740991")],
    ["a frontier of another size", plain.replace("range 7 12", "range 8 13")],
    ["a hash that is not base64", plain.replace("=\n", "*\n")],
    ["an end in the middle", plain.slice(0, 300)],
    ["nothing", ""],
  ])("is refused for %s", (_what, text) => {
    expect(text).not.toBe(plain);
    expect(parseBundle(Buffer.from(text))).toMatchObject(problem);
  });

  it("is refused above 1 MiB, before anything of it is read", () => {
    expect(parseBundle(Buffer.alloc(1_048_577))).toMatchObject({ problem: { detail: "1048577 bytes" } });
  });

  it("is refused above 8 MiB unzipped, however small it came", () => {
    const bomb = gzipSync(Buffer.concat([Buffer.from(plain), Buffer.alloc(8_388_608)]));
    expect(bomb.length).toBeLessThan(20_000);
    expect(parseBundle(bomb)).toMatchObject({
      problem: { code: "ENV_SYNTAX", detail: expect.stringContaining("gzip") },
    });
    expect(parseBundle(gzipSync(Buffer.from(plain)).subarray(0, -9))).toMatchObject(problem);
  });

  it("never throws, whatever arrives", () => {
    const cut = fc.tuple(fc.nat(plain.length), fc.nat(plain.length), fc.uint8Array({ maxLength: 40 }));
    fc.assert(
      fc.property(cut, ([a, b, middle]) => {
        parseBundle(Buffer.concat([Buffer.from(plain.slice(0, a)), middle, Buffer.from(plain.slice(b))]));
      }),
    );
  });
});

describe("a commit", () => {
  it("reads back as what was written", () => {
    fc.assert(
      fc.property(range, ([old, size]) => {
        const made = log.commit(old, size);
        expect(parseCommit(encodeCommit(made))).toEqual({ ok: true, value: made });
      }),
    );
  });

  it.each(["", "old", "old 7", "old 7\n", "old 07\n\nnote", "new 7\n\nnote", "old 7\nAAAA\n\nnote"])(
    "is not %j",
    (text) => {
      expect(parseCommit(Buffer.from(text))).toMatchObject(problem);
    },
  );
});
