/**
 * Pieces of canonical JSON, recognised byte by byte. Each takes the place to begin at and returns the one behind what it
 * found, or -1. What they do not recognise is not wrong: the reader that makes objects decides.
 */

const byteClass = (pattern: RegExp): Uint8Array =>
  Uint8Array.from({ length: 256 }, (_, byte) => Number(pattern.test(String.fromCharCode(byte))));

export const nameBytes = byteClass(/[A-Za-z0-9._-]/);
export const deviceBytes = byteClass(/[A-Za-z0-9-]/);
export const hexBytes = byteClass(/[0-9a-f]/);
/** Bytes that are their own spelling in a string. */
export const plainBytes = byteClass(/[ !#-[\]-~]/);

export const QUOTE = 0x22;
export const COMMA = 0x2c;
const ZERO = 0x30;

export const literal = (text: string): Uint8Array => Buffer.from(text, "latin1");

export function skip(bytes: Uint8Array, at: number, text: Uint8Array): number {
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text[i]) return -1;
  return at + text.length;
}

export function skipClass(bytes: Uint8Array, at: number, allowed: Uint8Array): number {
  let end = at;
  while (allowed[bytes[end] as number] === 1) end++;
  return end;
}

/** Fifteen digits are within 2^53. */
const mostDigits = 15;

export function skipCount(bytes: Uint8Array, at: number): number {
  let end = at;
  while (isDigit(bytes[end] as number)) end++;
  if (end === at || end - at > mostDigits || (bytes[at] === ZERO && end - at > 1)) return -1;
  return end;
}

export const isDigit = (byte: number): boolean => byte >= ZERO && byte <= 0x39;

export function countIn(bytes: Uint8Array, from: number, to: number): number {
  let count = 0;
  for (let i = from; i < to; i++) count = count * 10 + (bytes[i] as number) - ZERO;
  return count;
}

const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const none = 64;
const sextets = new Uint8Array(256).fill(none);
for (let i = 0; i < digits.length; i++) sextets[digits.charCodeAt(i)] = i;
const PAD = 0x3d;

/**
 * Decodes base64 in its one spelling from a place up to a quote into `out`; returns the place of the quote, or -1. `out` must
 * have room; how many bytes were written follows from the length and `padding`.
 */
export function decodeBase64(bytes: Uint8Array, at: number, out: Uint8Array, into: number): number {
  let from = at;
  let to = into;
  for (; bytes[from] !== QUOTE; from += 4, to += 3) {
    if (from >= bytes.length) return -1;
    const a = sextets[bytes[from] as number] as number;
    const b = sextets[bytes[from + 1] as number] as number;
    const c = sextets[bytes[from + 2] as number] as number;
    const d = sextets[bytes[from + 3] as number] as number;
    if ((a | b | c | d) < none) {
      out[to] = (a << 2) | (b >> 4);
      out[to + 1] = (b << 4) | (c >> 2);
      out[to + 2] = (c << 6) | d;
      continue;
    }
    // Only the last four may be filled up, and what says nothing is zero.
    if ((a | b) >= none || bytes[from + 3] !== PAD || bytes[from + 4] !== QUOTE) return -1;
    out[to] = (a << 2) | (b >> 4);
    if (c < none) {
      if ((c & 3) !== 0) return -1;
      out[to + 1] = (b << 4) | (c >> 2);
    } else if (bytes[from + 2] !== PAD || (b & 15) !== 0) return -1;
    return from + 4;
  }
  return from;
}

/** Bytes that so many characters of base64 before `end` are. */
export function decodedLength(bytes: Uint8Array, from: number, end: number): number {
  const padding = bytes[end - 1] !== PAD ? 0 : bytes[end - 2] === PAD ? 2 : 1;
  return end === from ? 0 : ((end - from) / 4) * 3 - padding;
}
