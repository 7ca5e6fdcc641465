import { mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeFolders, removeEmpty } from "../../../feed/files/folders.ts";
import { tempDir } from "../../support/temporary.ts";

test("makes what is missing, and says what", () => {
  const dir = tempDir();
  expect(makeFolders(join(dir, "a", "b"), 0o700)).toEqual([join(dir, "a", "b"), join(dir, "a")]);
  expect(statSync(join(dir, "a", "b")).mode & 0o777).toBe(0o700);
  expect(makeFolders(join(dir, "a", "b"))).toEqual([]);
});

test("what fails leaves none of them", () => {
  const dir = tempDir();
  expect(() => makeFolders(join(dir, "a", "x".repeat(300)))).toThrow("ENAMETOOLONG");
  expect(readdirSync(dir)).toEqual([]);
  expect(() => makeFolders("/proc/cems/a")).toThrow("ENOENT");
  writeFileSync(join(dir, "file"), "");
  expect(() => makeFolders(join(dir, "file", "a"))).toThrow("ENOTDIR");
});

test("only what is empty is taken away again", () => {
  const dir = tempDir();
  const made = makeFolders(join(dir, "a", "b", "c"));
  mkdirSync(join(dir, "a", "b", "somebody's"));
  removeEmpty(made);
  expect(readdirSync(join(dir, "a", "b"))).toEqual(["somebody's"]);
});
