import { notShown } from "../../cert/limits.ts";
import { type Language, languages, type Words } from "../../language.ts";
import { meaningOf } from "./codes.ts";
import { signersOf } from "./signers.ts";
import { stepsOf, type Verification } from "./steps.ts";
import { showsOf } from "./text.ts";
import { type SaidStep, saidOf } from "./values.ts";

const inBoth = <T>(say: (language: Language) => T): Readonly<Record<Language, T>> =>
  Object.fromEntries(languages.map((language) => [language, say(language)])) as Record<Language, T>;

/** The report as one object of the form `cems-verify/1`, whose members feed/receiver/README.md lists. */
export function reportObject(verification: Verification): object {
  const { dir, source, report, certified } = verification;
  const { root, findings, checkpoints, verdict, first, entries, covered, unjudged } = report;
  return {
    form: "cems-verify/1",
    dir,
    verdict,
    source:
      source.kind === "register"
        ? {
            kind: source.kind,
            serial: source.register.serial,
            key: source.register.key.text,
            keyGiven: source.keyGiven,
          }
        : source,
    origin: report.origin ?? null,
    steps: stepsOf(verification).map((step) => ({
      step: step.step,
      is: step.is,
      codes: step.findings.map(({ code }) => code),
      notes: step.notes,
      said: inBoth((language): SaidStep => saidOf(step, verification, language)),
    })),
    findings: findings.map(({ bytes, ...finding }) => ({
      ...finding,
      means: inBoth((language) => meaningOf(finding.code, language)),
      // The exact ones of the first entry concerned, as the text they are.
      ...(bytes && { bytes: bytes.toString("utf8") }),
    })),
    signers: signersOf(verification),
    shows: inBoth((language) => showsOf(verification, language)),
    notShown: notShown satisfies Words,
    checkpoints,
    first,
    entries,
    root: root.toString("base64"),
    covered,
    unjudged,
    ...(certified?.certificate && { certificate: certified.certificate, countersigned: certified.countersigned }),
  };
}
