import { only, option, or } from "./command.ts";

/** The languages in which our programs speak to a regulator or an operator. */
export const languages = ["zh", "en"] as const;
export type Language = (typeof languages)[number];
/** One text in each. */
export type Words = Readonly<Record<Language, string>>;

const isLanguage = (text: string | undefined): text is Language => languages.some((one) => one === text);

/** What was asked for; else as POSIX reads the environment: the first of LC_ALL, LC_MESSAGES and LANG that is set. */
export function languageOf(asked: string | undefined, env: Readonly<Record<string, string | undefined>>): Language {
  if (isLanguage(asked)) return asked;
  const locale = env.LC_ALL || env.LC_MESSAGES || env.LANG || "";
  return /^zh(?![a-z])/i.test(locale) ? "zh" : "en";
}

export const langOption = or(
  only(option("--lang LANG", "zh or en; left out: as LC_ALL, LC_MESSAGES or LANG say"), isLanguage, "zh or en"),
  undefined,
);

/** Puts values into the places `{name}` of a text. */
export const filled = (text: string, values: Readonly<Record<string, string | number>>): string =>
  text.replace(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place));

const wide = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]/g;

/** Columns that a text takes on a terminal: a Chinese sign takes two. */
export const columnsOf = (text: string): number => text.length + (text.match(wide)?.length ?? 0);
export const padded = (text: string, columns: number): string =>
  text + " ".repeat(Math.max(0, columns - columnsOf(text)));
