import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { configFaults } from "../../config/faults.ts";
import { renderReference } from "../../config/reference.ts";
import { siteFile } from "../../config/site-file.ts";
import { jsonSchema } from "../../drivers/schema-problems.ts";

const folder = join(import.meta.dirname, "../../config");
const schemaFile = join(folder, "site.schema.json");
const readme = join(folder, "README.md");
const read = (file: string): string => readFileSync(file, "utf8");
/** UPDATE=1 writes what the tests otherwise compare. */
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
  expect(section(read(readme), name)).toBe(body);
});

test("every setting says what it is for", () => {
  const silent = sections.settings.split("\n").filter((row) => /\|\s*\|$/.test(row));
  expect(silent).toEqual([]);
});
