import { limits } from "../canonical.ts";
import { COMMA, isDigit, literal, nameBytes, plainBytes, QUOTE, skip, skipClass } from "./tokens.ts";

/**
 * Where the readings of a frame stand in its bytes, in the order of their names. Overwritten by the next frame, so that a month
 * needs no more memory than a frame.
 */
export interface Readings {
  count: number;
  readonly nameFrom: Int32Array;
  readonly nameTo: Int32Array;
  /** -1 for a reading without a value. */
  readonly valueFrom: Int32Array;
  readonly valueTo: Int32Array;
  /** Of "-12.50" -1250 and 2; places are -1 where the value is text, or no number in its shortest spelling. */
  readonly digits: Float64Array;
  readonly places: Int8Array;
  /** Code of the letter. */
  readonly flag: Uint8Array;
  readonly names: Names;
}

/** The names of the frame before: nearly always those of the next. */
interface Names {
  /** Another number for other names. */
  layout: number;
  count: number;
  readonly bytes: Buffer;
  /** Where each begins, and the last ends. */
  readonly at: Int32Array;
}

/** More do not fit into an entry. */
const most = 1400;

export const newReadings = (): Readings => ({
  count: 0,
  nameFrom: new Int32Array(most),
  nameTo: new Int32Array(most),
  valueFrom: new Int32Array(most),
  valueTo: new Int32Array(most),
  digits: new Float64Array(most),
  places: new Int8Array(most),
  flag: new Uint8Array(most),
  names: { layout: 0, count: 0, bytes: Buffer.alloc(limits.entryBytes), at: new Int32Array(most + 1) },
});

const [longestName, longest, mostDigits] = [32, 255, 15];
const OPENED = literal('":[');
const NULL = literal('null,"');
const VALUED = literal('","');
const CLOSE = 0x7d;
const [BRACKET, MINUS, POINT, ZERO, N] = [0x5d, 0x2d, 0x2e, 0x30, 0x4e];
const flagged = Uint8Array.from({ length: 256 }, (_, byte) => Number("NFMSDCTB".includes(String.fromCharCode(byte))));
const PROTO = literal("__proto__");

/** Readings from behind the brace that opens them to behind the one that closes them, or -1. */
export function scanReadings(bytes: Uint8Array, begin: number, into: Readings): number {
  into.count = 0;
  if (bytes[begin] === CLOSE) return begin + 1;
  for (let at = begin; into.count < most; ) {
    const from = at + 1;
    if (bytes[at] !== QUOTE) return -1;
    const to = skipSame(bytes, from, into) || skipName(bytes, from, into);
    if (to < 0) return -1;
    into.nameFrom[into.count] = from;
    into.nameTo[into.count] = to;
    at = skip(bytes, to, OPENED);
    if (at >= 0) at = scanReading(bytes, at, into);
    if (at < 0) return -1;
    into.count++;
    if (bytes[at] === CLOSE) return at + 1;
    if (bytes[at] !== COMMA) return -1;
    at++;
  }
  return -1;
}

/** Behind the name that the frame before had here; 0 where it is another. */
function skipSame(bytes: Uint8Array, from: number, { count, names }: Readings): number {
  if (count >= names.count) return 0;
  let to = from;
  for (let i = names.at[count] as number; i < (names.at[count + 1] as number); i++, to++)
    if (bytes[to] !== names.bytes[i]) return 0;
  return bytes[to] === QUOTE ? to : 0;
}

/** Behind a name that comes after the one before it, or -1; it is kept for the next frame. */
function skipName(bytes: Uint8Array, from: number, { count, nameFrom, nameTo, names }: Readings): number {
  const to = skipClass(bytes, from, nameBytes);
  if (!isName(bytes, from, to)) return -1;
  if (count > 0 && !ascends(bytes, nameFrom[count - 1] as number, nameTo[count - 1] as number, from, to)) return -1;
  const begin = names.at[count] as number;
  for (let i = from; i < to; i++) names.bytes[begin + i - from] = bytes[i] as number;
  names.at[count + 1] = begin + to - from;
  names.count = count + 1;
  names.layout++;
  return to;
}

export const isName = (bytes: Uint8Array, from: number, to: number): boolean =>
  to > from && to - from <= longestName && skip(bytes, from, PROTO) !== to;

/** Whether the name [from, to) comes after the name [a, b). */
export function ascends(bytes: Uint8Array, a: number, b: number, from: number, to: number): boolean {
  const common = Math.min(to - from, b - a);
  for (let i = 0; i < common; i++) {
    const difference = (bytes[from + i] as number) - (bytes[a + i] as number);
    if (difference !== 0) return difference > 0;
  }
  return to - from > b - a;
}

/** `"12.5","N"]`, with a reason or without; `null,"M","why"]`. */
function scanReading(bytes: Uint8Array, begin: number, into: Readings): number {
  const isValue = bytes[begin] === QUOTE;
  let at = isValue ? scanValue(bytes, begin + 1, into) : skip(bytes, begin, NULL);
  if (at < 0) return -1;
  if (!isValue) {
    into.valueFrom[into.count] = -1;
    into.places[into.count] = -1;
  }
  const flag = bytes[at] as number;
  if (flagged[flag] !== 1 || bytes[at + 1] !== QUOTE || (!isValue && flag === N)) return -1;
  into.flag[into.count] = flag;
  at += 2;
  if (bytes[at] === BRACKET) return isValue ? at + 1 : -1;
  if (bytes[at] !== COMMA || bytes[at + 1] !== QUOTE) return -1;
  const end = skipClass(bytes, at + 2, plainBytes);
  const length = end - at - 2;
  return length > 0 && length <= longest && bytes[end] === QUOTE && bytes[end + 1] === BRACKET ? end + 2 : -1;
}

/** A value up to behind the quote that opens the flag. */
function scanValue(bytes: Uint8Array, from: number, into: Readings): number {
  const { count } = into;
  const minus = bytes[from] === MINUS;
  const first = minus ? from + 1 : from;
  let [at, digits, point] = [first, 0, -1];
  for (; ; at++) {
    const byte = bytes[at] as number;
    if (isDigit(byte)) digits = digits * 10 + byte - ZERO;
    else if (byte === POINT && point < 0) point = at;
    else break;
  }
  const wholes = (point < 0 ? at : point) - first;
  const places = point < 0 ? 0 : at - point - 1;
  const isShort = wholes === 1 || (wholes > 1 && bytes[first] !== ZERO);
  const isNumber =
    bytes[at] === QUOTE &&
    isShort &&
    (point < 0 || places > 0) &&
    wholes + places <= mostDigits &&
    !(minus && digits === 0);
  into.digits[count] = minus ? -digits : digits;
  into.places[count] = isNumber ? places : -1;
  const end = isNumber ? at : skipClass(bytes, from, plainBytes);
  into.valueFrom[count] = from;
  into.valueTo[count] = end;
  return end === from || end - from > longest ? -1 : skip(bytes, end, VALUED);
}
