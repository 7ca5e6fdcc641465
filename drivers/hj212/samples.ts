import type { Field } from "./cp.ts";
import type { Finding } from "./finding.ts";
import { type LoggerFlag, loggerFlag } from "./flags.ts";
import type { Message } from "./message.ts";
import { beijingTime } from "./time.ts";

/** What a message is about. The DataTime of a minute, an hour and a day is their START (HJ 212-2017, C.16 to C.18). */
export const subjects = {
  "2011": "real-time",
  "2051": "minute",
  "2061": "hour",
  "2031": "day",
  "3020": "field-information",
} as const satisfies Readonly<Record<string, string>>;
export type Subject = (typeof subjects)[keyof typeof subjects];

/** One field as the logger gave it. `value` is a decimal exactly as sent; `text` a log; neither is ever made from the other. */
export type LoggerValue = {
  readonly field: string;
  /** The logger's own flag: of the same item, else of the same factor elsewhere in the message. */
  readonly flag?: LoggerFlag;
  /** Unix ms, where the factor has its own. */
  readonly sampleTime?: number;
} & ({ readonly value: string } | { readonly text: string } | { readonly missing: string });

export interface Said {
  readonly subject: Subject;
  /** The logger's time, Unix ms: of the sample, or of the START of the period; or why there is none. */
  readonly time: { readonly at: number } | { readonly missing: string };
  /** By field: "a21026-Rtd", "01-ZsAvg"; in 3020 behind the factor that PolId names, "a21026/i12001-Info", if it names one. */
  readonly values: ReadonlyMap<string, LoggerValue>;
  readonly findings: readonly Finding[];
}

/** What a message says; undefined for messages that carry no values we read (heartbeats, device states, requests) and ciphertext. */
export function samplesOf(message: Message): Said | undefined {
  const { cn } = message;
  if (!Object.hasOwn(subjects, cn) || message.encrypted) return undefined;
  const subject = subjects[cn as keyof typeof subjects];
  const values = new Map<string, LoggerValue>();
  const findings: Finding[] = [];
  const flags = new Map<string, LoggerFlag>();
  for (const item of message.items)
    for (const { name, value } of item)
      if (name.endsWith("-Flag") && !flags.has(factorOf(name))) flags.set(factorOf(name), loggerFlag(value));

  let factor = "";
  for (const item of message.items)
    for (const { name, value } of item) {
      if (name === "PolId") factor = value;
      if (!name.includes("-") || /-(?:Flag|EFlag|SampleTime)$/.test(name)) continue;
      const field = subject === "field-information" && factor !== "" ? `${factor}/${name}` : name;
      const said = { field, ...ownFlag(item, name, flags), ...sampleTime(item, name, findings), ...meaning(value) };
      const before = values.get(field);
      if (before !== undefined) findings.push({ code: "twice", detail: `${field} is said twice` });
      if (before === undefined) values.set(field, said);
      else if (!sameWords(before, said)) values.set(field, { field, missing: "said twice, differently" });
    }
  return { subject, time: timeOf(message), values, findings };
}

const factorOf = (name: string): string => name.slice(0, name.lastIndexOf("-"));

function ownFlag(
  item: readonly Field[],
  name: string,
  elsewhere: ReadonlyMap<string, LoggerFlag>,
): { flag?: LoggerFlag } {
  const own = item.find((field) => field.name === `${factorOf(name)}-Flag`);
  const flag = own === undefined ? elsewhere.get(factorOf(name)) : loggerFlag(own.value);
  return flag === undefined ? {} : { flag };
}

function sampleTime(item: readonly Field[], name: string, findings: Finding[]): { sampleTime?: number } {
  const own = item.find((field) => field.name === `${factorOf(name)}-SampleTime`);
  if (own === undefined) return {};
  const at = beijingTime(own.value);
  if (at === undefined) findings.push({ code: "item", detail: `${own.name} is no time` });
  return at === undefined ? {} : { sampleTime: at };
}

/** Up to 20 digits before and 12 behind the point. No exponent, no sign but minus: what is not plainly a number is none. */
const decimal = /^-?\d{1,20}(?:\.\d{1,12})?$/;

function meaning(value: string): { value: string } | { text: string } | { missing: string } {
  if (decimal.test(value)) return { value };
  const log = /^\/\/(.*)\/\/$/s.exec(value);
  if (log !== null) return { text: log[1] ?? "" };
  return { missing: value === "" ? "empty" : `no decimal: ${value.replace(/[^\x20-\x7e]/g, ".").slice(0, 24)}` };
}

const sameWords = (a: LoggerValue, b: LoggerValue): boolean =>
  "value" in a && "value" in b && a.value === b.value && a.flag?.letter === b.flag?.letter;

function timeOf({ items }: Message): Said["time"] {
  const said = items.flat().filter(({ name }) => name === "DataTime");
  const [first] = said;
  if (first === undefined) return { missing: "no DataTime" };
  if (said.some(({ value }) => value !== first.value)) return { missing: "two DataTimes" };
  const at = beijingTime(first.value);
  return at === undefined ? { missing: `DataTime is no time: ${first.value.slice(0, 24)}` } : { at };
}
