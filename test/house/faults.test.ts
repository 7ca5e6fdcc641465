import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checks } from "../../feed/format/faults.ts";
import { root } from "../support/program.ts";
import { faultCodes, literals } from "./fault-codes.ts";
import { productSources } from "./source.ts";

const sources = productSources();
const { declared, used } = faultCodes(sources);

test("the sweep sees the tables", () => {
  expect(declared.size).toBeGreaterThan(15);
  expect(used.size).toBeGreaterThan(15);
});

test("every fault that is raised has a row with its consequence and a hint", () => {
  const known = new Set<string>([...declared.keys(), ...Object.keys(checks)]);
  expect([...used].filter((code) => !known.has(code))).toEqual([]);
});

test("every row is of a fault that can happen", () => {
  expect([...declared.keys()].filter((code) => !used.has(code))).toEqual([]);
});

test("a code is explained in one place", () => {
  // The receiver stands alone, so what it shares with the agent's side it explains again.
  const side = (path: string): string => (path.startsWith("feed/receiver/") ? "receiver" : "agent");
  const twice = [...declared].filter(([, files]) => new Set(files.map(side)).size < files.length);
  expect(twice).toEqual([]);
});

test("every check can fail, or the format says why it is reserved", () => {
  const given = literals(sources.filter(({ path }) => path !== "feed/format/faults.ts"));
  const format = join(root, "feed", "README.md");
  const documented = existsSync(format) ? readFileSync(format, "utf8") : "";
  const silent = Object.keys(checks).filter((code) => !given.has(code) && !documented.includes(code));
  expect(Object.keys(checks).length).toBeGreaterThan(20);
  expect(silent).toEqual([]);
});

test("a fault without a row and a row without a fault are seen", () => {
  const text = `
    export const faults = { E_OLD: { consequence: "c", hint: "h" }, E_GOOD: { consequence: "c", hint: "h", exit: 78 } };
    throw new Fault("E_NEW", "x"); throw new Fault("PLAIN", "y"); const other = { code: "E_GOOD" }; throw new Fault(code, "z");`;
  const codes = faultCodes([{ path: "a.ts", text }]);
  expect([...codes.declared.keys()]).toEqual(["E_OLD", "E_GOOD"]);
  expect([...codes.used]).toEqual(["E_NEW", "PLAIN", "E_GOOD"]);
});
