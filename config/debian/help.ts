/** What a program's own help says, read back: its manual and its completion are made of nothing else. */

export interface Row {
  /** Such as `--config <FILE>`, `64`, or a whole example. */
  readonly term: string;
  readonly text: string;
}

export interface Help {
  readonly usage: string;
  readonly about: string;
  /** Rows by the title above them: Options, Arguments, Commands, Examples, Exit status. */
  readonly lists: ReadonlyMap<string, readonly Row[]>;
}

/** A command's words, none for the program itself, and its help. */
export type Explained = readonly (readonly [words: readonly string[], help: Help])[];

export function readHelp(text: string): Help {
  const lists = new Map<string, Row[]>();
  const about: string[] = [];
  let usage = "";
  let rows: Row[] | undefined;
  for (const line of text.split("\n")) {
    const [, title] = /^([A-Z][A-Za-z ]*):$/.exec(line) ?? [];
    const [, term, said = ""] = /^ {2,3}(\S.*?)(?: {2,}(.*))?$/.exec(line) ?? [];
    const last = rows?.at(-1);
    if (line.startsWith("Usage: ")) usage = line.slice("Usage: ".length);
    else if (title !== undefined) {
      rows = [];
      lists.set(title, rows);
    } else if (rows === undefined) about.push(line);
    else if (term !== undefined) rows.push({ term, text: said });
    else if (last !== undefined && line.startsWith("    "))
      rows[rows.length - 1] = { term: last.term, text: `${last.text} ${line.trim()}`.trim() };
  }
  return { usage, about: about.join(" ").replace(/\s+/g, " ").trim(), lists };
}

/** The names of the commands that a help lists, but for `help` itself. */
export const commandsOf = ({ lists }: Help): string[] =>
  (lists.get("Commands") ?? []).map(({ term }) => term.split(" ")[0] ?? "").filter((name) => name !== "help");

/** The program, and each of its commands after it. */
export function explainAll(ask: (words: readonly string[]) => string, words: readonly string[] = []): Explained {
  const help = readHelp(ask(words));
  return [[words, help], ...commandsOf(help).flatMap((name) => explainAll(ask, [...words, name]))];
}
