import { notShown, shown, shownOfEntries } from "../../cert/limits.ts";
import { columnsOf, filled, type Language } from "../../language.ts";
import { meaningOf } from "./codes.ts";
import { signersOf } from "./signers.ts";
import { type Step, stepsOf, type Verification } from "./steps.ts";
import { saidOf } from "./values.ts";
import { outcomeWords, reportWords, signerWords } from "./words.ts";

/** The report for a reader who knows no format; `lines` say the same facts for technicians, and end with the verdict. */
export function* reportText(
  verification: Verification,
  lines: Iterable<string>,
  language: Language,
): Generator<string> {
  const { dir, report } = verification;
  const say = (word: keyof typeof reportWords, values: Readonly<Record<string, string | number>> = {}): string =>
    filled(reportWords[word][language], values);
  yield say("title");
  yield say("folder", { dir });
  yield say(report.verdict);
  for (const step of stepsOf(verification)) {
    yield "";
    yield* stepLines(step, verification, language);
  }
  if (report.covered < report.first + report.entries) yield* ["", say("covered", { covered: report.covered })];
  yield* headed(say("who"));
  const signers = signersOf(verification);
  if (signers.length === 0) yield say("nobody");
  for (const { as, ...one } of signers)
    yield filled(signerWords[as][language], { ...one, from: one.from ?? "", until: one.until ?? "" });
  yield* headed(say("shows"));
  yield showsOf(verification, language);
  yield* headed(say("notShown"));
  yield notShown[language];
  yield* headed(say("lines"));
  yield* lines;
}

export function showsOf({ report, certified }: Verification, language: Language): string {
  if (report.verdict === "REFUSED") return reportWords.showsNothing[language];
  return (certified === undefined ? shownOfEntries : shown)[language];
}

const headed = (title: string): string[] => ["", title, "-".repeat(columnsOf(title))];

function* stepLines(step: Step, verification: Verification, language: Language): Generator<string> {
  const { title, checked, found, notes } = saidOf(step, verification, language);
  const say = (word: keyof typeof reportWords, values: Readonly<Record<string, string | number>>): string =>
    filled(reportWords[word][language], values);
  yield say("step", { step: step.step, title, is: outcomeWords[step.is][language] });
  yield `  ${say("checked", { text: checked })}`;
  if (found !== null) yield `  ${say("found", { text: found })}`;
  for (const { code, severity, detail, times, first, last } of step.findings) {
    const weight = say(severity === "F" || severity === "R" ? "refused" : "remark", {});
    const where = first === undefined ? [] : [say("entries", { first, last: last ?? first })];
    const often = times > 1 ? [say("times", { n: times })] : [];
    yield `  ${code} (${weight}): ${meaningOf(code, language)}`;
    yield `    ${[detail, ...where, ...often].join("; ")}`;
  }
  for (const text of notes) yield `  ${say("note", { text })}`;
}
