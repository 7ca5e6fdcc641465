import type { Problem } from "./problem.ts";

/** Problems as a person reads them: place, code, what is wrong and what to write, then the line with a caret under it. */
export const renderProblems = (problems: readonly Problem<string>[]): string => problems.map(render).join("\n");

/** Of a longer line only what is around the place, so that the message stays in sight. */
const shownColumns = 160;

function render({ file, line, column, code, message, instead, excerpt }: Problem<string>): string {
  const head = `${file}:${line}:${column} ${code}: ${message}; write ${instead}\n`;
  if (excerpt.trim() === "") return head;
  const number = String(line).padStart(4);
  const from = column <= shownColumns ? 0 : column - 1 - Math.floor(shownColumns / 2);
  const shown = excerpt.slice(from, from + shownColumns);
  return `${head}${number} | ${shown}\n${" ".repeat(number.length)} | ${" ".repeat(column - 1 - from)}^\n`;
}

/** In the order in which a person goes through the files. */
export const inOrder = <Code extends string>(problems: readonly Problem<Code>[]): Problem<Code>[] =>
  problems.toSorted((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line || a.column - b.column));
