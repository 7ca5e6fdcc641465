import { chmodSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createKey, loadSigner } from "../../../agent/keep/keys.ts";
import { openNote, signNote } from "../../../feed/format/note.ts";
import { tempDir } from "../../support/temporary.ts";
import { faultOf, origin } from "./kit.ts";

test("a key is made for its owner's eyes alone, and signs", () => {
  const path = join(tempDir(), "log.key");
  createKey(path);
  expect(statSync(path).mode & 0o777).toBe(0o400);
  expect(readFileSync(path, "utf8")).toContain("BEGIN PRIVATE KEY");
  const signer = loadSigner(path, origin);
  expect(signer.vkey.name).toBe(origin);
  expect(openNote(Buffer.from(signNote("text\n", signer)), [signer.vkey]).ok).toBe(true);
});

test("a key is never overwritten", () => {
  const path = join(tempDir(), "log.key");
  createKey(path);
  const before = readFileSync(path);
  expect(faultOf(() => createKey(path))).toBe("E_KEY_EXISTS");
  expect(readFileSync(path)).toEqual(before);
});

test.each([0o440, 0o404, 0o420, 0o644])("a key of mode %o is refused", (mode) => {
  const path = join(tempDir(), "log.key");
  createKey(path);
  chmodSync(path, mode);
  expect(faultOf(() => loadSigner(path, origin))).toBe("E_KEY_MODE");
});

test("a missing or unusable key is told apart", () => {
  const path = join(tempDir(), "log.key");
  expect(faultOf(() => loadSigner(path, origin))).toBe("E_KEY_MISSING");
  writeFileSync(path, "-----BEGIN PRIVATE KEY-----\nMAo=\n-----END PRIVATE KEY-----\n", { mode: 0o400 });
  expect(faultOf(() => loadSigner(path, origin))).toBe("E_KEY_BAD");
  expect(faultOf(() => createKey(join(tempDir(), "none", "log.key")))).toBe("E_JOURNAL_IO");
});

test("a key whose path cannot be looked at is told with its code", () => {
  const dir = tempDir();
  symlinkSync(join(dir, "loop"), join(dir, "loop"));
  writeFileSync(join(dir, "file"), "");
  expect(faultOf(() => loadSigner(join(dir, "loop"), origin))).toBe("E_JOURNAL_IO");
  expect(faultOf(() => loadSigner(join(dir, "file", "log.key"), origin))).toBe("E_JOURNAL_IO");
});
