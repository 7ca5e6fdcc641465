import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { busFaults } from "../../drivers/faults.ts";
import { root } from "../support/program.ts";

const readme = readFileSync(join(root, "drivers/README.md"), "utf8");

test("drivers/README.md explains every way a line can fail, and no other", () => {
  const explained = [...readme.matchAll(/^\| `(E_\w+)` \|/gm)].map(([, code]) => code);
  expect(explained.toSorted()).toEqual(Object.keys(busFaults).toSorted());
});

test("every file it names exists", () => {
  const named = [...readme.matchAll(/`((?:modbus\/|profiles\/|test\/)?[\w-]*(?:\.test)?\.ts|profiles\/)`/g)].map(
    ([, file]) => file ?? "",
  );
  expect(named.length).toBeGreaterThan(15);
  for (const file of named)
    expect(existsSync(join(root, file.startsWith("test/") ? file : `drivers/${file}`)), file).toBe(true);
});
