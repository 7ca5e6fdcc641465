import { numberIn } from "../statistics.ts";
import type { Run } from "./rata.ts";

/** More runs than any audit has. */
const mostRuns = 200;
const mostText = 65_536;
const yes = new Set(["x", "yes", "y", "1", "true", "rejected"]);
const no = new Set(["", "no", "n", "0", "false"]);

export type RunTable =
  | { readonly ok: true; readonly runs: readonly Run[] }
  | { readonly ok: false; readonly why: string };

/**
 * Paired runs from a table: a line of names, then one run a line; fields are set apart by comma, semicolon or tab. `reference`
 * and `cems` must be there, `rejected` may be; other columns and lines that begin with # are passed over. Never guesses: a
 * field that is no decimal number, such as "12,5", is told with its line.
 */
export function readRuns(text: string): RunTable {
  const refuse = (why: string): RunTable => ({ ok: false, why });
  if (text.length > mostText) return refuse(`it is longer than ${mostText} characters`);
  const lines = text
    .replace(/^\uFEFF/, "")
    .split(/\r\n|\n|\r/)
    .map((line, index) => ({ line, number: index + 1 }))
    .filter(({ line }) => line.trim() !== "" && !line.startsWith("#"));
  const [head, ...rows] = lines;
  if (head === undefined) return refuse("it is empty");
  const mark = [";", "\t", ","].find((one) => head.line.includes(one)) ?? ",";
  const fields = (line: string): string[] => line.split(mark).map((field) => field.trim().replace(/^"(.*)"$/, "$1"));
  const names = fields(head.line).map((name) => name.toLowerCase());
  const [reference, cems, rejected] = ["reference", "cems", "rejected"].map((name) => names.indexOf(name));
  if (reference === undefined || reference < 0 || cems === undefined || cems < 0)
    return refuse(`line ${head.number} does not name the columns reference and cems`);
  if (rows.length > mostRuns) return refuse(`it has ${rows.length} runs, more than ${mostRuns}`);
  const runs: Run[] = [];
  for (const { line, number } of rows) {
    const values = fields(line);
    if (values.length !== names.length)
      return refuse(`line ${number} has ${values.length} fields, and line ${head.number} names ${names.length}`);
    const [a = "", b = ""] = [values[reference], values[cems]];
    const wrong = [a, b].find((value) => numberIn(value) === undefined);
    if (wrong !== undefined) return refuse(`line ${number}: "${wrong.slice(0, 40)}" is no decimal number`);
    const left = (values[rejected ?? -1] ?? "").toLowerCase();
    if (!yes.has(left) && !no.has(left))
      return refuse(`line ${number}: rejected is x or empty, not "${left.slice(0, 40)}"`);
    runs.push({ reference: a, cems: b, ...(yes.has(left) && { rejected: true }) });
  }
  return runs.length === 0 ? refuse("it has no run") : { ok: true, runs };
}
