import type { Flag } from "../../feed/format/vocabulary.ts";

/** What the logger itself says of a value. */
export interface LoggerFlag {
  /** As sent. */
  readonly letter: string;
  /** In the words of HJ 212-2017, Table 8; undefined where nobody says what the letter means: such a value is not to be taken for normal. */
  readonly flag: Flag | undefined;
}

/** HJ 212-2017, Table 8. The letters that 2005 has too mean the same there. */
const same: Readonly<Record<string, Flag>> = { N: "N", F: "F", M: "M", S: "S", D: "D", C: "C", T: "T", B: "B" };

/**
 * HJ/T 212-2005 has P, power failure, and for ambient air the digits 0 (calibration), 1 (weather), 2 (abnormal), 3 (normal). All of
 * this unverified: the text of 2005 was not read. P is told as a fault; no digit is translated, since it must never make a value normal.
 */
const only2005: Readonly<Record<string, Flag>> = { P: "D" };

export function loggerFlag(letter: string): LoggerFlag {
  const flag = Object.hasOwn(same, letter)
    ? same[letter]
    : Object.hasOwn(only2005, letter)
      ? only2005[letter]
      : undefined;
  return { letter: letter.replace(/[^\x20-\x7e]/g, ".").slice(0, 8), flag };
}
