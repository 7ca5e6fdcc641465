import { chmodSync, copyFileSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createKeys, loadKeys } from "../../../feed/receiver/keys.ts";
import { tempDir } from "../../support/temporary.ts";

const refused = expect.objectContaining({ code: "E_RECEIVER_KEY" });

test("three keys of three names, each for its own purpose", () => {
  const dir = tempDir();
  createKeys(dir);
  const { witness, mirror, control } = loadKeys(dir, "d.example");
  expect([witness, mirror, control].map(({ vkey }) => [vkey.name, vkey.type])).toEqual([
    ["w1.d.example", 4],
    ["m1.d.example", 4],
    ["ctl.d.example", 1],
  ]);
  expect(new Set([witness, mirror, control].map(({ vkey }) => vkey.key.toString("hex"))).size).toBe(3);
});

test("a key that others may read is refused", () => {
  const dir = tempDir();
  createKeys(dir);
  chmodSync(join(dir, "m1.pem"), 0o440);
  expect(() => loadKeys(dir, "d.example")).toThrow(refused);
});

test("a file that holds no key is refused", () => {
  const dir = tempDir();
  createKeys(dir);
  chmodSync(join(dir, "ctl.pem"), 0o600);
  writeFileSync(join(dir, "ctl.pem"), "no key");
  expect(() => loadKeys(dir, "d.example")).toThrow(refused);
});

test.each([
  ["m1.pem", "w1.pem"],
  ["ctl.pem", "m1.pem"],
])("%s with the key of %s is refused: one key has one purpose", (name, other) => {
  const dir = tempDir();
  createKeys(dir);
  copyFileSync(join(dir, other), join(dir, "copy"));
  renameSync(join(dir, "copy"), join(dir, name));
  const told = expect.objectContaining({ message: expect.stringMatching(`${name} holds the key of ${other}$`) });
  expect(() => loadKeys(dir, "d.example")).toThrow(refused);
  expect(() => loadKeys(dir, "d.example")).toThrow(told);
});

test("a key whose path cannot be looked at is refused", () => {
  const dir = tempDir();
  writeFileSync(join(dir, "file"), "");
  symlinkSync(join(dir, "w1.pem"), join(dir, "w1.pem"));
  expect(() => loadKeys(dir, "d.example")).toThrow(refused);
  expect(() => loadKeys(join(dir, "file"), "d.example")).toThrow(refused);
});

test("a key is never overwritten", () => {
  const dir = tempDir();
  createKeys(dir);
  expect(() => createKeys(dir)).toThrow(expect.objectContaining({ code: "E_RECEIVER_EXISTS" }));
});
