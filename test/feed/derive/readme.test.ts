import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { formulas } from "../../../feed/derive/catalogue.ts";
import { root } from "../../support/program.ts";
import { constantTable, formulaTables, reasonTable } from "./tables.ts";

const text = readFileSync(join(root, "feed/derive/README.md"), "utf8");
const lines = (part: string): string[] => part.split("\n").filter((line) => line.startsWith("|"));

test("the README holds every formula, constant and reason as the code does, and no other", () => {
  const made = [reasonTable(), constantTable(), formulaTables()];
  for (const part of made) expect(text).toContain(part);
  const rows = lines(text.slice(text.indexOf("## Why there is no value")));
  expect(rows).toEqual(made.flatMap(lines));
  expect(rows.length).toBeGreaterThan(formulas.length + 30);
});
