import type { Policy } from "../../format/policy.ts";
import { filled, type Language } from "../../language.ts";
import { fingerprint } from "../registry/show.ts";
import type { Step, Verification } from "./steps.ts";
import { noteWords, reportWords, stepWords } from "./words.ts";

/** A step in words, as both the text and the object give it. */
export interface SaidStep {
  readonly title: string;
  readonly checked: string;
  /** Null: it was not done. */
  readonly found: string | null;
  readonly notes: readonly string[];
}

export function saidOf({ step, is, notes }: Step, verification: Verification, language: Language): SaidStep {
  const values = valuesOf(verification, language);
  const { title, checked, found } = stepWords[step];
  const isDone = is !== "not-applicable" && isReadable(step, verification);
  return {
    title: title[language],
    checked: filled(checked[language], values),
    found: isDone ? filled(found[language], values) : null,
    notes: notes.map((note) => filled(noteWords[note][language], values)),
  };
}

/** Whether there is anything to tell numbers of: a failed step may have had nothing that it could read. */
function isReadable(step: Step["step"], { source, policy, report, certified }: Verification): boolean {
  if (step === 1) return source.kind === "register";
  if (step === 2) return policy !== undefined;
  if (step === 4) return report.origin !== undefined;
  if (step === 5 || step === 6 || step === 8 || step === 9) return report.entries > 0;
  return step === 14 || (step !== 13 && certified?.certificate !== undefined);
}

type Values = Readonly<Record<string, string | number>>;

function valuesOf({ source, policy, report, certified }: Verification, language: Language): Values {
  const { certificate } = certified ?? {};
  const say = (word: keyof typeof reportWords): string => reportWords[word][language];
  return {
    from:
      source.kind === "register"
        ? say("register")
        : source.kind === "policy"
          ? filled(say("ownPolicy"), { file: source.file })
          : say("keys"),
    ...(source.kind === "register" && {
      serial: source.register.serial,
      t: source.register.t,
      registry: source.register.key.name,
      fingerprint: fingerprint(source.register.key),
    }),
    ...(policy && {
      logs: policy.logs.length,
      witnesses: policy.witnesses.map(({ label, vkey }) => `${label} ${vkey.name}`).join(", ") || say("none"),
      quorum: quorumText(policy, say("none")),
    }),
    origin: report.origin ?? "",
    checkpoints: report.checkpoints.length,
    quorate: report.checkpoints.filter((one) => one.quorate).length,
    entries: report.entries,
    first: report.first,
    last: report.first + report.entries - 1,
    size: report.first + report.entries,
    root: report.root.toString("base64"),
    unjudged: report.unjudged,
    codes: report.findings.length,
    ...(certificate && {
      cert: certificate.cert,
      month: certificate.month,
      files: Object.keys(certificate.manifest).join(", "),
      gaps: certificate.gaps.count,
      seconds: certificate.gaps.seconds,
      params: certificate.params.length,
      valid: certificate.params.filter(({ value: [value] }) => value !== null).length,
    }),
  };
}

/** As the policy file writes it: its label, and what a group of that name takes. */
function quorumText({ quorum, groups }: Policy, none: string): string {
  const group = groups.find(({ label }) => label === quorum);
  if (quorum === "none") return none;
  return group === undefined ? quorum : `${quorum} = ${group.threshold} (${group.members.join(", ")})`;
}
