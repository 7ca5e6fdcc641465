/** From the laid out files to one .deb, by dpkg-deb alone. */
import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { Fault } from "../../feed/format/faults.ts";
import { type ControlFacts, controlText, md5sums } from "./control.ts";
import { neededPackages } from "./needs.ts";
import { filesBelow } from "./stage.ts";

export interface Making extends Pick<ControlFacts, "version" | "architecture"> {
  readonly root: string;
  /** Holds the laid out files; the control files are added to it. */
  readonly staged: string;
  readonly out: string;
  readonly now: Date;
}

/** Returns the path of the package. Throws Fault E_PACKAGE_PARTS where there is no dpkg-deb. */
export function makePackage({ root, staged, out, now, version, architecture }: Making): string {
  writeFileSync(join(staged, "usr/share/doc/cems-agent/changelog.Debian.gz"), changelog(version, now), { mode: 0o644 });
  const files = filesBelow(staged);
  const bytes = files.reduce((sum, path) => sum + statSync(join(staged, path)).size, 0);
  const programs = files.filter((path) => /\.node$|\/bin\/node$/.test(path));
  const needs = neededPackages(programs.map((path) => readFileSync(join(staged, path))));
  const control = join(staged, "DEBIAN");
  mkdirSync(control, { mode: 0o755 });
  const write = (name: string, text: string): void => writeFileSync(join(control, name), text, { mode: 0o644 });
  write("control", controlText({ version, architecture, kibibytes: Math.ceil(bytes / 1024), needs }));
  write("md5sums", md5sums(files.filter((p) => !p.startsWith("etc/")).map((p) => [p, readFileSync(join(staged, p))])));
  write(
    "conffiles",
    files
      .filter((p) => p.startsWith("etc/"))
      .map((path) => `/${path}\n`)
      .join(""),
  );
  for (const script of readdirSync(join(root, "config/debian/control"))) {
    copyFileSync(join(root, "config/debian/control", script), join(control, script));
    chmodSync(join(control, script), 0o755);
  }
  chmodSync(control, 0o755);
  mkdirSync(out, { recursive: true });
  const path = join(out, `cems-agent_${version}_${architecture}.deb`);
  run("dpkg-deb", ["--root-owner-group", "-Zxz", "-z1", "--build", staged, path]); // -z9 saves 4 of 30 MB, and takes minutes
  return path;
}

function run(program: string, args: readonly string[]): void {
  try {
    execFileSync(program, args, { stdio: ["ignore", "ignore", "pipe"], encoding: "utf8" });
  } catch (cause) {
    const missing = cause instanceof Error && "code" in cause && cause.code === "ENOENT";
    const said = cause instanceof Error && "stderr" in cause ? String(cause.stderr) : String(cause);
    throw missing
      ? new Fault("E_PACKAGE_PARTS", `there is no ${program} here`, { cause })
      : new Fault("E_PACKAGE_WRITE", said, { cause });
  }
}

function changelog(version: string, now: Date): Buffer {
  const date = now.toUTCString().replace("GMT", "+0000");
  const who = "cems-agent maintainers <maintainers@cems-agent.invalid>";
  return gzipSync(
    `cems-agent (${version}) stable; urgency=medium\n\n  * Made from the sources of this version.\n\n -- ${who}  ${date}\n`,
    { level: 9 },
  );
}
