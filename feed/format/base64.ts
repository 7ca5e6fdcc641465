/**
 * Decodes base64 (RFC 4648, section 4) that is exactly what encoding its own bytes gives: padded, no spare bits, no line
 * ends. Undefined otherwise, and where the length is not the one asked for. One value has one spelling, or a signed byte
 * string could be changed without changing what it means.
 */
export function fromBase64(text: string, length?: number): Buffer | undefined {
  // The decoder skips what it does not know; the encoder never writes it.
  const bytes = Buffer.from(text, "base64");
  if (text === "" || bytes.toString("base64") !== text) return undefined;
  return length === undefined || bytes.length === length ? bytes : undefined;
}

/** Whether `fromBase64` would give bytes, without making them. */
export function isBase64(text: string, length?: number): boolean {
  const { length: count } = text;
  if (count === 0 || count % 4 !== 0) return false;
  const padding = text.charCodeAt(count - 1) !== PADDING ? 0 : text.charCodeAt(count - 2) !== PADDING ? 1 : 2;
  const digits = count - padding;
  for (let i = 0; i < digits; i++) if (DIGITS[text.charCodeAt(i)] !== 1) return false;
  if (padding > 0 && !(padding === 1 ? SPARE_2 : SPARE_4).includes(text.charAt(digits - 1))) return false;
  return length === undefined || (count / 4) * 3 - padding === length;
}

const PADDING = 0x3d;
/** 1 at each character that is a digit. A step through a table takes half the time of a pattern: every entry has such strings. */
const DIGITS = Uint8Array.from({ length: 128 }, (_, unit) => Number(/[A-Za-z0-9+/]/.test(String.fromCharCode(unit))));
/** The last digit before one or two signs of padding, whose lowest 2 or 4 bits say nothing, has them zero. */
const SPARE_2 = "AEIMQUYcgkosw048";
const SPARE_4 = "AQgw";
