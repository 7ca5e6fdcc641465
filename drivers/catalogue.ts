import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { Fault } from "../feed/format/faults.ts";
import { reporter, syntaxProblems } from "../feed/yaml/problem.ts";
import { readYaml } from "../feed/yaml/read.ts";
import { schemaProblems } from "../feed/yaml/schema-problems.ts";
import { checkProfile } from "./check-profile.ts";
import type { Problem, ProblemCode } from "./problem.ts";
import type { Profile } from "./profile.ts";
import { profileFile, withMap, withPoints } from "./profile.ts";

/** All device models that can be named in a site, and what is wrong with the files of the others. */
export interface Catalogue {
  readonly profiles: ReadonlyMap<string, Profile>;
  readonly problems: readonly Problem[];
  /** Ids of the files that have problems; nothing else is wrong with a site that names one. */
  readonly broken: readonly string[];
}

/** Reads every profile below `dir`; the id of one is its path there without `.yaml`. */
export function loadCatalogue(dir: string = shippedProfiles()): Catalogue {
  const profiles = new Map<string, Profile>();
  const problems: Problem[] = [];
  const broken: string[] = [];
  for (const file of profileFiles(dir)) {
    const id = relative(dir, file).slice(0, -".yaml".length).split(sep).join("/");
    const read = readProfile(id, file);
    if (Array.isArray(read)) {
      problems.push(...read);
      broken.push(id);
    } else profiles.set(id, read);
  }
  return { profiles, problems, broken };
}

/** The profile files below a folder, in order of name; golden frames (`*.vectors.yaml`) are none. */
export const profileFiles = (dir: string): string[] =>
  readdirSync(dir, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".yaml") && !name.endsWith(".vectors.yaml"))
    .map((name) => join(dir, name))
    .sort();

function readProfile(id: string, file: string): Profile | Problem[] {
  const yaml = readYaml(readFileSync(file));
  const syntax = syntaxProblems(file, yaml);
  if (syntax.length > 0) return syntax;
  const report = reporter<ProblemCode>(file, yaml);
  const parsed = profileFile.safeParse(yaml.value);
  if (!parsed.success) return schemaProblems(parsed.error.issues, profileFile, yaml.value, report);
  const profile = { id, ...parsed.data };
  const problems = checkProfile(profile, report);
  if (problems.length > 0) return problems;
  return withPoints(profile, (point) => (point.map ? withMap(point, point.map) : point));
}

/** The profiles lie beside the sources and are not copied to where these are compiled: the nearest folder above has them. */
export function shippedProfiles(from: string = import.meta.dirname): string {
  const dir = join(from, "drivers", "profiles");
  if (existsSync(dir)) return dir;
  const above = dirname(from);
  if (above === from) throw new Fault("E_CONFIG_READ", "drivers/profiles was not found beside the program");
  return shippedProfiles(above);
}
