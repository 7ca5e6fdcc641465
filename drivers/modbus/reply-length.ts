import { type Asked, anything } from "./request.ts";

/** The longest unit id and PDU together: 1 + 253. */
const longest = 254;
/** Unit, function, MEI type, access, conformity, more follows, next object, number of objects. */
const identityHeader = 8;

/** Bytes of an exception: unit, function, code. */
export const exceptionLength = 3;

/** `replyLength` cannot be told before more bytes have come; or these bytes are no reply at all. */
export const unknownYet = 0;
export const impossible = -1;

/**
 * How long the reply to `asked` is (unit id and PDU) that begins at `at` of the bytes before `end`. Its unit, function and third byte are
 * there and fit the request.
 */
export function replyLength(asked: Asked, bytes: Uint8Array, at: number, end: number): number {
  if (((bytes[at + 1] as number) & 0x80) !== 0) return exceptionLength;
  if (asked.functionCode <= 4 || asked.functionCode === 17) return 3 + (bytes[at + 2] as number);
  if (asked.functionCode === 43) return identityLength(bytes, at, end);
  return asked.third === anything ? 2 + asked.bytes : impossible;
}

/**
 * Whether a frame that ends at `length` by its own framing, with an end or a length of its own, is a whole reply. Function 43/14 may then
 * have announced more objects than it sends: the standard's own example counts those of all replies to come.
 */
export function isWhole(asked: Asked, bytes: Uint8Array, at: number, length: number): boolean {
  const told = replyLength(asked, bytes, at, at + length);
  if (told === length || asked.functionCode !== 43) return told === length;
  return (told === unknownYet || told === impossible) && identityEnds(bytes, at, at + length).includes(length);
}

/**
 * Lengths (unit id and PDU) at which a reply to function 43/14 may end that begins at `at`: behind any of its objects, whatever number of
 * them it tells; as far as the bytes before `end` let know, and so maybe beyond them.
 */
export function identityEnds(bytes: Uint8Array, at: number, end: number): readonly number[] {
  const ends: number[] = [];
  for (let length = identityHeader; length <= longest; length += 2 + (bytes[at + length + 1] as number)) {
    ends.push(length);
    if (at + length + 2 > end) break;
  }
  return ends;
}

/** Function 43/14 does not tell its length: it is where the last object ends (Modbus Application Protocol V1.1b3, 6.21). */
function identityLength(bytes: Uint8Array, at: number, end: number): number {
  if (end - at < identityHeader) return unknownYet;
  let length = identityHeader;
  for (let left = bytes[at + 7] as number; left > 0; left--) {
    if (length + 2 > longest) return impossible;
    if (at + length + 2 > end) return unknownYet;
    length += 2 + (bytes[at + length + 1] as number);
  }
  return length > longest ? impossible : length;
}
