/** The table "path of a reading" of the README, and whether the code is as it says. */
import ts from "typescript";
import { type Source, walk } from "./source.ts";

export interface Row {
  readonly number: number;
  /** `seal` or `journal.append`. */
  readonly name: string;
  readonly file: string;
}

export function pathTable(markdown: string): Row[] {
  return [...markdown.matchAll(/^\| *(\d+) *\| *`([\w.]+)\(\)` *\| *`([^`]+)` *\|/gm)].map(
    ([, number = "", name = "", file = ""]) => ({ number: Number(number), name, file }),
  );
}

const isMember = (node: ts.Node): node is ts.Node & { readonly name: ts.PropertyName } =>
  ts.isMethodDeclaration(node) ||
  ts.isMethodSignature(node) ||
  ts.isPropertyAssignment(node) ||
  ts.isShorthandPropertyAssignment(node) ||
  ts.isPropertySignature(node);

const exported = (node: ts.HasModifiers): boolean =>
  ts.getModifiers(node)?.some((modifier) => modifier.kind === ts.SyntaxKind.ExportKeyword) === true;

/** Whether the file exports a function `name`, or for `thing.name` has a method of that name. */
export function defines(source: Source, name: string): boolean {
  const [thing = "", member] = name.split(".");
  let found = false;
  walk(source, (node) => {
    if (member !== undefined) found ||= isMember(node) && node.name.getText() === member;
    else if (ts.isFunctionDeclaration(node)) found ||= exported(node) && node.name?.text === thing;
    else if (ts.isVariableStatement(node) && exported(node))
      found ||= node.declarationList.declarations.some((declaration) => declaration.name.getText() === thing);
  });
  return found;
}
