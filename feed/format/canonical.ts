import { bad, Fault, good, type Result } from "./faults.ts";

/** What an entry may hold. Numbers are integers; quantities are decimal strings. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json | undefined };

export const limits = { entryBytes: 16_384, depth: 6, name: 32 } as const;

// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point
const FORBIDDEN = /[\u0000-\u001f]|\p{Surrogate}/u;

/**
 * The one spelling of a value: RFC 8785 (JCS) restricted to integers within 2^53-1, no -0; names of
 * [A-Za-z0-9._-]{1,32} without __proto__, sorted; strings in NFC without control characters; depth at most 6.
 * Members that are undefined are left out. Throws Fault REC_NONCANON for what the profile forbids.
 */
export function canonical(value: Json): string {
  return write(value, 1);
}

/** Reads bytes that must be the canonical spelling of what they say: encodes them again and compares. REC_NONCANON. */
export function parseCanonical(bytes: Buffer): Result<Json> {
  if (bytes.length > limits.entryBytes)
    return bad("REC_NONCANON", `${bytes.length} bytes, at most ${limits.entryBytes}`);
  try {
    const source = utf8.decode(bytes);
    const value = JSON.parse(source) as Json;
    return canonical(value) === source ? good(value) : bad("REC_NONCANON", "not the canonical spelling");
  } catch (error) {
    if (error instanceof Fault) return bad("REC_NONCANON", error.message);
    return bad("REC_NONCANON", "not UTF-8 JSON");
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

const refuse = (detail: string): never => {
  throw new Fault("REC_NONCANON", detail);
};

function write(value: Json, depth: number): string {
  if (typeof value === "string") return text(value);
  if (typeof value === "number") return integer(value);
  if (value === null) return "null";
  if (typeof value === "boolean") return value ? "true" : "false";
  if (typeof value !== "object") return refuse(`a ${typeof value} has no place in an entry`);
  if (depth > limits.depth) return refuse(`deeper than ${limits.depth}`);
  return isArray(value) ? list(value, depth + 1) : members(value, depth + 1);
}

const isArray = (value: object): value is readonly Json[] => Array.isArray(value);

function text(value: string): string {
  if (isPlain(value)) return `"${value}"`;
  if (FORBIDDEN.test(value)) return refuse("a control character or half a surrogate pair in a string");
  if (value.normalize("NFC") !== value) return refuse("a string is not in Unicode form NFC");
  return JSON.stringify(value);
}

/** Printable ASCII without quote and backslash is its own spelling, and NFC. A loop: half the time of a pattern here. */
function isPlain(value: string): boolean {
  for (let i = 0; i < value.length; i++) {
    const unit = value.charCodeAt(i);
    if (unit < 0x20 || unit > 0x7e || unit === 0x22 || unit === 0x5c) return false;
  }
  return true;
}

function integer(value: number): string {
  if (!Number.isSafeInteger(value) || Object.is(value, -0))
    return refuse(`${value} is not a whole number within 2^53-1`);
  return `${value}`;
}

function list(values: readonly Json[], depth: number): string {
  let out = "";
  for (const value of values) out += out === "" ? write(value, depth) : `,${write(value, depth)}`;
  return `[${out}]`;
}

function members(value: { readonly [name: string]: Json | undefined }, depth: number): string {
  let out = "";
  for (const name of sortedNames(value)) {
    const member = value[name];
    if (member === undefined) continue;
    if (!isName(name)) return refuse(`"${name.slice(0, 40)}" cannot be a member's name`);
    const written = `"${name}":${write(member, depth)}`;
    out += out === "" ? written : `,${written}`;
  }
  return `{${out}}`;
}

/** Names are ASCII, so comparing UTF-16 units, as JCS asks, and comparing bytes is the same. Most objects come sorted. */
function sortedNames(value: object): readonly string[] {
  const names = Object.keys(value);
  for (let i = 1; i < names.length; i++) if ((names[i - 1] as string) > (names[i] as string)) return names.sort();
  return names;
}

/** [A-Za-z0-9._-]{1,32}; not __proto__, which readers in JavaScript may lose. */
function isName(name: string): boolean {
  if (name.length === 0 || name.length > limits.name || name === "__proto__") return false;
  for (let i = 0; i < name.length; i++) {
    const unit = name.charCodeAt(i);
    const letter = (unit >= 0x61 && unit <= 0x7a) || (unit >= 0x41 && unit <= 0x5a);
    if (!letter && !(unit >= 0x30 && unit <= 0x39) && unit !== 0x2e && unit !== 0x5f && unit !== 0x2d) return false;
  }
  return true;
}
