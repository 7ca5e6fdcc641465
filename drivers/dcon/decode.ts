import { spelt } from "./reply.ts";
import type { Form } from "./request.ts";

/**
 * The raw number of one channel in a reply (delimiter and values, without checksum): the decimal as it is spelt, of which the double
 * is the shortest spelling, or the two's complement of four hexadecimal digits. Undefined for a channel that is not there and for
 * the marks of thermocouple and RTD modules, +9999 and -9999 or -0000, which mean over and under the range (ADAM-4000 user
 * manual, 5; ICP DAS spell it +9999.9 on some modules). Full scale in hexadecimal, 7FFF and 8000, is a number here: whether it
 * means out of range is for the profile's sentinels to say.
 */
export function decodeValue(form: Form, line: string, index: number): number | undefined {
  const text = spelt(form, line)[index];
  if (text === undefined || /^([+-]9999(\.9)?|-0000)$/.test(text)) return undefined;
  if (form === "hex") return Buffer.from(text, "hex").readInt16BE();
  return Number(text) + 0;
}

/** Settings in the reply to `$AA2` (ICP DAS I-7000 manuals, Configuration Tables): AA TT CC FF. */
export function decodeConfiguration(line: string): {
  readonly type: number;
  readonly baudCode: number;
  readonly form: Form | "percent" | "ohms";
  readonly summed: boolean;
} {
  const [type = 0, baudCode = 0, format = 0] = Buffer.from(line.slice(3), "hex");
  const forms = ["decimal", "percent", "hex", "ohms"] as const;
  return { type, baudCode, form: forms[(format & 3) as 0 | 1 | 2 | 3], summed: (format & 0x40) !== 0 };
}

/** What a module says of itself: the text after "!" and its address. */
export const decodeText = (line: string): string | undefined => line.slice(3).trim() || undefined;
