import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "../../support/program.ts";
import { calibrationTables, substituteTables } from "./limit-tables.ts";

const readme = (folder: string): string => readFileSync(join(root, "feed/derive", folder, "README.md"), "utf8");
const tablesIn = (text: string): string[] => text.match(/(?:^\|.*\n)+/gm)?.map((table) => table.trimEnd()) ?? [];

test("the tables of limits are those of the data, and there is no other", () => {
  expect(tablesIn(readme("calibration"))).toEqual(calibrationTables);
  expect(tablesIn(readme("substitute"))).toEqual(substituteTables);
});
