import { bad, Fault, good, type Result } from "./faults.ts";

/** What an entry may hold. Numbers are integers; quantities are decimal strings. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json | undefined };

export const limits = { entryBytes: 16_384, depth: 6, name: 32 } as const;

// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point
const FORBIDDEN = /[\u0000-\u001f]|\p{Surrogate}/u;

/**
 * The one spelling of a value: RFC 8785 (JCS) restricted to integers within 2^53-1, no -0; names of
 * [A-Za-z0-9._-]{1,32} without __proto__, sorted; strings in NFC without control characters; depth at most 6; at most
 * 16,384 bytes. Members that are undefined are left out. Throws Fault REC_NONCANON for what the profile forbids.
 */
export function canonical(value: Json): string {
  return canonicalBytes(value).toString();
}

/** The same as UTF-8, after `room` zero bytes. */
export function canonicalBytes(value: Json, room = 0): Buffer {
  const end = write(value, 0, 1);
  if (end > limits.entryBytes) return refuse(`${end} bytes or more, at most ${limits.entryBytes}`);
  const bytes = Buffer.allocUnsafe(room + end);
  for (let i = 0; i < room; i++) bytes[i] = 0;
  sheet.copy(bytes, room, 0, end);
  return bytes;
}

/** Reads bytes that must be the canonical spelling of what they say: encodes them again and compares. REC_NONCANON. */
export function parseCanonical(bytes: Buffer): Result<Json> {
  if (bytes.length > limits.entryBytes)
    return bad("REC_NONCANON", `${bytes.length} bytes, at most ${limits.entryBytes}`);
  try {
    // What is not UTF-8 becomes another character here, and so other bytes below.
    const value = JSON.parse(bytes.toString()) as Json;
    return bytes.equals(canonicalBytes(value)) ? good(value) : bad("REC_NONCANON", "not the canonical spelling");
  } catch (error) {
    if (error instanceof Fault) return bad("REC_NONCANON", error.message);
    return bad("REC_NONCANON", "not UTF-8 JSON");
  }
}

/**
 * Where a value is spelt out before it is copied, so that no text is joined piece by piece: half the time of an entry. What
 * is written beyond its end is lost, but the place is counted on. Each write takes the place to begin at and returns the next.
 */
const sheet = Buffer.alloc(limits.entryBytes);

const refuse = (detail: string): never => {
  throw new Fault("REC_NONCANON", detail);
};

function write(value: Json, at: number, depth: number): number {
  if (typeof value === "string") return text(value, at);
  if (typeof value === "number") return integer(value, at);
  if (value === null) return ascii("null", at);
  if (typeof value === "boolean") return ascii(value ? "true" : "false", at);
  if (typeof value !== "object") return refuse(`a ${typeof value} has no place in an entry`);
  if (depth > limits.depth) return refuse(`deeper than ${limits.depth}`);
  return isArray(value) ? list(value, at, depth + 1) : members(value, at, depth + 1);
}

const isArray = (value: object): value is readonly Json[] => Array.isArray(value);

function ascii(value: string, at: number): number {
  for (let i = 0; i < value.length; i++) sheet[at + i] = value.charCodeAt(i);
  return at + value.length;
}

/** Printable ASCII without quote and backslash is its own spelling, and NFC. */
function text(value: string, at: number): number {
  if (value.length >= LONG) return longText(value, at);
  let end = at;
  sheet[end++] = QUOTE;
  for (let i = 0; i < value.length; i++) {
    const unit = value.charCodeAt(i);
    if (unit < 0x20 || unit > 0x7e || unit === QUOTE || unit === 0x5c) return otherText(value, at);
    sheet[end++] = unit;
  }
  sheet[end++] = QUOTE;
  return end;
}

