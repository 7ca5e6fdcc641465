import { isoTime } from "../../feed/format/entry.ts";
import { millis } from "../../feed/format/vocabulary.ts";
import { filled, type Language, padded } from "../../feed/language.ts";
import type { DeviceFact, Facts, Waiting } from "./facts.ts";
import { levels, type StatusFinding, statusRules, type Verdict } from "./judge.ts";
import { countdownOf, type MonthFact } from "./months.ts";
import { said, screen } from "./words.ts";

type Values = Readonly<Record<string, string | number>>;
type Say = (name: keyof typeof screen, values?: Values) => string;

/** One screen: the verdict first, then why, then each part. */
export function statusText(facts: Facts, verdict: Verdict, language: Language): string {
  const say: Say = (name, values = {}) => filled(screen[name][language], values);
  const row = (label: string, text: string): string => `  ${padded(label, 12)} ${text}`;
  const lines = [
    `${say(verdict.is)}  ${clockTime(facts.now, facts.offset)}`,
    ...verdict.findings.flatMap((finding) => findingLines(finding, facts, language)),
    "",
    row(say("agent"), agentText(facts, say)),
    row(say("log"), headText(facts, say)),
    row(say("signed"), signedText(facts, say)),
    ...serviceRows(facts, say, row),
    row(say("clock"), clockText(facts, say)),
    row(say("check"), checkText(facts, say)),
    `  ${say("devices")}`,
    ...facts.devices.map((device) => row(`  ${device.id}`, deviceText(device, facts, say))),
    ...certificateLines(facts, say, row),
  ];
  return `${lines.join("\n")}\n`;
}

/** What a finding says in words, without what can be done. */
export function findingText(finding: StatusFinding, { offset }: Pick<Facts, "offset">, language: Language): string {
  return filled(said[finding.code].means[language], findingValues(finding, offset, language));
}
export const adviceText = (finding: StatusFinding, offset: number, language: Language): string =>
  filled(said[finding.code].advice[language], findingValues(finding, offset, language));

function findingValues(
  { subject = "", since, until, days = 0 }: StatusFinding,
  offset: number,
  language: Language,
): Values {
  return {
    subject,
    polls: statusRules.polls,
    since: since == null ? screen.never[language] : clockTime(since, offset),
    until: until === undefined ? "" : lastDay(until, offset),
    days,
    late: -days,
  };
}

function findingLines(finding: StatusFinding, facts: Facts, language: Language): string[] {
  const mark = levels[finding.code] === "wrong" ? "!!" : " !";
  return [
    `${mark} ${finding.code}: ${findingText(finding, facts, language)}`,
    `     ${adviceText(finding, facts.offset, language)}`,
  ];
}

function agentText({ running, ended, started, offset }: Facts, say: Say): string {
  if (running) return say("runs", { started: started === null ? say("unknown") : clockTime(started, offset) });
  return say(ended ? "ended" : "stopped");
}

const headText = ({ origin, head, now }: Facts, say: Say): string =>
  head.at === null ? say("empty", { origin }) : say("head", { origin, size: head.size, age: age(now - head.at, say) });

function signedText({ checkpoint, unsigned, offset }: Facts, say: Say): string {
  if (checkpoint === null) return say("nothingSigned");
  const at = checkpoint.at === null ? say("unknown") : clockTime(checkpoint.at, offset);
  return say("checkpoint", { size: checkpoint.size, at, waits: unsigned.entries });
}

function serviceRows(
  { service, now, offset }: Facts,
  say: Say,
  row: (label: string, text: string) => string,
): string[] {
  if (service === null) return [row(say("outbox"), say("sentNowhere"))];
  const { cosigned, uncosigned, outbox } = service;
  const waits = ({ entries: n, since }: Waiting): string =>
    since === null ? say("nothingWaits") : say("waiting", { n, age: age(now - since, say) });
  const at = cosigned.at === null ? say("unknown") : clockTime(cosigned.at, offset);
  return [
    row(say("cosigned"), say("witnessed", { size: cosigned.size, at, waits: waits(uncosigned) })),
    row(say("outbox"), say("held", { waits: waits(outbox) })),
  ];
}

function clockText({ clock, offset }: Facts, say: Say): string {
  if (clock === null) return say("unknown");
  const { source, maxErrMs: error, at } = clock;
  return say(error < 0 ? "clockUnbound" : "clockAt", { source, error, at: clockTime(at, offset) });
}

function checkText({ check, offset }: Facts, say: Say): string {
  if (check === null) return say("notYet");
  const at = clockTime(check.at, offset);
  return check.fault === null ? say("passed", { at }) : say("failed", { at, fault: check.fault });
}

function deviceText({ last }: DeviceFact, { now }: Facts, say: Say): string {
  if (last === null) return say("noPoll");
  const reasons = last.reasons.length === 0 ? "" : `  ${last.reasons.join(", ")}`;
  return say("poll", { age: age(now - last.at, say), values: last.values, of: last.of }) + reasons;
}

function certificateLines(facts: Facts, say: Say, row: (label: string, text: string) => string): string[] {
  const { certificates } = facts;
  if (certificates === null) return [`  ${say("certifiesNothing")}`];
  const { days, source } = certificates.due;
  return [
    `  ${say("certificates", { days })}`,
    ...certificates.months.map((one) => row(`  ${one.month}`, monthText(one, facts, days, say))),
    `    ${say("source", { days, source })}`,
  ];
}

function monthText(one: MonthFact, { now, offset }: Facts, due: number, say: Say): string {
  const stands = countdownOf(one, now, due);
  const cert = one.certificate?.cert ?? "";
  if (stands.is === "running") return say("running");
  if (stands.is === "done")
    return say("done", { cert, signed: say(one.countersigns ? "countersigned" : "noCountersigner") });
  const until = lastDay(stands.until, offset);
  const days = stands.daysLeft;
  const left =
    days < 0 ? say("overdue", { until, days: -days }) : say(days === 0 ? "lastDay" : "left", { until, days });
  return say(stands.is, { cert, left });
}

/** As the site's own clocks show it. */
export function clockTime(at: number, offset: number): string {
  const local = isoTime(millis(at + offset));
  const minutes = Math.abs(offset) / 60_000;
  const two = (n: number): string => String(Math.floor(n)).padStart(2, "0");
  return `${local.slice(0, 10)} ${local.slice(11, 19)} ${offset < 0 ? "-" : "+"}${two(minutes / 60)}:${two(minutes % 60)}`;
}

/** The date of the last day before `until`, in the site's time. */
export const lastDay = (until: number, offset: number): string => isoTime(millis(until + offset - 1)).slice(0, 10);

function age(ms: number, say: Say): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 120) return say("s", { n: seconds });
  if (seconds < 7200) return say("min", { n: Math.floor(seconds / 60) });
  if (seconds < 172_800) return say("h", { n: Math.floor(seconds / 3600) });
  return say("d", { n: Math.floor(seconds / 86_400) });
}
