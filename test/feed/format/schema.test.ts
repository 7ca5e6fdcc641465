import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { DerivedBody, FrameBody } from "../../../feed/format/body.ts";
import { canonical, type Json } from "../../../feed/format/canonical.ts";
import { type EntryBody, makeEntry, noPrev, readEntry } from "../../../feed/format/entry.ts";
import { isPlainDerived, isPlainFrame } from "../../../feed/format/frame.ts";
import { entrySchema } from "../../../feed/format/schema.ts";
import { flags } from "../../../feed/format/vocabulary.ts";

const t = "2026-10-01T00:00:05.000Z";
const hash = noPrev.toString("base64");
const salt = Buffer.alloc(12, 1);
const head = [7, hash] as const;

/** One of each type, with every member it may have. */
const bodies: readonly EntryBody[] = [
  {
    type: "genesis",
    t,
    origin: "o",
    gen: 2,
    hash: "sha256",
    twin: "sm3",
    keys: ["k"],
    plant: "p",
    stack: "s",
    dev: { sn: "1", model: "m", tpm: "none" },
    sw: { name: "n", ver: "1", sha256: hash },
    after: { origin: "o", size: 3, root: hash, auth: "a" },
  },
  {
    type: "config",
    t,
    dev: "cems",
    profile: "maker/model",
    points: { "cems.so2": ["mg/m3", "1:4:03e8:float32:ABCD", "1", 2] },
    reads: [[1, 4, 1000, 6]],
    sha256: hash,
    by: "site",
    why: "",
  },
  {
    type: "boot",
    t,
    boot: "9f3c1a2e",
    why: "start",
    clk: ["none", -1],
    head,
    wit: head,
    tpm: { resets: 1, counter: 2 },
  },
  {
    type: "frame",
    t,
    dev: "cems",
    boot: "9f3c1a2e",
    mono: 5012,
    clk: ["nts", 4],
    cfg: 1,
    at: [[1, 2, 3]],
    raw: ["AQMC", ""],
    data: { "cems.so2": ["12.37", "N"], "cems.o2": [null, "D", "sentinel"], "cems.t": ["1", "M", "status"] },
    hist: true,
  },
  {
    type: "derived",
    t,
    period: "minute",
    start: "2026-10-01T00:00:00.000Z",
    cfg: 1,
    data: { "so2.dry": ["159.62", "N"], "so2.ref": [null, "D", "derive.oxygen"] },
    n: { "so2.dry": [12, 12], "so2.ref": [0, 12] },
    of: [2, 14],
  },
  { type: "event", t, code: "comm-loss", detail: "", dev: "cems" },
  { type: "anchor", t, boot: "9f3c1a2e", mono: 1, size: 5, root: hash, cosig: ["line"] },
  { type: "manual", t, code: "lhv", value: "21.5", unit: "MJ/kg", period: "2026-10", by: "lab", docs: [4] },
  { type: "doc", t, name: "n", mime: "application/pdf", bytes: 1, sha256: hash, sm3: hash },
  { type: "amend", t, ref: 3, why: "w", by: "b", value: "1" },
  { type: "rotate", t, key: "k", proof: "p", drop: [] },
  { type: "cert", t, cert: "c", bytes: 1, sha256: hash, sm3: hash },
  { type: "gap", t, from: t, to: t, why: "w", dev: "cems" },
  { type: "prune", t, range: [0, 5], root: hash },
  { type: "end", t, next: null, why: "w" },
];

const make = (body: unknown) => makeEntry(body as EntryBody, 3, noPrev, salt);
const code = (act: () => unknown): unknown => {
  try {
    act();
    return undefined;
  } catch (error) {
    return (error as { code?: string }).code;
  }
};

describe.each(bodies.map((body) => [body.type, body] as const))("an entry of type %s", (_type, body) => {
  const bytes = make(body).bytes;
  const stored = JSON.parse(bytes.toString()) as Record<string, Json>;

  it("reads back as what was written, in the general spelling", () => {
    expect(readEntry(bytes)).toEqual({ ok: true, value: stored });
    expect(stored).toEqual({ ...body, v: 1, seq: 3, prev: hash, salt: salt.toString("base64") });
    expect(bytes.toString()).toBe(canonical(stored));
  });

  it("is refused with one member more, on either side", () => {
    const more = Buffer.from(canonical({ ...stored, zz: 1 }));
    expect(readEntry(more)).toMatchObject({ problem: { code: "REC_SCHEMA" } });
    if (body.type !== "frame") expect(code(() => make({ ...body, zz: 1 }))).toBe("REC_SCHEMA");
  });

  it("is refused with a member of another kind", () => {
    for (const name of Object.keys(stored)) {
      for (const wrong of [{ x: 1 }, [[]], -5, "\u007f".repeat(5000)]) {
        const changed = Buffer.from(canonical({ ...stored, [name]: wrong }));
        expect([name, readEntry(changed).ok]).toEqual([name, false]);
      }
    }
  });

  it("is refused without a member it needs", () => {
    const optional = ["dev", "profile", "reads", "why", "wit", "tpm", "at", "hist", "sm3"];
    for (const name of Object.keys(stored)) {
      const { [name]: _, ...rest } = stored;
      const read = readEntry(Buffer.from(canonical(rest)));
      const free = optional.includes(name) && !(name === "why" && body.type !== "config") && body.type !== "genesis";
      expect([name, read.ok]).toEqual([name, free]);
    }
  });
});

