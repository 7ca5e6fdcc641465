/** Where codes are declared and where they are used. */
import ts from "typescript";
import { type Source, walk } from "./source.ts";

export interface Codes {
  /** code -> the files whose tables explain it */
  readonly declared: ReadonlyMap<string, readonly string[]>;
  /** codes given to `new Fault(...)` or written anywhere outside their row */
  readonly used: ReadonlySet<string>;
}

/** `E_LIKE_THIS: { ..., hint: "..." }`; that a row is complete is the compiler's business. */
const isRow = (node: ts.Node): node is ts.PropertyAssignment =>
  ts.isPropertyAssignment(node) &&
  /^[A-Z][A-Z0-9_]+$/.test(node.name.getText()) &&
  ts.isObjectLiteralExpression(node.initializer) &&
  node.initializer.properties.some((property) => property.name?.getText() === "hint");

const firstText = (node: ts.NewExpression): string | undefined => {
  const first = node.arguments?.[0];
  return first !== undefined && ts.isStringLiteralLike(first) ? first.text : undefined;
};

export function faultCodes(sources: readonly Source[]): Codes {
  const declared = new Map<string, string[]>();
  const used = new Set<string>();
  for (const source of sources)
    walk(source, (node) => {
      if (isRow(node)) declared.set(node.name.getText(), [...(declared.get(node.name.getText()) ?? []), source.path]);
      if (ts.isStringLiteralLike(node) && /^E_[A-Z0-9_]+$/.test(node.text)) used.add(node.text);
      if (ts.isNewExpression(node) && node.expression.getText() === "Fault") used.add(firstText(node) ?? "");
    });
  used.delete(""); // a code handed through in a variable: its origin is a literal elsewhere
  return { declared, used };
}

/** Every text constant of the sources, to see whether a check's code is ever given. */
export function literals(sources: readonly Source[]): ReadonlySet<string> {
  const found = new Set<string>();
  for (const source of sources)
    walk(source, (node) => {
      if (ts.isStringLiteralLike(node)) found.add(node.text);
    });
  return found;
}
