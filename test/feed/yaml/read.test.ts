import { describe, expect, test } from "vitest";
import { readYaml } from "../../../feed/yaml/read.ts";

const problemsOf = (text: string | Buffer): string[] =>
  readYaml(text).problems.map(({ line, column, instead }) => `${line}:${column} ${instead}`);

const nested = (levels: number): string =>
  Array.from({ length: levels }, (_, depth) => `${" ".repeat(depth)}a:\n`).join("");

describe("what is not plain YAML is told with its place", () => {
  test.each([
    ["a tab", "a:\n\tb: 1\n", ["2:1 spaces, not tabs, in front of a key"]],
    ["an open quote", "a: 'x\n", ["2:1 the closing quote, bracket or comma that is missing"]],
    [
      "an open bracket",
      "a: [1, 2\nb: 3\n",
      ["2:1 the bracket or quote that is missing, or the same number of spaces in front of all keys of one level"],
    ],
    ["a key twice", "a: 1\nb: 2\na: 3\nb: 4\n", ["3:1 each key once", "4:1 each key once"]],
    ["an alias", "a: &x 1\nb: *x\n", ["2:4 the value itself"]],
    ["a tag", "a: !secret x\n", ["1:4 the value without a tag (!name)"]],
    ["two documents", "a: 1\n---\nb: 2\n", ["2:1 one document, without `---` between"]],
    ["a list as key", "? [a]\n: 1\n", ["1:3 a plain word as key"]],
    ["Latin-1", Buffer.from("a: 1\nb: M\u00fcller\n", "latin1"), ["2:5 the file as UTF-8: save it in that encoding"]],
    ["UTF-16", Buffer.from("\ufeffa: 1\n", "utf16le"), ["1:1 the file as UTF-8: save it in that encoding"]],
    ["a control character", "a: 1\nb: x\u0000\n", ["2:5 the text without it"]],
    ["line ends of CR alone", "a: 1\rb: 2\r", ["1:5 line ends of LF, or CR and LF"]],
    ["brackets without end", "[".repeat(20_000), ["1:129 a few levels, as in the examples"]],
    [
      "brackets over many lines",
      "a: 1\nb: [\n".concat(" {a: [\n".repeat(9999)),
      ["66:6 a few levels, as in the examples"],
    ],
    ["keys within keys", nested(3000), ["201:1 a few levels, as in the examples"]],
    ["lists within lists", "- ".repeat(5000), ["1:1 a few levels, as in the examples"]],
  ])("%s", (_, text, problems) => {
    expect(problemsOf(text)).toEqual(problems);
  });
  test("in words for whoever wrote the file, not for a programmer", () => {
    expect(readYaml("a: 1\n---\nb: 2\n").problems[0]?.message).toBe("a second document begins here");
  });
  test("and then there is no value", () => {
    expect(readYaml("a: [1\n").value).toBeUndefined();
    expect(readYaml("a: &x [1]\nb: [*x, *x]\n").value).toBeUndefined();
  });
});

test("every value and key is found again", () => {
  const yaml = readYaml("site:\n  id: x\nlist:\n  - { a: 1, b: [2, 3] }\n");
  expect(yaml.where(["site", "id"])).toEqual({ line: 2, column: 7 });
  expect(yaml.where(["site", "id"], "key")).toEqual({ line: 2, column: 3 });
  expect(yaml.where(["list", 0, "b", 1])).toEqual({ line: 4, column: 20 });
  expect(yaml.line(4)).toBe("  - { a: 1, b: [2, 3] }");
});

test("what is not there is where it would belong", () => {
  const yaml = readYaml("site:\n  id: x\nlist: []\n");
  expect(yaml.where(["site", "name"])).toEqual({ line: 2, column: 3 });
  expect(yaml.where(["list", 7, "id"])).toEqual({ line: 3, column: 7 });
  expect(readYaml("").where(["a"])).toEqual({ line: 1, column: 1 });
});

test("what is UTF-8 is read, with a byte order mark, tabs and CR LF too", () => {
  const text = "a: M\u00fcller\t# \ufffd\r\nb: \u5382\r\n";
  for (const written of [text, Buffer.from(text), Buffer.from(`\ufeff${text}`)])
    expect(readYaml(written)).toMatchObject({ value: { a: "M\u00fcller", b: "\u5382" }, problems: [] });
});

test("a hundred levels are read", () => {
  for (const text of [nested(100), `${"[".repeat(100)}${"]".repeat(100)}`]) expect(readYaml(text).problems).toEqual([]);
});
