import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { root } from "../support/program.ts";
import { defines, pathTable } from "./path-table.ts";

const rows = pathTable(readFileSync(join(root, "README.md"), "utf8"));

test("the README tells the path of a reading in ten steps", () => {
  expect(rows.map((row) => row.number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
});

describe.each(rows)("step $number", ({ name, file }) => {
  test(`${name}() is in ${file}`, () => {
    expect(existsSync(join(root, file))).toBe(true);
    expect(defines({ path: file, text: readFileSync(join(root, file), "utf8") }, name)).toBe(true);
  });
});

test("a function that is not there is missed", () => {
  const text = "export function seal() {}\nfunction hidden() {}\nexport const open = () => ({ append() {} });";
  const source = { path: "a.ts", text };
  expect(["seal", "open", "journal.append"].map((name) => defines(source, name))).toEqual([true, true, true]);
  expect(["hidden", "append", "journal.seal"].map((name) => defines(source, name))).toEqual([false, false, false]);
});

test("the table is read from markdown", () => {
  expect(pathTable("| # | function |\n|---|---|\n| 4 | `journal.append()` | `a/b.ts` | makes |\n")).toEqual([
    { number: 4, name: "journal.append", file: "a/b.ts" },
  ]);
});
