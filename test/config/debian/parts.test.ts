import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { controlText, debianArchitecture, md5sums } from "../../../config/debian/control.ts";
import { copyrightText } from "../../../config/debian/copyright.ts";
import { packageFaults } from "../../../config/debian/faults.ts";
import { buildKeeps, libraryKeeps } from "../../../config/debian/kept.ts";
import { runningLibraries } from "../../../config/debian/libraries.ts";
import { neededPackages } from "../../../config/debian/needs.ts";
import { root } from "../../support/program.ts";

test("carried is what runs, found as Node looks for it; not what tests, types or fetches", () => {
  const lock = {
    "": { dependencies: { a: "1" }, optionalDependencies: { o: "1" } },
    "node_modules/a": { dependencies: { b: "1", c: "1", "prebuild-install": "1", "@types/x": "1" } },
    "node_modules/a/node_modules/b": { dependencies: { d: "1" } },
    "node_modules/b": {},
    "node_modules/c": { dependencies: { a: "1" } },
    "node_modules/d": {},
    "node_modules/o": {},
    "node_modules/prebuild-install": { dependencies: { f: "1" } },
    "node_modules/f": {},
    "node_modules/@types/x": {},
    "node_modules/vitest": {},
  };
  const carried = ["a", "a/node_modules/b", "c", "d", "o"].map((name) => `node_modules/${name}`);
  expect(runningLibraries(lock)).toEqual(carried);
});

test("of a library it keeps code, the addon of this platform, and the licence", () => {
  const kept = (path: string) => libraryKeeps(path, { arch: "x64" });
  const wanted = [
    "lib/a.js",
    "dist/doc/x.js",
    "a.mjs",
    "package.json",
    "LICENSE.md",
    "build/Release/x.node",
    "prebuilds/linux-x64/s.node",
  ];
  const unwanted = [
    "README.md",
    "a.d.ts",
    "src/x.c",
    "test/a.js",
    "prebuilds/linux-arm64/s.node",
    "prebuilds/linux-x64/s.musl.node",
    "prebuilds/win32-x64/s.node",
    "build/Release/test_extension.node",
    "build/Release/obj.target/x.node",
    "node_modules/b/index.js",
    "dist/all.min.js",
  ];
  expect([...wanted, ...unwanted].filter(kept)).toEqual(wanted);
  expect(
    ["agent/main.js", "simulator/main.js", "config/debian/main.js", "test/bench/run.js", "x.map"].filter(buildKeeps),
  ).toEqual(["agent/main.js"]);
});

test("what Debian must have is read from the programs' own symbols", () => {
  const files = ["GLIBC_2.9\0GLIBC_2.34\0GLIBCXX_3.4.29\0", "GLIBC_2.28\0GLIBCXX_3.4.9\0"].map((text) =>
    Buffer.from(text),
  );
  expect(neededPackages(files)).toEqual(["libc6 (>= 2.34)", "libstdc++6 (>= 11)", "libgcc-s1 (>= 3.4)"]);
});

test("the control file names version, architecture and needs; the sums are dpkg's", () => {
  const text = controlText({ version: "1.2.3-4", architecture: "arm64", kibibytes: 5, needs: ["libc6 (>= 2.34)"] });
  expect(text).toMatch(/^Version: 1\.2\.3-4\nArchitecture: arm64\n/m);
  expect(text).toMatch(/^Depends: adduser, libc6 \(>= 2\.34\)$/m);
  expect(["x64", "arm64", "arm", "mips"].map(debianArchitecture)).toEqual(["amd64", "arm64", "armhf", undefined]);
  expect(md5sums([["usr/x", Buffer.from("")]])).toBe("d41d8cd98f00b204e9800998ecf8427e  usr/x\n");
});

test("the licence of every part is told", () => {
  const text = copyrightText([{ name: "a", version: "1", licence: "MIT", text: "do\n\nwhat" }], "Node.js");
  expect(text).toContain(" a 1 (MIT)\n .\n do\n .\n what");
  expect(text.trimEnd().endsWith(" Node.js")).toBe(true);
});

test("the README explains every fault and no other", () => {
  const rows = Object.entries(packageFaults).map(
    ([code, { consequence, hint, exit }]) => `| \`${code}\` | ${exit} | ${consequence} | ${hint} |`,
  );
  const readme = readFileSync(join(root, "config/debian/README.md"), "utf8");
  expect(readme.split("\n").filter((line) => line.startsWith("| `E_"))).toEqual(rows);
});
