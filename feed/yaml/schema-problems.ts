import type { z } from "zod";
import { nearest } from "./nearest.ts";
import type { Problem, Reporter, YamlProblemCode } from "./problem.ts";
import { hint, jsonSchema, nodeAt, type Schema, valueAt } from "./schema-node.ts";
import { hasLogin, loginInAddress } from "./secrets.ts";

type Issue = z.core.$ZodIssue;

/**
 * What a schema found wrong, said for the person who wrote the file. The schema itself says what may stand there: its
 * choices, limits, examples and descriptions are the "write instead". A misspelt key is one problem, not also a missing one.
 */
export function schemaProblems<Code extends string>(
  issues: readonly Issue[],
  schema: z.ZodType,
  value: unknown,
  report: Reporter<Code | YamlProblemCode>,
): Problem<Code | YamlProblemCode>[] {
  const root = jsonSchema(schema);
  const misspelt = new Set<string>();
  const found = issues.map((issue) => ({
    issue,
    here: valueAt(value, issue.path),
    node: nodeAt(root, value, issue.path),
  }));
  const keys = found.flatMap(({ issue, node }) =>
    issue.code === "unrecognized_keys"
      ? issue.keys.map((key) => {
          const known = Object.keys(node?.properties ?? {});
          const meant = nearest(key, known);
          if (meant !== undefined) misspelt.add([...issue.path, meant].join("/"));
          const instead = meant ?? `one of ${known.join(", ")}`;
          return report(
            "E_CONFIG_KEY",
            [...issue.path, key],
            `${key} is not a setting${within(issue.path)}`,
            instead,
            "key",
          );
        })
      : [],
  );
  const others = found
    .filter(({ issue, here }) => here !== undefined || !misspelt.has(issue.path.join("/")))
    .filter(({ issue }) => issue.code !== "unrecognized_keys")
    .map(({ issue, here, node }) => describe(issue, here, node, report));
  return [...keys, ...others];
}

function describe<Code extends string>(
  issue: Issue,
  here: unknown,
  node: Schema | undefined,
  report: Reporter<Code | YamlProblemCode>,
): Problem<Code | YamlProblemCode> {
  const { path } = issue;
  const name = nameOf(path);
  if (issue.code === "custom") {
    const { code = "E_CONFIG_VALUE", instead = hint(node) } = issue.params ?? {};
    return report(code, path, `${name} is ${shown(here)}: ${issue.message}`, instead);
  }
  if (here === undefined)
    return report("E_CONFIG_MISSING", path, `${nameOf(path.slice(0, -1))} has no ${name}`, hint(node), "key");
  if (issue.code === "invalid_type" && issue.expected === "string" && typeof here === "number")
    return report("E_CONFIG_VALUE", path, `${name} is a number`, `it in quotes: "${here}"`);
  const isRange = (issue.code === "too_big" || issue.code === "too_small") && typeof here === "number";
  return report(isRange ? "E_CONFIG_RANGE" : "E_CONFIG_VALUE", path, `${name} is ${shown(here)}`, hint(node));
}

/** The last name of a path, with its index where it is of a list. */
function nameOf(path: readonly PropertyKey[]): string {
  const last = path.at(-1);
  if (last === undefined) return "the file";
  return typeof last === "number" ? `${nameOf(path.slice(0, -1))}[${last}]` : String(last);
}

const within = (path: readonly PropertyKey[]): string => (path.length === 0 ? "" : ` of ${nameOf(path)}`);

/** A value in a message: short, on one line. */
const shown = (value: unknown): string => {
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  if (value === null || value === undefined) return "empty";
  if (typeof value === "object") return "a group of settings";
  if (typeof value === "string" && hasLogin(value)) return loginInAddress;
  const text = typeof value === "string" ? JSON.stringify(value) : String(value);
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`;
};
