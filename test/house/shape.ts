/** Rules about the inside of one file. Each returns what is wrong, in words that name the place. */
import ts from "typescript";
import { type Source, walk } from "./source.ts";

const place = (source: Source, node: ts.Node): string =>
  `${source.path}:${node.getSourceFile().getLineAndCharacterOfPosition(node.getStart()).line + 1}`;

export function tooLong(source: Source, most: number): string[] {
  const lines = source.text.replace(/\n$/, "").split("\n").length;
  return lines > most ? [`${source.path} has ${lines} lines`] : [];
}

export function defaultExports(source: Source): string[] {
  const found: string[] = [];
  walk(source, (node) => {
    const modifiers = ts.canHaveModifiers(node) ? (ts.getModifiers(node) ?? []) : [];
    const byKeyword = modifiers.some((modifier) => modifier.kind === ts.SyntaxKind.DefaultKeyword);
    const renamed = ts.isExportSpecifier(node) && node.name.text === "default";
    if (byKeyword || renamed || ts.isExportAssignment(node)) found.push(place(source, node));
  });
  return found;
}

export function consoleCalls(source: Source): string[] {
  const found: string[] = [];
  walk(source, (node) => {
    const onConsole = ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression);
    if (onConsole && node.expression.text === "console") found.push(place(source, node));
  });
  return found;
}

/** State that outlives its maker: two agents must be able to run in one process. */
export function moduleState(source: Source): string[] {
  const found: string[] = [];
  walk(source, (node) => {
    if (!ts.isVariableStatement(node) || !ts.isSourceFile(node.parent)) return;
    if ((node.declarationList.flags & ts.NodeFlags.Const) === 0) found.push(place(source, node));
  });
  return found;
}

/** Files that only pass others on. */
export function barrels(source: Source): string[] {
  const found = source.path.endsWith("/index.ts") ? [source.path] : [];
  walk(source, (node) => {
    if (ts.isExportDeclaration(node) && node.exportClause === undefined) found.push(place(source, node));
  });
  return found;
}
