/** The import staircase and its rules, as data and three pure functions. */
import type { Graph } from "./source.ts";

/** Which files and folders a part may import, besides itself. A file belongs to the part with the longest name that fits. */
export const maySee: Readonly<Record<string, readonly string[]>> = {
  "feed/format": [],
  // How a file of settings is read and what is said of it: the site's, the profiles' and the receiver's.
  "feed/yaml": ["feed/format"],
  // What a period's values are made of: the same code makes them in the plant and checks them at the regulator's.
  "feed/derive": ["feed/format"],
  // What a month's certificate says, and the proof of it; made in the plant, made again by whoever verifies.
  "feed/cert": ["feed/derive", "feed/format"],
  // What a second core does meanwhile: signatures and hashes of files.
  "feed/second": ["feed/format"],
  "feed/link": ["feed/format"],
  "feed/link.ts": ["feed/link", "feed/format"],
  "feed/command.ts": ["feed/format"],
  // In which language a person is answered.
  "feed/language.ts": ["feed/command.ts"],
  "feed/files": [],
  "feed/receiver": [
    "feed/cert",
    "feed/derive",
    "feed/format",
    "feed/second",
    "feed/yaml",
    "feed/link",
    "feed/link.ts",
    "feed/command.ts",
    "feed/language.ts",
    "feed/files",
  ],
  drivers: ["feed/format", "feed/yaml"],
  // How the program gets onto a gateway; it runs where the package is made.
  "config/debian": ["feed/command.ts", "feed/format"],
  config: ["drivers", "feed/cert", "feed/derive", "feed/format", "feed/yaml"],
  // The simulator shares data with the drivers and no code: a decoder it borrowed could not contradict ours.
  simulator: [
    "drivers/profile.ts",
    "drivers/catalogue.ts",
    "feed/yaml/read.ts",
    "feed/format",
    "feed/command.ts",
    "feed/files",
  ],
  // What the agent is put together from: it sees all of its own parts, and they see only what they are given here.
  agent: [
    "config",
    "drivers",
    "feed/cert",
    "feed/derive",
    "feed/format",
    "feed/second",
    "feed/yaml",
    "feed/link",
    "feed/link.ts",
    "feed/command.ts",
    "feed/language.ts",
    "feed/files",
  ],
  "agent/certify": [
    "agent/derive",
    "agent/keep",
    "agent/release.ts",
    "drivers/clock.ts",
    "feed/files",
    "feed/cert",
    "feed/derive",
    "feed/second",
    "feed/format",
    "feed/link.ts",
  ],
  "agent/collect": ["config", "drivers", "feed/format"],
  "agent/derive": ["agent/keep", "config", "drivers/clock.ts", "feed/derive", "feed/format"],
  "agent/keep": ["feed/format", "feed/files"],
  "agent/probe": ["config", "drivers", "feed/format", "feed/yaml"],
  "agent/send": ["agent/keep", "drivers/clock.ts", "feed/format", "feed/link", "feed/link.ts"],
};

/** The one file (one on each side of the gap) by which a library enters. A library that is not here enters nowhere. */
export const doors: Readonly<Record<string, readonly string[] | "anywhere">> = {
  zod: "anywhere",
  "modbus-serial": ["drivers/modbus/dialect.ts"],
  serialport: ["drivers/line/serial-port.ts"],
  mqtt: ["feed/link.ts"],
  "better-sqlite3": ["agent/keep/database.ts", "feed/receiver/database.ts"],
  pino: ["agent/logger.ts", "feed/receiver/logger.ts"],
  commander: ["feed/command.ts"],
  yaml: ["feed/yaml/read.ts"],
  "big.js": ["drivers/decimal.ts", "feed/derive/decimal.ts"],
  qr: ["feed/cert/page.ts"],
  aedes: ["simulator/service.ts"],
};

const partOf = (path: string, parts: readonly string[]): string | undefined =>
  parts.filter((part) => path === part || path.startsWith(`${part}/`)).sort((a, b) => b.length - a.length)[0];

const isOurs = (target: string): boolean => target.includes("/") && target.endsWith(".ts");

/** Imports that go up the staircase, or out of it. */
export function climbs(graph: Graph, rules: Readonly<Record<string, readonly string[]>>): string[] {
  const parts = Object.keys(rules);
  return [...graph].flatMap(([from, targets]) => {
    const here = partOf(from, parts);
    if (here === undefined) return [`${from} belongs to no part`];
    const allowed = [here, ...(rules[here] ?? [])];
    return targets
      .filter(isOurs)
      .filter((target) => partOf(target, allowed) === undefined)
      .map((target) => `${from} -> ${target}`);
  });
}

/** Each import cycle once, as the path around it. */
export function cycles(graph: Graph): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, trail: readonly string[]): void => {
    const at = trail.indexOf(file);
    if (at >= 0) found.push([...trail.slice(at), file].join(" -> "));
    if (at >= 0 || done.has(file)) return;
    for (const target of graph.get(file) ?? []) visit(target, [...trail, file]);
    done.add(file);
  };
  for (const file of graph.keys()) visit(file, []);
  return found;
}

/** Imports of a library by a file that is not its door. */
export function strays(graph: Graph, allowed: Readonly<Record<string, readonly string[] | "anywhere">>): string[] {
  return [...graph].flatMap(([from, targets]) =>
    targets
      .filter((target) => !isOurs(target) && !target.startsWith("node:"))
      .filter((target) => allowed[target] !== "anywhere" && !allowed[target]?.includes(from))
      .map((target) => `${from} -> ${target}`),
  );
}