/** From this length on, one call for the whole text takes less time than a step for each character. */
const LONG = 24;
const OWN_SPELLING = /^[ !#-[\]-~]*$/;

function longText(value: string, at: number): number {
  const end = at + value.length + 2;
  if (!OWN_SPELLING.test(value)) return otherText(value, at);
  if (end > sheet.length) return end;
  sheet[at] = QUOTE;
  sheet.write(value, at + 1, "latin1");
  sheet[end - 1] = QUOTE;
  return end;
}

function otherText(value: string, at: number): number {
  if (FORBIDDEN.test(value)) return refuse("a control character or half a surrogate pair in a string");
  if (value.normalize("NFC") !== value) return refuse("a string is not in Unicode form NFC");
  const spelt = Buffer.from(JSON.stringify(value));
  if (at < sheet.length) spelt.copy(sheet, at);
  return at + spelt.length;
}

function integer(value: number, at: number): number {
  if (!Number.isSafeInteger(value) || Object.is(value, -0))
    return refuse(`${value} is not a whole number within 2^53-1`);
  if (value < 0) {
    sheet[at] = MINUS;
    return integer(-value, at + 1);
  }
  if (value < HALF) return digits(value, at, lengthOf(value));
  const upper = Math.floor(value / HALF);
  return digits(value - upper * HALF, digits(upper, at, lengthOf(upper)), 8);
}

/** A time in milliseconds has 13 digits, and the text of so large a number takes three times as long as its two halves. */
const HALF = 1e8;

function lengthOf(value: number): number {
  let length = 1;
  for (let power = 10; power <= value; power *= 10) length++;
  return length;
}

/** Writes `length` digits of a number below 10^8, with zeros before it. */
function digits(value: number, at: number, length: number): number {
  let rest = value;
  for (let i = at + length - 1; i >= at; i--) {
    const tenth = Math.floor(rest / 10);
    sheet[i] = 0x30 + rest - tenth * 10;
    rest = tenth;
  }
  return at + length;
}

function list(values: readonly Json[], at: number, depth: number): number {
  let end = at;
  sheet[end++] = 0x5b;
  for (let i = 0; i < values.length; i++) {
    if (i > 0) sheet[end++] = COMMA;
    end = write(values[i] as Json, end, depth);
  }
  sheet[end++] = 0x5d;
  return end;
}

/** Most objects come sorted, and a walk by for-in takes no list of their names. Entries have no prototype but Object's. */
function members(value: { readonly [name: string]: Json | undefined }, at: number, depth: number): number {
  let end = at;
  let before = "";
  sheet[end++] = 0x7b;
  for (const named in value) {
    if (named < before) return unsorted(value, at, depth);
    before = named;
    end = member(named, value[named], end, at, depth);
  }
  sheet[end++] = 0x7d;
  return end;
}

/** Names are ASCII, so comparing UTF-16 units, as JCS asks, and comparing bytes is the same. */
function unsorted(value: { readonly [name: string]: Json | undefined }, at: number, depth: number): number {
  let end = at;
  sheet[end++] = 0x7b;
  for (const named of Object.keys(value).sort()) end = member(named, value[named], end, at, depth);
  sheet[end++] = 0x7d;
  return end;
}

function member(named: string, value: Json | undefined, at: number, begin: number, depth: number): number {
  if (value === undefined) return at;
  let end = at;
  if (end > begin + 1) sheet[end++] = COMMA;
  return write(value, name(named, end), depth);
}

/** [A-Za-z0-9._-]{1,32}; not __proto__, which readers in JavaScript may lose. */
function name(value: string, at: number): number {
  let end = at;
  if (value.length === 0 || value.length > limits.name || value === "__proto__") return refuseName(value);
  sheet[end++] = QUOTE;
  for (let i = 0; i < value.length; i++) {
    const unit = value.charCodeAt(i);
    const letter = (unit >= 0x61 && unit <= 0x7a) || (unit >= 0x41 && unit <= 0x5a);
    if (!letter && !(unit >= 0x30 && unit <= 0x39) && unit !== 0x2e && unit !== 0x5f && unit !== 0x2d)
      return refuseName(value);
    sheet[end++] = unit;
  }
  sheet[end++] = QUOTE;
  sheet[end++] = 0x3a;
  return end;
}

const refuseName = (value: string): never => refuse(`"${value.slice(0, 40)}" cannot be a member's name`);

const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
