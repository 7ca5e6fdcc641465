import { type LoadOptions, loadSite } from "../../config/load.ts";
import type { Site } from "../../config/site.ts";
import { loadCatalogue } from "../../drivers/catalogue.ts";
import { Fault } from "../../feed/format/faults.ts";
import { renderProblems } from "../../feed/yaml/render.ts";

/** Reads a site with the shipped profiles. Writes every problem to standard error, then throws Fault E_CONFIG. */
export function readSite(file: string, options: LoadOptions = {}): Site {
  const site = loadSite(file, loadCatalogue(), options);
  if (site.ok) return site.value;
  process.stderr.write(renderProblems(site.problem));
  const count = site.problem.length;
  throw new Fault("E_CONFIG", `${file} has ${count} ${count === 1 ? "problem" : "problems"}`);
}
