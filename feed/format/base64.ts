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
