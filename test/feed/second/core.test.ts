import { createHash } from "node:crypto";
import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { newKeyPem, signerFromPem } from "../../../feed/format/note.ts";
import { sm2Pem, sm2SignerFromPem } from "../../../feed/format/sm/signer.ts";
import { newSm2Secret } from "../../../feed/format/sm/sm2.ts";
import { type SecondCore, startSecondCore } from "../../../feed/second/core.ts";
import { tempDir } from "../../support/temporary.ts";

function withSecond<T>(work: (second: SecondCore) => T): T {
  const second = startSecondCore();
  if (second === undefined) throw new Error("no thread");
  try {
    return work(second);
  } finally {
    second.stop();
  }
}

const signers = ["a", "b"].map((name) => signerFromPem(name, 1, newKeyPem()));
const messages = Array.from({ length: 2000 }, (_, i) => Buffer.from(`message ${i} `.repeat(1 + (i % 40))));
const signed = messages.map((message, i) => {
  const signer = signers[i % 2] as (typeof signers)[number];
  return { vkey: signer.vkey, message, signature: signer.sign(message) };
});

test.each([
  ["none is bad", undefined, true],
  ["the first is", 0, false],
  ["one in the middle is", 1001, false],
  ["the last is", 1999, false],
])("it is told whether every signature verified: %s", (_, bad, expected) => {
  const settled = withSecond((second) => {
    for (const [i, { vkey, message, signature }] of signed.entries())
      expect(second.verify(vkey, i === bad ? Buffer.from("another") : message, signature)).toBe(true);
    return second.settled();
  });
  expect(settled).toBe(expected);
});

test("a signature of another key is bad", () => {
  const [{ message, signature } = { message: Buffer.alloc(0), signature: Buffer.alloc(64) }] = signed;
  const other = (signers[1] as (typeof signers)[number]).vkey;
  expect(withSecond((second) => second.verify(other, message, signature) && second.settled())).toBe(false);
});

test("a signature that stands twice is looked at once, a bad one counts each time it could", () => {
  const [one] = signed as [(typeof signed)[number]];
  const settled = withSecond((second) => {
    for (let i = 0; i < 3; i++) second.verify(one.vkey, one.message, one.signature);
    second.verify(one.vkey, Buffer.from("another"), one.signature);
    return second.settled();
  });
  expect(settled).toBe(false);
});

test("a key or a signature of another form is looked at in its place", () => {
  const [{ vkey, message }] = signed as [(typeof signed)[number]];
  const sm2 = sm2SignerFromPem("c", sm2Pem(newSm2Secret()));
  const answers = withSecond((second) => [
    second.verify(sm2.vkey, message, sm2.sign(message)),
    second.verify(sm2.vkey, message, Buffer.alloc(64)),
    second.verify(vkey, message, Buffer.alloc(63)),
    second.settled(),
  ]);
  expect(answers).toEqual([true, false, false, true]);
});

test("signatures without end do not fill the memory", () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const [{ vkey, signature }] = signed as [(typeof signed)[number]];
  const message = Buffer.alloc(65_000);
  const held = (): number => {
    collect();
    return process.memoryUsage().arrayBuffers;
  };
  const before = held();
  const grown = withSecond((second) => {
    for (let i = 0; i < 3000; i++) second.verify(vkey, Buffer.concat([message.fill(`${i} `)]), signature);
    return held() - before;
  });
  expect(grown).toBeLessThan(1000 * message.length);
});

const digests = (bytes: Buffer): string[] =>
  ["sha256", "sm3"].map((name) => createHash(name).update(bytes).digest("base64"));

test("a file is hashed to its end, or as it grows", () => {
  const path = join(tempDir(), "file");
  const bytes = Buffer.alloc(1_000_000, "leaves");
  writeFileSync(path, bytes);
  const whole = withSecond((second) => {
    second.hash(path);
    return second.hashes();
  });
  expect(whole).toEqual(digests(bytes));
  const grown = withSecond((second) => {
    second.hash(path, 400_000);
    second.hash(path, bytes.length);
    appendFileSync(path, "more");
    second.hash(path, bytes.length + 4);
    appendFileSync(path, "and that is not asked for");
    return second.hashes();
  });
  expect(grown).toEqual(digests(Buffer.concat([bytes, Buffer.from("more")])));
});

test("a file that cannot be read has no hashes", () => {
  const second = withSecond((one) => {
    one.hash(join(tempDir(), "none"));
    return one.hashes();
  });
  expect(second).toBeUndefined();
});
