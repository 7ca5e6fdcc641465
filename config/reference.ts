import type { z } from "zod";

type Schema = z.core.JSONSchema.BaseSchema;

/** The settings of a schema as a Markdown table: one row each, in the order of the schema. */
export function renderReference(schema: Schema): string {
  const [first, ...others] = (schema.oneOf ?? [schema]) as readonly Schema[];
  const common = rowsOf(first ?? schema, "", []);
  const known = new Set(common.map((row) => JSON.stringify(row)));
  // Of further variants of the whole file only what differs is told.
  const more = others.flatMap((variant) =>
    rowsOf(variant, "", [])
      .filter((row) => !known.has(JSON.stringify(row)))
      .map((row) => ({ ...row, name: `${row.name} (${tellerOf(variant)})` })),
  );
  const rows = [...common, ...more].map(
    ({ name, form, given, about }) => `| \`${name}\` | ${form} | ${given} | ${about} |`,
  );
  return ["| setting | form | if left out | meaning |", "|---|---|---|---|", ...rows, ""].join("\n");
}

interface Row {
  readonly name: string;
  readonly form: string;
  readonly given: string;
  readonly about: string;
}

function rowsOf(schema: Schema, prefix: string, path: readonly string[]): Row[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, inner]) => {
    const node = inner as Schema;
    const name = prefix === "" ? key : `${prefix}.${key}`;
    const isRequired = schema.required?.includes(key) && node.default === undefined;
    const row: Row = {
      name,
      form: formOf(node),
      given: isRequired ? "must be given" : defaultOf(node),
      about: aboutOf(node),
    };
    return [row, ...insideOf(node, name, [...path, key])];
  });
}

function insideOf(node: Schema, name: string, path: readonly string[]): Row[] {
  if (node.type === "array") {
    const items = (Array.isArray(node.items) ? undefined : node.items) as Schema | undefined;
    return items ? insideOf(items, `${name}[]`, path) : [];
  }
  if (node.oneOf) return node.oneOf.flatMap((variant) => variantRows(variant as Schema, name, path));
  if (typeof node.additionalProperties === "object")
    return rowsOf(node.additionalProperties as Schema, `${name}.<name>`, path);
  return rowsOf(node, name, path);
}

function variantRows(variant: Schema, name: string, path: readonly string[]): Row[] {
  return rowsOf(variant, `${name} (${tellerOf(variant)})`, path).map((row) =>
    row.name.endsWith(".transport") ? { ...row, about: variant.description ?? "" } : row,
  );
}

/** The first constants of a variant: by these it is known. */
function tellerOf(variant: Schema): string {
  const told = Object.values(variant.properties ?? {}).map((inner) => {
    const { const: only, enum: several, default: fallback } = inner as Schema;
    return only === undefined ? (fallback === undefined ? several : undefined) : [only];
  });
  return told.find((values) => values !== undefined)?.join(", ") ?? "";
}

function formOf(node: Schema): string {
  if (node.title) return node.title;
  if (node.const !== undefined) return `\`${node.const}\``;
  if (node.enum) return node.enum.map((choice) => `\`${choice}\``).join(", ");
  if (node.type === "integer")
    return node.maximum !== undefined ? `whole number ${node.minimum ?? 0} to ${node.maximum}` : "whole number";
  if (node.prefixItems) return "two numbers in quotes";
  if (node.type === "array") return "list";
  if (node.type === "object") return "group";
  return node.type === "boolean" ? "`true` or `false`" : "text";
}

function defaultOf(node: Schema): string {
  if (node.default === undefined || (Array.isArray(node.default) && node.default.length === 0)) return "nothing";
  return typeof node.default === "object" ? "its defaults" : `\`${node.default}\``;
}

function aboutOf(node: Schema): string {
  const example = node.examples?.[0];
  const written = typeof example === "string" ? example : JSON.stringify(example);
  return [node.description ?? "", example === undefined ? "" : `Example: \`${written}\`.`].filter(Boolean).join(" ");
}
