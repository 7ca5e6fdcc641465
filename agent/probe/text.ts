import type { Answers, PointEvent, ProbeEvent, RegistersEvent } from "./events.ts";
import type { Finding } from "./findings.ts";
import { wrapped } from "./wrap.ts";

/** How a word is made to stand out; nothing at all without a terminal. */
export interface Ink {
  good(text: string): string;
  bad(text: string): string;
  faint(text: string): string;
}
export const plainInk: Ink = { good: String, bad: String, faint: String };
export const colours: Ink = {
  good: (text) => `\x1b[32m${text}\x1b[0m`,
  bad: (text) => `\x1b[31m${text}\x1b[0m`,
  faint: (text) => `\x1b[2m${text}\x1b[0m`,
};
/** Colour on a terminal only, and not where NO_COLOR is set (no-color.org). */
export const inkFor = (terminal: boolean, env: { readonly NO_COLOR?: string | undefined }): Ink =>
  terminal && !env.NO_COLOR ? colours : plainInk;

const cell = 14;

/** The lines a person reads, of each event; 80 columns. It remembers only whether a heading was shown. */
export function probeText(ink: Ink): (event: ProbeEvent) => readonly string[] {
  let heading = "";
  const under = (text: string, lines: readonly string[]): readonly string[] => {
    const fresh = heading !== text;
    heading = text;
    return fresh ? ["", text, ...lines] : lines;
  };
  return (event) => {
    switch (event.is) {
      case "line":
        return [event.line];
      case "trying":
        return [];
      case "answers":
        heading = "";
        return ["", ...answers(event, ink)];
      case "identity":
        if (event.named.length === 0) return [ink.faint("  It does not say who it is (functions 43/14 and 17).")];
        return event.named.map(({ what, text }) => `  ${what.padEnd(11)} ${text}`);
      case "point":
        return under(pointHeading, [point(event, ink)]);
      case "registers":
        return under(registersHeading, registers(event, ink));
      case "value":
        return under("Values", [`  ${event.id.padEnd(24)} ${event.text.padStart(14)} ${event.unit}`.trimEnd()]);
      case "finding":
        heading = "";
        return ["", ...finding(event, ink)];
      case "end":
        return ["", ink[event.outcome === "good" ? "good" : "bad"](endings[event.outcome])];
    }
  };
}

const endings = {
  good: "It answers as it should.",
  odd: "Something answers, but not as it should.",
  unread: "It answers, but no register could be read.",
  nothing: "Nothing answers.",
} as const;

function answers({ unit, asked, answered, ms }: Answers, ink: Ink): readonly string[] {
  const name = /^\d{1,3}$/.test(unit) ? `Unit ${unit}` : /^\d{12}$/.test(unit) ? `Meter ${unit}` : capital(unit);
  const times = `${ms.median} ms (${ms.least} to ${ms.most})`;
  const how = answered === asked ? ink.good("answers") : ink.bad(`answers ${answered} of ${asked} times`);
  return [`${name} ${how} in ${times}, asked ${asked} times.`];
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const pointHeading = `Values in all byte orders. * is the most plausible, [ ] the profile's.
  ${"point".padEnd(14)}${["ABCD", "CDAB", "BADC", "DCBA"].map((order) => order.padStart(cell)).join("")}`;

function point({ id, unit, order, readings }: PointEvent, ink: Ink): string {
  const cells = readings.map(({ text, best, order: one }) => {
    const value = short(text, cell - 4);
    const shown = one === order ? `[${value}]` : value;
    const padded = `${shown}${best ? "*" : ""}`.padStart(cell);
    return best ? ink.good(padded) : one === order ? ink.bad(padded) : ink.faint(padded);
  });
  return `  ${id.padEnd(14)}${cells.join("")} ${unit.slice(0, 7)}`.trimEnd();
}

const registersHeading = `What the registers may mean. * is the most plausible, not more than that.
  ${"".padEnd(14)}${["ABCD", "CDAB", "BADC", "DCBA"].map((order) => order.padStart(cell)).join("")}`;

function registers({ at, hex, guesses }: RegistersEvent, ink: Ink): readonly string[] {
  if (guesses.every(({ text }) => text === "0" || text === undefined)) return [`  ${at}: 0`];
  const types = [...new Set(guesses.map(({ type }) => type))];
  return [
    `  ${at}: ${hex}`,
    ...types.map((type) => {
      const cells = guesses
        .filter((guess) => guess.type === type)
        .map(({ order, text, best }) => {
          const padded = `${short(text, cell - 2)}${best ? "*" : ""}`.padStart(cell);
          const apart = order === "BADC" && /16$/.test(type) ? " ".repeat(cell) : "";
          return apart + (best ? ink.good(padded) : ink.faint(padded));
        });
      return `    ${type.padEnd(12)}${cells.join("")}`.trimEnd();
    }),
  ];
}

/** A number in so many characters. */
export function short(text: string | undefined, room: number): string {
  if (text === undefined) return "-";
  if (text.length <= room) return text;
  const number = Number(text);
  if (!Number.isFinite(number)) return `${text.slice(0, room - 1)}~`;
  for (let digits = room; digits > 1; digits--) {
    const rounded = String(Number(number.toPrecision(digits)));
    if (rounded.length <= room) return rounded;
  }
  return number.toExponential(1);
}

export function finding({ code, text, check = [] }: Finding, ink: Ink): readonly string[] {
  const told = wrapped(text, 78, "");
  const head = code === "hint" ? told : told.map((line) => ink.bad(line));
  const numbered = check.length > 1;
  return [...head, ...check.flatMap((one, i) => wrapped(one, 78, numbered ? `  ${i + 1}. ` : "  "))];
}
