import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonical, type Json, parseCanonical } from "../../../feed/format/canonical.ts";

const name = fc.stringMatching(/^[A-Za-z0-9._-]{1,32}$/).filter((word) => word !== "__proto__");
const text = fc
  .oneof(fc.string(), fc.string({ unit: "grapheme" }), fc.constantFrom('"', "\\", "a\u007f", "\u2028", "温度", "𝄞"))
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the profile refuses them
  .map((value) => value.normalize("NFC").replaceAll(/[\u0000-\u001f]/g, ""));
const leaf = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.maxSafeInteger().map((n) => n + 0),
  text,
);
const json: fc.Arbitrary<Json> = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof({ maxDepth: 4 }, leaf, fc.array(tie("value"), { maxLength: 5 }), fc.dictionary(name, tie("value"))),
})).value;

const code = (act: () => unknown): unknown => {
  try {
    act();
    return undefined;
  } catch (error) {
    return (error as { code?: string }).code;
  }
};

/** The rule said another way: members sorted, everything else as the standard library spells it. */
function plainly(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(plainly).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const members = Object.entries(value as { readonly [name: string]: Json });
  const sorted = members.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${sorted.map(([key, member]) => `${JSON.stringify(key)}:${plainly(member)}`).join(",")}}`;
}

describe("the canonical form", () => {
  it("is the sorted compact JSON of every value the profile allows", () => {
    fc.assert(
      fc.property(json, (value) => void expect(canonical(value)).toBe(plainly(value))),
      { numRuns: 500 },
    );
  });

  it("reads back as what was written", () => {
    const read = (value: Json) => parseCanonical(Buffer.from(canonical(value)));
    fc.assert(fc.property(json, (value) => void expect(canonical(mustRead(read(value)))).toBe(canonical(value))));
  });

  it("does not depend on the order members were made in", () => {
    const shuffled = fc
      .uniqueArray(name, { minLength: 1, maxLength: 20 })
      .chain((names) => fc.tuple(fc.constant(names), fc.shuffledSubarray(names, { minLength: names.length })));
    const object = (names: readonly string[]): Json => Object.fromEntries(names.map((key) => [key, key]));
    fc.assert(fc.property(shuffled, ([a, b]) => void expect(canonical(object(a))).toBe(canonical(object(b)))));
  });

  it.each([0, 9, 10, 99_999_999, 100_000_000, 100_000_001, 999_999_999_999, 1_791_000_000_000, 2 ** 53 - 1])(
    "spells %i and its opposite as the standard library does",
    (value) => void expect(canonical([value, 0 - value])).toBe(JSON.stringify([value, 0 - value])),
  );

  it.each([10, 23, 24, 25, 200, 16_380])("spells %i characters of any kind as the standard library does", (length) => {
    const plain = "a".repeat(length);
    for (const value of [plain, `${plain}"`, `\\${plain}`, `${plain}\u007f`, `${plain}é`]) {
      if (length < 16_000 || value === plain) expect(canonical(value)).toBe(JSON.stringify(value));
      else expect(code(() => canonical([value, value]))).toBe("REC_NONCANON");
    }
  });

  it("leaves out members that are undefined", () => {
    expect(canonical({ b: undefined, a: 1 })).toBe('{"a":1}');
  });

  it.each([
    ["a fraction", 1.5],
    ["minus zero", -0],
    ["2^53", 2 ** 53],
    ["NaN", Number.NaN],
    ["a line end", "a\nb"],
    ["half a surrogate pair", "\ud800"],
    ["a string not in NFC", "e\u0301"],
    ["an empty name", { "": 1 }],
    ["a name with a space", { "a b": 1 }],
    ["a name of 33 characters", { ["a".repeat(33)]: 1 }],
    ["a name that is not ASCII", { é: 1 }],
    ["the name of an object's prototype", JSON.parse('{"__proto__":1}')],
    ["depth 7", [[[[[[[]]]]]]]],
    ["a function", (() => 1) as unknown as Json],
  ])("refuses %s", (_what, value) => {
    expect(code(() => canonical(value as Json))).toBe("REC_NONCANON");
  });

  it("allows depth 6", () => {
    expect(canonical([[[[[[]]]]]])).toBe("[[[[[[]]]]]]");
  });
});

describe("reading canonical bytes", () => {
  it.each([
    ["a space", '{"a": 1}'],
    ["members out of order", '{"b":1,"a":1}'],
    ["a member twice", '{"a":1,"a":1}'],
    ["an exponent", '{"a":1e2}'],
    ["a fraction of zero", '{"a":1.0}'],
    ["minus zero", '{"a":-0}'],
    ["an escaped letter", '{"a":"\\u0061"}'],
    ["an escaped slash", '{"a":"\\/"}'],
    ["a number that rounds", '{"a":9007199254740993}'],
    ["a byte order mark", '\ufeff{"a":1}'],
    ["numeric names in the order of numbers", '{"9":1,"10":1}'],
    ["no JSON", "{"],
    ["nothing", ""],
  ])("refuses %s", (_what, text) => {
    expect(parseCanonical(Buffer.from(text))).toMatchObject({ ok: false, problem: { code: "REC_NONCANON" } });
  });

  it("refuses bytes that are not UTF-8", () => {
    expect(parseCanonical(Buffer.from([0x22, 0xff, 0x22])).ok).toBe(false);
  });

  it("refuses more than 16,384 bytes and takes as many", () => {
    const of = (bytes: number) => parseCanonical(Buffer.from(`"${"a".repeat(bytes - 2)}"`)).ok;
    expect([of(16_384), of(16_385)]).toEqual([true, false]);
  });

  it("never takes two spellings of one value", () => {
    const mutated = fc.tuple(json, fc.nat(), fc.nat(255)).map(([value, at, byte]) => {
      const bytes = Buffer.from(canonical(value));
      bytes[at % bytes.length] = byte;
      return bytes;
    });
    fc.assert(
      fc.property(mutated, (bytes) => {
        const read = parseCanonical(bytes);
        if (read.ok) expect(Buffer.from(canonical(read.value)).equals(bytes)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});

function mustRead(read: ReturnType<typeof parseCanonical>): Json {
  if (!read.ok) throw new Error(read.problem.detail);
  return read.value;
}
