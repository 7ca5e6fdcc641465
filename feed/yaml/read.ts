import type { Document, Node, YAMLError } from "yaml";
import { isMap, isScalar, isSeq, LineCounter, parseDocument, visit } from "yaml";
import { type Strange, strangeIn } from "./strange.ts";

/** Counted from 1, as editors do. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

export interface SyntaxProblem extends Place {
  readonly message: string;
  readonly instead: string;
}

export type Path = readonly PropertyKey[];

/** A YAML file as plain values, with the way back from a value to the place where it is written. */
export interface Yaml {
  /** Undefined if the file is not YAML. */
  readonly value: unknown;
  readonly problems: readonly SyntaxProblem[];
  /** Where the value (or the key) of a path is written; of what is not there, the nearest thing around it. */
  where(path: Path, part?: "key" | "value"): Place;
  /** A line of the text. */
  line(number: number): string;
}

/**
 * Reads one YAML 1.2 document (core schema, no tags, no aliases: what is signed should say what it means where it means
 * it). Only the first syntax problem of a file is reported, since what follows it is usually its consequence; keys written
 * twice and aliases have no such consequence and are all reported. What is no text is not read as YAML at all.
 */
export function readYaml(written: string | Buffer): Yaml {
  const text = written.toString();
  const strange = strangeIn(written, text);
  if (strange !== undefined) return notText(text, strange);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true, version: "1.2" });
  const placeOf = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  const found = [...document.errors, ...document.warnings];
  const twice = found.filter((error) => error.code === "DUPLICATE_KEY");
  const fatal = found.find((error) => error.code !== "DUPLICATE_KEY");
  const aliases = fatal ? [] : aliasesIn(document);
  const rows = text.split(/\r?\n/);
  return {
    value: fatal || aliases.length > 0 ? undefined : document.toJS(),
    problems: [
      ...[...(fatal ? [fatal] : []), ...twice].map((error) => ({ ...placeOf(error.pos[0]), ...explain(error) })),
      ...aliases.map((offset) => ({ ...placeOf(offset), message: "an alias", instead: "the value itself" })),
    ],
    where: (path, part = "value") => placeOf(offsetOf(document, path, part)),
    line: (number) => rows[number - 1] ?? "",
  };
}

function notText(text: string, { offset, message, instead }: Strange): Yaml {
  const before = text.slice(0, offset).split("\n");
  const place = { line: before.length, column: (before.at(-1) ?? "").length + 1 };
  return { value: undefined, problems: [{ ...place, message, instead }], where: () => place, line: () => "" };
}

function aliasesIn(document: Document): number[] {
  const found: number[] = [];
  visit(document, { Alias: (_, node) => void found.push(node.range?.[0] ?? 0) });
  return found;
}

function offsetOf(document: Document.Parsed, path: Path, part: "key" | "value"): number {
  let node = document.contents as Node | null;
  let offset = node?.range?.[0] ?? 0;
  for (const [depth, step] of path.entries()) {
    const isLast = depth === path.length - 1;
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
      if (!pair) return offset;
      const key = (pair.key as Node).range?.[0] ?? offset;
      node = pair.value as Node | null;
      offset = isLast && part === "key" ? key : (node?.range?.[0] ?? key);
    } else if (isSeq(node)) {
      node = (node.items[Number(step)] ?? null) as Node | null;
      offset = node?.range?.[0] ?? offset;
    } else return offset;
  }
  return offset;
}

function explain(error: YAMLError): { message: string; instead: string } {
  return {
    message: said[error.code] ?? error.message,
    instead: instead[error.code] ?? "YAML: `key: value`, two more spaces for each level",
  };
}

/** Where the parser speaks to programmers. */
const said: Partial<Record<YAMLError["code"], string>> = {
  MULTIPLE_DOCS: "a second document begins here",
};

const instead: Partial<Record<YAMLError["code"], string>> = {
  DUPLICATE_KEY: "each key once",
  TAB_AS_INDENT: "spaces, not tabs, in front of a key",
  BAD_INDENT: "the bracket or quote that is missing, or the same number of spaces in front of all keys of one level",
  MULTIPLE_DOCS: "one document, without `---` between",
  MISSING_CHAR: "the closing quote, bracket or comma that is missing",
  TAG_RESOLVE_FAILED: "the value without a tag (!name)",
  NON_STRING_KEY: "a plain word as key",
};
