import type { Grammar, Place } from "./place.ts";
import type { Raw } from "./scaled.ts";

/**
 * "<unit>:all:<channel>:<type>" of the request "#AA", "<unit>:channel:<channel>:<type>" of "#AAN" (AA the unit, N the channel,
 * hexadecimal).
 */
export const dcon: Grammar = (source, reads) => {
  const [unit = "", from, number = ""] = source;
  if (source.length !== 4 || !/^\d{1,3}$/.test(unit) || !/^\d{1,2}$/.test(number)) return undefined;
  if (from !== "all" && from !== "channel") return undefined;
  const hex = (n: string, digits: number): string => Number(n).toString(16).toUpperCase().padStart(digits, "0");
  const asked = `#${hex(unit, 2)}${from === "all" ? "" : hex(number, 1)}`;
  const index = from === "all" ? Number(number) : 0;
  return reads.flatMap((read, i): Place[] =>
    read === asked ? [{ read: i, decode: (line) => decode(line, index) }] : [],
  );
};

/** Decimals are spelt with their sign, else each value is four digits in two's complement; +9999 and the like mean none. */
function decode(reply: Buffer, index: number): Raw | undefined {
  const line = reply.toString("latin1");
  if (!line.startsWith(">")) return undefined;
  if (!/[+-]/.test(line)) {
    const word = line.slice(1).match(/[0-9A-F]{4}/g)?.[index];
    return word === undefined ? undefined : Buffer.from(word, "hex").readInt16BE();
  }
  const text = line.slice(1).match(/[+-][\d.]+/g)?.[index];
  return text === undefined || /^([+-]9999(\.9)?|-0000)$/.test(text) ? undefined : Number(text) + 0;
}
