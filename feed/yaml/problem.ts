import type { FaultRow } from "../format/faults.ts";
import type { Path, Yaml } from "./read.ts";
import { shownLine } from "./secrets.ts";

const stop = { consequence: "nothing is started", exit: 78 } as const;
/** What may be wrong with any file of settings. */
export const yamlProblems = {
  E_CONFIG_READ: { ...stop, hint: "Check the path and that the user of the program may read it." },
  E_CONFIG_SYNTAX: { ...stop, hint: "The file is not YAML; the line says where reading ended." },
  E_CONFIG_KEY: { ...stop, hint: "No such setting; a misspelt one would silently be left at its default." },
  E_CONFIG_MISSING: { ...stop, hint: "A setting without a default is not there." },
  E_CONFIG_VALUE: { ...stop, hint: "The setting does not take this value." },
  E_CONFIG_RANGE: { ...stop, hint: "The number or duration is outside what the setting takes." },
  E_CONFIG_DUPLICATE: { ...stop, hint: "What is named or connected twice would be polled or kept twice." },
} as const satisfies Record<string, FaultRow>;
export type YamlProblemCode = keyof typeof yamlProblems;

/** One thing that is wrong with a file a person wrote, where it is, and what to write instead. */
export interface Problem<Code extends string = YamlProblemCode> {
  readonly code: Code;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** The line as it is written; empty where it holds a secret. */
  readonly excerpt: string;
  readonly message: string;
  readonly instead: string;
}

/** Makes problems of one file; `part` says whether the caret stands under a key or its value. */
export type Reporter<Code extends string = YamlProblemCode> = (
  code: Code,
  path: Path,
  message: string,
  instead: string,
  part?: "key" | "value",
) => Problem<Code>;

export function reporter<Code extends string>(file: string, yaml: Yaml): Reporter<Code> {
  return (code, path, message, instead, part = "value") => {
    const place = yaml.where(path, part);
    return { code, file, ...place, excerpt: shownLine(yaml.line(place.line)), message, instead };
  };
}

export const syntaxProblems = (file: string, yaml: Yaml): Problem[] =>
  yaml.problems.map((problem) => ({
    code: "E_CONFIG_SYNTAX",
    file,
    excerpt: shownLine(yaml.line(problem.line)),
    ...problem,
  }));

/** The problem of a file of settings that could not be read at all. */
export function unreadFile(file: string, error: unknown, instead: string): Problem {
  const message = error instanceof Error && "code" in error ? `cannot be read (${error.code})` : "cannot be read";
  return { code: "E_CONFIG_READ", file, line: 1, column: 1, excerpt: "", message, instead };
}
