/** Lays out what the package carries, as it will lie on the gateway. */
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { Fault } from "../../feed/format/faults.ts";
import { copyrightText, type Part } from "./copyright.ts";
import { explanations } from "./explain.ts";
import { buildKeeps, libraryKeeps, type Platform } from "./kept.ts";
import { type Lock, runningLibraries } from "./libraries.ts";

const home = "usr/lib/cems-agent";
const documents = "usr/share/doc/cems-agent";

/** Every file below a folder, as paths relative to it, in order. */
export const filesBelow = (dir: string): string[] =>
  readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(dir.length + 1))
    .sort();

export interface Staging extends Platform {
  /** The checkout, built. */
  readonly root: string;
  /** The Node.js that runs this, and which the package carries. */
  readonly node: string;
  readonly into: string;
}

export function stageFiles({ root, node, into, arch }: Staging): void {
  const put = (path: string, content: Buffer | string): void => {
    mkdirSync(dirname(join(into, path)), { recursive: true });
    writeFileSync(join(into, path), content);
  };
  const copy = (from: string, to: string, keeps: (path: string) => boolean): void => {
    for (const path of filesBelow(join(root, from)).filter(keeps)) {
      mkdirSync(dirname(join(into, to, path)), { recursive: true });
      copyFileSync(join(root, from, path), join(into, to, path));
    }
  };
  const libraries = presentLibraries(root);
  copy("dist", `${home}/dist`, buildKeeps);
  for (const folder of ["drivers/profiles", "config/sectors"])
    copy(folder, `${home}/${folder}`, (path) => path.endsWith(".yaml") && !path.endsWith(".vectors.yaml"));
  for (const folder of libraries) copy(folder, `${home}/${folder}`, (path) => libraryKeeps(path, { arch }));
  put(`${home}/package.json`, readFileSync(join(root, "package.json")));
  put(`${home}/bin/node`, readFileSync(node));
  copy("config/debian/root", "", () => true);
  copy("config/examples", `${documents}/examples`, () => true);
  put(`${documents}/site.schema.json`, readFileSync(join(root, "config/site.schema.json")));
  for (const part of ["agent", "config", "feed"])
    put(`${documents}/${part}.md.gz`, gzipSync(readFileSync(join(root, part, "README.md")), { level: 9 }));
  put(
    `${documents}/copyright`,
    copyrightText(
      libraries.map((path) => partOf(root, path)),
      licenceOf(node),
    ),
  );
  for (const [path, content] of explanations(root, node)) put(path, content);
  setModes(into);
}

/** Optional ones that could not be compiled here are not carried. Fault E_PACKAGE_PARTS where another is missing. */
function presentLibraries(root: string): string[] {
  const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as { packages: Lock };
  const optional = Object.keys(packages[""]?.optionalDependencies ?? {});
  return runningLibraries(packages).filter((path) => {
    if (existsSync(join(root, path, "package.json"))) return true;
    if (optional.some((name) => path === `node_modules/${name}`)) return false;
    throw new Fault("E_PACKAGE_PARTS", `${path} is not installed`);
  });
}

function partOf(root: string, path: string): Part {
  const dir = join(root, path);
  const { name, version, license } = JSON.parse(readFileSync(join(dir, "package.json"), "utf8"));
  const file = readdirSync(dir).find((one) => /^(?:licen[cs]e|copying)/i.test(one));
  const text = file === undefined ? {} : { text: readFileSync(join(dir, file), "utf8") };
  return { name, version, licence: typeof license === "string" ? license : "see its package", ...text };
}

/** Beside an unpacked Node.js, or where its Debian package keeps it. */
function licenceOf(node: string): string {
  const above = dirname(dirname(node));
  const places = ["LICENSE", "share/doc/nodejs/LICENSE", "share/doc/nodejs/copyright"].map((path) => join(above, path));
  const found = places.find((path) => existsSync(path));
  if (found === undefined)
    throw new Fault("E_PACKAGE_PARTS", `the licence of ${node} is at none of ${places.join(", ")}`);
  return `Node.js ${process.version}\n\n${readFileSync(found, "utf8")}`;
}

/** What the checkout's owner may write is nobody's but root's there. */
function setModes(into: string): void {
  chmodSync(into, 0o755);
  for (const path of filesBelow(into)) {
    const runs = path === `${home}/bin/node` || readFileSync(join(into, path)).subarray(0, 2).toString() === "#!";
    chmodSync(join(into, path), runs ? 0o755 : 0o644);
  }
  for (const entry of readdirSync(into, { recursive: true, withFileTypes: true }))
    if (entry.isDirectory()) chmodSync(join(entry.parentPath, entry.name), 0o755);
}
