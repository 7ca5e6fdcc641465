import { expect, test } from "vitest";
import { barrels, consoleCalls, defaultExports, moduleState, tooLong } from "./shape.ts";
import { filesUnder, productSources } from "./source.ts";

const product = productSources();
const all = [...product, ...filesUnder(["test"], ".ts")];
const within = (...folders: readonly string[]) =>
  product.filter(({ path }) => folders.some((folder) => path.startsWith(`${folder}/`)));

test("the sweep sees product and tests", () => {
  expect(product.length).toBeGreaterThan(40);
  expect(all.length - product.length).toBeGreaterThan(40);
});

test("no file is longer than 300 lines", () => expect(all.flatMap((source) => tooLong(source, 300))).toEqual([]));

test("nothing is exported as default but where a tool asks for it", () => {
  const asked = ["test/support/summary.ts", "test/support/system.ts"];
  expect(all.filter(({ path }) => !asked.includes(path)).flatMap(defaultExports)).toEqual([]);
});

test("programs print through the command helper, never through the console", () => {
  const quiet = within("agent", "config", "drivers", "feed").filter(({ path }) => path !== "feed/command.ts");
  expect(quiet.length).toBeGreaterThan(30);
  expect(quiet.flatMap(consoleCalls)).toEqual([]);
});

test("no module keeps state", () => expect(product.flatMap(moduleState)).toEqual([]));
test("no barrels", () => expect(all.flatMap(barrels)).toEqual([]));

const file = (text: string, path = "a/b.ts") => ({ path, text });

test("each rule sees its breach", () => {
  expect(tooLong(file("x\n".repeat(301)), 300)).toEqual(["a/b.ts has 301 lines"]);
  expect(tooLong(file("x\n".repeat(300)), 300)).toEqual([]);
  expect(defaultExports(file("\nexport default 1;"))).toEqual(["a/b.ts:2"]);
  expect(defaultExports(file("export default function f() {}"))).toHaveLength(1);
  expect(defaultExports(file("const a = 1; export { a as default };"))).toHaveLength(1);
  expect(defaultExports(file("export const a = 1;"))).toEqual([]);
  expect(consoleCalls(file("// console.log\nfunction f() { console.error('x'); }"))).toEqual(["a/b.ts:2"]);
  expect(moduleState(file("let n = 0; const f = () => { let inner = 1; };"))).toEqual(["a/b.ts:1"]);
  expect(barrels(file("export * from './c.ts';"))).toEqual(["a/b.ts:1"]);
  expect(barrels(file("export { c } from './c.ts';"))).toEqual([]);
  expect(barrels(file("", "a/index.ts"))).toEqual(["a/index.ts"]);
});
