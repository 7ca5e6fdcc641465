import fc from "fast-check";
import { expect, test } from "vitest";
import { readEnrolment, signEnrolment } from "../../../feed/format/enrol.ts";
import { makeEntry, noPrev } from "../../../feed/format/entry.ts";
import { newKeyPem, type Signer, signerFromPem, signNote } from "../../../feed/format/note.ts";
import { leafHash } from "../../../feed/format/tree.ts";
import { logSigner, origin, testSigner } from "./sample-log.ts";

const t = "2026-10-01T00:00:00.000Z";
const entryOf = (keys: readonly string[]): Buffer =>
  makeEntry(
    {
      type: "genesis",
      t,
      origin,
      gen: 1,
      hash: "sha256",
      twin: null,
      keys,
      plant: "p",
      stack: "s",
      dev: { sn: "17", model: "box", tpm: "none" },
      sw: { name: "n", ver: "1", sha256: Buffer.alloc(32).toString("base64") },
      after: null,
    },
    0,
    noPrev,
    Buffer.alloc(12),
  ).bytes;
const entry = entryOf([logSigner.vkey.text]);
const facts = { gateway: "g1", entry, from: null, t };
const code = (raw: Buffer): string => {
  const read = readEnrolment(raw);
  return read.ok ? "good" : read.problem.code;
};

/** A request that says what it likes, signed by whoever likes. */
function forged(
  keys: readonly string[],
  signers: readonly Signer[],
  first: Buffer = entryOf(keys),
  hash = leafHash(first),
): Buffer {
  const body = { from: null, gateway: "g1", genesis: hash.toString("base64"), keys, t };
  const text = `cems-enrol/v1\n${JSON.stringify(body)}\n${first}\n`;
  const [signer = logSigner, ...others] = signers;
  return others.reduce(
    (note, other) => Buffer.concat([note, Buffer.from(signNote(text, other).slice(text.length + 1))]),
    Buffer.from(signNote(text, signer)),
  );
}

test("a request that its key signed is good, and one that is changed anywhere is not", () => {
  const raw = signEnrolment(facts, [logSigner]);
  expect(code(raw)).toBe("good");
  expect(code(forged([logSigner.vkey.text], [logSigner]))).toBe("good");
  fc.assert(
    fc.property(fc.nat({ max: raw.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, flip) => {
      const changed = Buffer.from(raw);
      changed[at] = (changed[at] as number) ^ flip;
      expect(code(changed)).not.toBe("good");
    }),
    { numRuns: 300 },
  );
});

test("a key that did not sign the request is not proved", () => {
  const other = testSigner(origin, 1);
  const second = signerFromPem(origin, 1, newKeyPem());
  expect(other.vkey.text).toBe(logSigner.vkey.text);
  expect(code(forged([second.vkey.text], [logSigner]))).toBe("KEY_POP");
  expect(code(forged([logSigner.vkey.text, second.vkey.text], [logSigner]))).toBe("KEY_POP");
  expect(code(forged([logSigner.vkey.text, second.vkey.text], [logSigner, second]))).toBe("good");
});

/** The spellings of the points whose order divides 8, those beyond the prime and with a needless sign among them (RFC 8032, 5.1.3). */
const weak = [
  "0100000000000000000000000000000000000000000000000000000000000000",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "0000000000000000000000000000000000000000000000000000000000000080",
  "0000000000000000000000000000000000000000000000000000000000000000",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
  "0100000000000000000000000000000000000000000000000000000000000080",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
  "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
  "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
  "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
];

test.each(weak)("the point %s is no key", (hex) => {
  const typed = Buffer.concat([Buffer.from([1]), Buffer.from(hex, "hex")]);
  // Whoever reads it compares the id after the point: any id will do.
  expect(code(forged([`${origin}+00000000+${typed.toString("base64")}`], [logSigner]))).toBe("KEY_WEAK");
});

test("entry 0 is the one whose hash it names, and names the same keys", () => {
  const { text } = logSigner.vkey;
  expect(code(forged([text], [logSigner], entry, Buffer.alloc(32)))).toBe("GENESIS_BAD");
  expect(code(forged([text], [logSigner], entryOf([testSigner("x", 1).vkey.text])))).toBe("GENESIS_BAD");
  expect(code(forged([text], [logSigner], Buffer.from("{}")))).toBe("GENESIS_BAD");
  const cosigner = testSigner(origin, 4);
  expect(code(forged([cosigner.vkey.text], [logSigner]))).toBe("KEY_UNKNOWN");
  const elsewhere = testSigner("another/1", 1);
  expect(code(forged([elsewhere.vkey.text], [elsewhere]))).toBe("KEY_UNKNOWN");
});

test("nothing else is a request, and nothing throws", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      expect(code(Buffer.from(bytes))).not.toBe("good");
    }),
  );
});
