import { z } from "zod";
import { nearest } from "./nearest.ts";
import type { Problem, Reporter } from "./problem.ts";

type Issue = z.core.$ZodIssue;
type Schema = z.core.JSONSchema.BaseSchema;

/**
 * What a schema found wrong, said for the person who wrote the file. The schema itself says what may stand there: its
 * choices, limits, examples and descriptions are the "write instead".
 */
export function schemaProblems(
  issues: readonly Issue[],
  schema: z.ZodType,
  value: unknown,
  report: Reporter,
): Problem[] {
  const root = jsonSchema(schema);
  return issues.flatMap((issue) => {
    const here = valueAt(value, issue.path);
    const node = nodeAt(root, value, issue.path);
    const name = nameOf(issue.path);
    if (issue.code === "unrecognized_keys")
      return issue.keys.map((key) => {
        const known = Object.keys(node?.properties ?? {});
        const path = [...issue.path, key];
        return report("E_CONFIG_KEY", path, `${key} is not a setting${within(issue.path)}`, suggest(key, known), "key");
      });
    if (issue.code === "custom")
      return report(
        issue.params?.code ?? "E_CONFIG_VALUE",
        issue.path,
        `${name} is ${shown(here)}: ${issue.message}`,
        issue.params?.instead ?? hint(node),
      );
    if (here === undefined)
      return report(
        "E_CONFIG_MISSING",
        issue.path,
        `${nameOf(issue.path.slice(0, -1))} has no ${name}`,
        hint(node),
        "key",
      );
    if (issue.code === "invalid_type" && issue.expected === "string" && typeof here === "number")
      return report("E_CONFIG_VALUE", issue.path, `${name} is a number`, `it in quotes: "${here}"`);
    const isRange = (issue.code === "too_big" || issue.code === "too_small") && typeof here === "number";
    return report(isRange ? "E_CONFIG_RANGE" : "E_CONFIG_VALUE", issue.path, `${name} is ${shown(here)}`, hint(node));
  });
}

/** The schema as a person writes the file: before durations become numbers and paths absolute. */
export const jsonSchema = (schema: z.ZodType): Schema =>
  z.toJSONSchema(schema, { io: "input", reused: "inline" }) as Schema;

const nameOf = (path: readonly PropertyKey[]): string => {
  const last = path.at(-1);
  if (last === undefined) return "the file";
  return typeof last === "number" ? `${nameOf(path.slice(0, -1))}[${last}]` : String(last);
};

const within = (path: readonly PropertyKey[]): string => (path.length === 0 ? "" : ` of ${nameOf(path)}`);

const suggest = (key: string, known: readonly string[]): string => {
  const close = nearest(key, known);
  return close === undefined ? `one of ${known.join(", ")}` : close;
};

/** A value in a message: short, on one line. */
export const shown = (value: unknown): string => {
  if (Array.isArray(value)) return "a list";
  if (value === null || value === undefined) return "empty";
  if (typeof value === "object") return "a group of settings";
  const text = typeof value === "string" ? JSON.stringify(value) : String(value);
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`;
};

/** What may stand at a node of the schema. */
function hint(node: Schema | undefined): string {
  if (node === undefined) return "nothing here";
  if (node.const !== undefined) return String(node.const);
  if (node.title) return node.title;
  if (node.enum) return `one of ${node.enum.join(", ")}`;
  const variants = node.oneOf ?? node.anyOf;
  if (variants && !node.description) return variants.map((variant) => hint(variant as Schema)).join(", or ");
  const form = formOf(node);
  const example = node.examples?.[0];
  if (example !== undefined)
    return `${form}, for example ${typeof example === "string" ? example : JSON.stringify(example)}`;
  return node.description && form === "a text" ? `${form}: ${node.description}` : form;
}

function formOf(node: Schema): string {
  if (node.type === "integer" || node.type === "number") {
    const kind = node.type === "integer" ? "a whole number" : "a number";
    if (node.minimum !== undefined && node.maximum !== undefined)
      return `${kind} from ${node.minimum} to ${node.maximum}`;
    return kind;
  }
  if (node.type === "boolean") return "true or false";
  if (node.type === "array") return "a list";
  if (node.type === "object") return `a group of settings: ${Object.keys(node.properties ?? {}).join(", ")}`;
  return "a text";
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (at, step) => (typeof at === "object" && at !== null ? (at as Record<PropertyKey, unknown>)[step] : undefined),
    value,
  );
}

/** The schema of what stands at a path; of several variants the one whose constants the value has. */
function nodeAt(root: Schema, value: unknown, path: readonly PropertyKey[]): Schema | undefined {
  let node: Schema | undefined = variantOf(root, value);
  for (const [depth, step] of path.entries()) {
    const inside: unknown =
      typeof step === "number"
        ? (node?.prefixItems?.[step] ?? node?.items)
        : (node?.properties?.[String(step)] ?? node?.additionalProperties ?? choiceOf(node, String(step)));
    node =
      typeof inside === "object" ? variantOf(inside as Schema, valueAt(value, path.slice(0, depth + 1))) : undefined;
  }
  return node;
}

function variantOf(node: Schema, value: unknown): Schema {
  const variants = node.oneOf ?? node.anyOf;
  const fitting = variants?.find((variant) =>
    Object.entries((variant as Schema).properties ?? {}).some(
      ([key, inner]) => (inner as Schema).const !== undefined && (inner as Schema).const === valueAt(value, [key]),
    ),
  );
  return (fitting as Schema | undefined) ?? node;
}

/** The constants that tell the variants of a node apart, where the file has none of them. */
function choiceOf(node: Schema | undefined, key: string): Schema | undefined {
  const constants = (node?.oneOf ?? []).map((variant) => ((variant as Schema).properties?.[key] as Schema)?.const);
  return constants.some((constant) => constant === undefined) || constants.length === 0
    ? undefined
    : { enum: constants as string[] };
}
