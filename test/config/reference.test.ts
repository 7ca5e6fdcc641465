import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { configFaults } from "../../config/faults.ts";
import { renderReference } from "../../config/reference.ts";
import { siteFile } from "../../config/site-file.ts";
import { profileFile } from "../../drivers/profile.ts";
import { jsonSchema } from "../../feed/yaml/schema-node.ts";

const folder = join(import.meta.dirname, "../../config");
const schemaFile = join(folder, "site.schema.json");
const siteReadme = join(folder, "README.md");
const profileReadme = join(folder, "../drivers/profiles/README.md");
const read = (file: string): string => readFileSync(file, "utf8");
/** The cells of a table; how wide its columns are drawn is the formatter's business. */
const cells = (table: string): string[][] =>
  table
    .split("\n")
    .filter((row) => row.startsWith("|") && !/^[|\s-]+$/.test(row))
    .map((row) => row.split("|").map((cell) => cell.trim()));
/** UPDATE=1 (and then `npx biome check --write config`) writes what the tests otherwise compare. */
const update = process.env.UPDATE === "1";

const section = (text: string, name: string): string =>
  text.split(`<!-- ${name} -->\n`)[1]?.split(`<!-- /${name} -->`)[0] ?? "";
const withSection = (text: string, name: string, body: string): string =>
  text.replace(section(text, name) || "\u0000", "").replace(`<!-- ${name} -->\n`, () => `<!-- ${name} -->\n${body}`);

const schema = jsonSchema(siteFile);
const codes = Object.entries(configFaults).map(([code, { hint }]) => `| ${code} | ${hint} |`);
const tables = [
  [siteReadme, "settings", renderReference(schema)],
  [siteReadme, "codes", ["| code | what to do |", "|---|---|", ...codes, ""].join("\n")],
  [profileReadme, "keys", renderReference(jsonSchema(profileFile))],
] as const;

if (update) {
  writeFileSync(schemaFile, `${JSON.stringify(schema, null, 2)}\n`);
  for (const [file, name, table] of tables) writeFileSync(file, withSection(read(file), name, table));
}

test("site.schema.json is the schema of the site file", () => {
  expect(JSON.parse(read(schemaFile))).toEqual(JSON.parse(JSON.stringify(schema)));
});

test.each(tables)("%s: the table of %s is current", (file, name, table) => {
  expect(cells(table).length).toBeGreaterThan(10);
  expect(cells(section(read(file), name))).toEqual(cells(table));
});

test.each(tables)("%s: every row of %s says what it is for", (_file, _name, table) => {
  expect(cells(table).filter((row) => row.at(-2) === "")).toEqual([]);
});
