/** The repository as the house rules see it: its source files, and who imports whom. */
import { readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import ts from "typescript";
import { root } from "../support/program.ts";

export const productFolders = ["agent", "config", "drivers", "feed", "simulator"] as const;

export interface Source {
  /** Relative to the repository, with `/`. */
  readonly path: string;
  readonly text: string;
}

/** Who imports whom: targets are paths in the repository, bare package names, or `node:` modules. */
export type Graph = ReadonlyMap<string, readonly string[]>;

/** Every file below the given folders whose name ends so. */
export function filesUnder(folders: readonly string[], ...endings: readonly string[]): Source[] {
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => endings.some((ending) => name.endsWith(ending)))
      .map((name) => posix.join(folder, name))
      .sort()
      .map((path) => ({ path, text: readFileSync(join(root, path), "utf8") })),
  );
}

export const productSources = (): Source[] => filesUnder(productFolders, ".ts");

const packageOf = (specifier: string): string =>
  specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");

/** All imports count, types and dynamic ones too: a type is a dependency of the reader. */
export function graphOf(sources: readonly Source[]): Graph {
  return new Map(
    sources.map(({ path, text }) => {
      const specifiers = ts.preProcessFile(text, true, true).importedFiles.map((file) => file.fileName);
      const targets = specifiers.map((specifier) => {
        if (specifier.startsWith(".")) return posix.join(posix.dirname(path), specifier);
        return specifier.startsWith("node:") ? specifier : packageOf(specifier);
      });
      return [path, targets];
    }),
  );
}

/** Calls `visit` for every node of a source file. */
export function walk(source: Source, visit: (node: ts.Node) => void): void {
  const step = (node: ts.Node): void => {
    visit(node);
    ts.forEachChild(node, step);
  };
  step(ts.createSourceFile(source.path, source.text, ts.ScriptTarget.Latest, true));
}
