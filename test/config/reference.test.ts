import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { configFaults } from "../../config/faults.ts";
import { renderReference } from "../../config/reference.ts";
import { siteFile } from "../../config/site-file.ts";
import { jsonSchema } from "../../drivers/schema-node.ts";

const folder = join(import.meta.dirname, "../../config");
const schemaFile = join(folder, "site.schema.json");
const readme = join(folder, "README.md");
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
const sections = {
  settings: renderReference(schema),
  codes: ["| code | what to do |", "|---|---|", ...codes, ""].join("\n"),
};

if (update) {
  writeFileSync(schemaFile, `${JSON.stringify(schema, null, 2)}\n`);
  const made = Object.entries(sections).reduce((text, [name, body]) => withSection(text, name, body), read(readme));
  writeFileSync(readme, made);
}

test("site.schema.json is the schema of the site file", () => {
  expect(JSON.parse(read(schemaFile))).toEqual(JSON.parse(JSON.stringify(schema)));
});

test.each(Object.entries(sections))("the table of %s in config/README.md is current", (name, body) => {
  expect(cells(section(read(readme), name))).toEqual(cells(body));
});

test("every setting says what it is for", () => {
  const silent = sections.settings.split("\n").filter((row) => /\|\s*\|$/.test(row));
  expect(silent).toEqual([]);
});
