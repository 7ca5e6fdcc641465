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
  if (text.length % 4 !== 0 || !ALPHABET.test(text)) return false;
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  if (padding > 0 && !(padding === 1 ? SPARE_2 : SPARE_4).includes(text.charAt(text.length - 1 - padding)))
    return false;
  return length === undefined || (text.length / 4) * 3 - padding === length;
}

const ALPHABET = /^[A-Za-z0-9+/]+={0,2}$/;
/** The last digit before one or two signs of padding, whose lowest 2 or 4 bits say nothing, has them zero. */
const SPARE_2 = "AEIMQUYcgkosw048";
const SPARE_4 = "AQgw";
