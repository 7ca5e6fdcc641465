import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { root } from "../support/program.ts";
import { python } from "../support/system.ts";

/** A verifier of bundle directories that shares no code with the product. */
export interface ForeignVerifier {
  readonly name: string;
  readonly path: string;
}

export interface Verdict {
  readonly exit: number;
  readonly codes: readonly string[];
}

/** Our own, and the one published with the format where a folder beside this clone holds it as evidence/verify.py. */
export function foreignVerifiers(): readonly ForeignVerifier[] {
  const beside = readdirSync(join(root, ".."), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(root, "..", entry.name, "evidence", "verify.py"))
    .filter((path) => existsSync(path));
  const published = beside.slice(0, 1).map((path) => ({ name: "published", path }));
  return [{ name: "test/foreign", path: join(root, "test/foreign/verify.py") }, ...published];
}

/** The verdicts over many directories, in their order, by one Python process. */
export function verdicts({ path }: ForeignVerifier, dirs: readonly string[]): Verdict[] {
  const out = execFileSync(python() ?? "python3", [join(root, "test/foreign/many.py"), path], {
    input: dirs.join("\n"),
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  return out
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Verdict);
}
