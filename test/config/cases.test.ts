import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { configFaults } from "../../config/faults.ts";
import { loadSite } from "../../config/load.ts";
import { loadCatalogue } from "../../drivers/catalogue.ts";
import { renderProblems } from "../../feed/yaml/render.ts";

/**
 * Each folder is one mistake (`everything` has them all): a site file and, in `expected.txt`, every word that is said about
 * it. UPDATE=1 writes what is said now; it has to be read before it is kept.
 */
const folder = join(import.meta.dirname, "cases");
const cases = readdirSync(folder);
const catalogue = loadCatalogue();

function say(name: string): string {
  const site = loadSite(join(folder, name, "site.yaml"), catalogue);
  if (site.ok) return "no problem\n";
  for (const { code } of site.problem) expect(configFaults[code].exit).toBe(78);
  return renderProblems(site.problem).replaceAll(`${join(folder, name)}/`, "");
}

test("there are cases", () => {
  expect(cases.length).toBeGreaterThan(25);
});

test.each(cases)("%s", (name) => {
  const file = join(folder, name, "expected.txt");
  if (process.env.UPDATE === "1") writeFileSync(file, say(name));
  expect(say(name)).toBe(readFileSync(file, "utf8"));
});
