import { expect, test } from "vitest";
import { columnsOf, filled, languageOf, padded } from "../../feed/language.ts";

test.each([
  [undefined, {}, "en"],
  [undefined, { LANG: "zh_CN.UTF-8" }, "zh"],
  [undefined, { LANG: "zh" }, "zh"],
  [undefined, { LANG: "zha_CN" }, "en"],
  [undefined, { LANG: "zh_CN.UTF-8", LC_MESSAGES: "en_GB.UTF-8" }, "en"],
  [undefined, { LC_ALL: "zh_CN.UTF-8", LC_MESSAGES: "en_GB.UTF-8", LANG: "C" }, "zh"],
  [undefined, { LC_ALL: "", LANG: "zh_TW" }, "zh"],
  [undefined, { LC_ALL: "C", LANG: "zh_CN" }, "en"],
  ["en", { LC_ALL: "zh_CN.UTF-8" }, "en"],
  ["zh", { LC_ALL: "C" }, "zh"],
])("asked for %s with %j it is %s", (asked, env, language) => {
  expect(languageOf(asked, env)).toBe(language);
});

test("values are put into their places, and a place without one stays", () => {
  expect(filled("{a} of {b}, {c}", { a: 1, b: "two" })).toBe("1 of two, {c}");
});

test("a Chinese sign takes two columns", () => {
  expect([columnsOf("日志 a"), padded("日志", 6)]).toEqual([6, "日志  "]);
});
