import { z } from "zod";

/** The schema of a file as plain data, to say what may stand at a place. */
export type Schema = z.core.JSONSchema.BaseSchema;

/** The schema as a person writes the file: before durations become numbers and paths absolute. */
export const jsonSchema = (schema: z.ZodType): Schema =>
  z.toJSONSchema(schema, { io: "input", reused: "inline" }) as Schema;

/** What may stand at a node of the schema. */
export function hint(node: Schema | undefined): string {
  if (node === undefined) return "nothing here";
  if (node.const !== undefined) return String(node.const);
  if (node.enum) return `one of ${node.enum.join(", ")}`;
  const variants = node.oneOf ?? node.anyOf;
  if (variants && !node.description) return variants.map((variant) => hint(variant as Schema)).join(", or ");
  const form = node.title ?? formOf(node);
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
  if (node.type === "array") return node.minItems === 1 ? "a list of at least one" : "a list";
  if (node.type === "object") return `a group of settings: ${Object.keys(node.properties ?? {}).join(", ")}`;
  return "a text";
}

export function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (at, step) => (typeof at === "object" && at !== null ? (at as Record<PropertyKey, unknown>)[step] : undefined),
    value,
  );
}

/** The schema of what stands at a path; of several variants the one whose constants the value has. */
export function nodeAt(root: Schema, value: unknown, path: readonly PropertyKey[]): Schema | undefined {
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
  const key = tellerOf(variants as readonly Schema[] | undefined);
  if (key === undefined) return node;
  const fitting = variants?.find((variant) => told(variant as Schema, key).includes(valueAt(value, [key])));
  return (fitting as Schema | undefined) ?? node;
}

/** The values by which a variant is known. */
const told = (variant: Schema, key: string): readonly unknown[] => {
  const { const: only, enum: several } = (variant.properties?.[key] ?? {}) as Schema;
  return only === undefined ? (several ?? []) : [only];
};

/** The key whose constants tell all variants apart. */
const tellerOf = (variants: readonly Schema[] | undefined): string | undefined =>
  Object.keys(variants?.[0]?.properties ?? {}).find((key) => {
    const all = variants?.map((variant) => told(variant, key)) ?? [];
    return all.every((values) => values.length > 0) && new Set(all.flat()).size === all.flat().length;
  });

/** The constants that tell the variants of a node apart, where the file has none of them. */
function choiceOf(node: Schema | undefined, key: string): Schema | undefined {
  const variants = (node?.oneOf ?? []) as readonly Schema[];
  return key === tellerOf(variants)
    ? { enum: variants.flatMap((variant) => told(variant, key)) as string[] }
    : undefined;
}