describe("a reading inside a frame", () => {
  const frame = bodies.find((body) => body.type === "frame") as FrameBody;
  const withReading = (reading: unknown) => ({ ...frame, data: { "cems.so2": reading } });
  it.each([
    [["1"]],
    [["1", "X"]],
    [["1", ""]],
    [["", "N"]],
    [[1, "N"]],
    [[null, "D"]],
    [[null, "N", "why"]],
    [["1", "N", ""]],
    [["1", "N", "a", "b"]],
    [["x".repeat(256), "N"]],
    [[]],
    ["1"],
    [null],
  ])("is not %j", (reading) => {
    expect(code(() => make(withReading(reading)))).toBe("REC_SCHEMA");
  });

  it.each(Object.keys(flags))("may carry the flag %s", (flag) => {
    expect(make(withReading(["1.20", flag, "why"])).bytes.toString()).toContain(`["1.20","${flag}","why"]`);
  });
});

const { hist: _, ...everyday } = bodies.find((body) => body.type === "frame") as FrameBody;
const averaged = bodies.find((body) => body.type === "derived") as DerivedBody;
describe.each([
  ["a frame", isPlainFrame, everyday, ["dev", "at"]],
  ["what was derived", isPlainDerived, averaged, []],
] as const)("the short way to check %s", (_, isPlain, everyday, optional) => {
  const stored = JSON.parse(make(everyday).bytes.toString()) as Record<string, Json>;
  const odd: fc.Arbitrary<Json> = fc.oneof(
    fc.constantFrom<Json>(null, true, -1, 0, "", "N", "9f3c1a2e", "AQ==", t, [], [""], [1, 2, 3], [[1, 2, 3]], {}),
    fc.constantFrom<Json>(
      "2026-02-29T00:00:00.000Z",
      "2026-04-31T00:00:00.000Z",
      "2026-10-31T00:00:00.000Z",
      "2024-02-29T00:00:00.000Z",
      "2026-10-31T24:00:00.000Z",
    ),
    fc.constantFrom<Json>(
      ["nts", -1],
      ["nts", -2],
      ["x", 1],
      ["1", "N"],
      { a: ["1", "N"] },
      { a: [null, "N", "x"] },
      { a: [1, 2] },
      { a: [1] },
    ),
    fc.constantFrom<Json>("minute", "year", "half-hour"),
    fc.maxSafeInteger().map((n) => n + 0),
    fc.stringMatching(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/),
    fc.array(fc.constantFrom<Json>("1", "N", null, "why", 1), { maxLength: 4 }).map((reading) => ({ "a.b": reading })),
  );

  it("never says yes where the schema says no", () => {
    const name = fc.constantFrom(...Object.keys(stored), "hist", "x", "toString", "constructor");
    fc.assert(
      fc.property(name, odd, (member, value) => {
        const changed = { ...stored, [member]: value };
        if (isPlain(changed)) expect(entrySchema.safeParse(changed).success, `${member}`).toBe(true);
      }),
      { numRuns: 4000 },
    );
  });

  it("says yes to what is made every second", () => {
    expect(isPlain(stored)).toBe(true);
  });

  it("says no without a member that is needed", () => {
    for (const name of Object.keys(stored)) {
      const { [name]: _, ...rest } = stored;
      expect([name, isPlain(rest)]).toEqual([name, (optional as readonly string[]).includes(name)]);
    }
  });
});

describe("the size of an entry", () => {
  it("is at most 16,384 bytes", () => {
    const event = (length: number) => ({ type: "gap", t, from: t, to: t, why: "w".repeat(length), dev: "cems" });
    expect(code(() => make(event(4097)))).toBe("REC_SCHEMA");
    const raw = ["A".repeat(16_400)];
    expect(code(() => make({ ...bodies[3], raw }))).toBe("REC_NONCANON");
  });
});
