import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";
import { root } from "../support/program.ts";
import { filesUnder, productFolders } from "./source.ts";

const Package = z.object({
  type: z.literal("module"),
  license: z.literal("Apache-2.0"),
  engines: z.object({ node: z.string() }),
  bin: z.record(z.string(), z.string()),
  dependencies: z.record(z.string(), z.string()),
  devDependencies: z.record(z.string(), z.string()),
});
const manifest = Package.parse(JSON.parse(readFileSync(join(root, "package.json"), "utf8")));

test("the package runs on Node 20.20 and installs three programs", () => {
  expect(manifest.engines.node).toBe(">=20.20");
  expect(Object.keys(manifest.bin).sort()).toEqual(["cems-agent", "cems-receiver", "cems-simulator"]);
});

test("it rests on the libraries that were chosen, in the versions that were measured", () => {
  const wanted = ["better-sqlite3", "modbus-serial", "mqtt", "pino", "serialport", "zod"];
  expect(Object.keys(manifest.dependencies)).toEqual(expect.arrayContaining(wanted));
  expect(manifest.dependencies["better-sqlite3"]).toMatch(/^\^?12\./);
  expect(manifest.devDependencies.vitest).toMatch(/^\^?4\./);
});

const Locked = z.looseObject({ optionalDependencies: z.record(z.string(), z.string()).optional() });
const lock = z
  .object({ packages: z.record(z.string(), Locked) })
  .parse(JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")));

test("every library is locked", () => {
  const named = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies });
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter((name) => lock.packages[`node_modules/${name}`] === undefined)).toEqual([]);
});

test("the lock knows each library's builds for other platforms, or a clean install refuses it", () => {
  const optional = Object.values(lock.packages).flatMap((locked) => Object.keys(locked.optionalDependencies ?? {}));
  expect(optional.length).toBeGreaterThan(10);
  const known = new Set(Object.keys(lock.packages).map((path) => path.slice(path.lastIndexOf("node_modules/") + 13)));
  expect(optional.filter((name) => !known.has(name))).toEqual([]);
});

test("the top level holds the six folders and nothing to wonder about", () => {
  const files = [
    ".ci",
    ".gitignore",
    "LICENSE",
    "README.md",
    "biome.json",
    "package-lock.json",
    "package.json",
    "tsconfig.build.json",
    "tsconfig.json",
    "vitest.config.ts",
  ];
  const made = [".git", "dist", "node_modules"];
  const allowed = [...files, ...made, ...productFolders, "test"];
  expect(readdirSync(root).filter((name) => !allowed.includes(name))).toEqual([]);
});

const machinePaths = (text: string): string[] => text.match(/(?<![\w.])\/(?:work|root|home|Users|mnt)\/\S*/g) ?? [];

test("no document and no profile speaks of somebody's machine", () => {
  const texts = [
    { path: "README.md", text: readFileSync(join(root, "README.md"), "utf8") },
    ...filesUnder([...productFolders, "test"], ".md", ".yaml", ".json"),
  ];
  expect(texts.length).toBeGreaterThan(10);
  expect(texts.flatMap(({ path, text }) => machinePaths(text).map((found) => `${path}: ${found}`))).toEqual([]);
});

test("a path of somebody's machine is seen", () => {
  expect(machinePaths("see /home/me/x and /work/y, not /etc/cems or https://a.example/home/x")).toEqual([
    "/home/me/x",
    "/work/y,",
  ]);
});
