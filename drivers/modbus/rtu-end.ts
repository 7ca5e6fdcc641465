import { crcHolds } from "./crc.ts";
import { identityEnds, impossible, replyLength, unknownYet } from "./reply-length.ts";
import type { Asked } from "./request.ts";

const crcBytes = 2;

/** How long a frame is with its CRC, and whether that holds; or that this is no reply; or that more bytes must come to tell. */
export type RtuEnd = { readonly length: number; readonly good: boolean } | "noise" | "wait";

/**
 * Where the reply to `asked` ends that begins at `at` of the bytes before `end`. Its unit, function and third byte are there and fit. A
 * reply to function 43/14 may tell more objects than it holds: the standard's own example counts those of all replies to come (Modbus
 * Application Protocol V1.1b3, 6.21). It then ends behind the object where the CRC holds; where it holds by chance, once in 65,536 pieces
 * of such a reply, its last objects are lost.
 */
export function rtuEnd(asked: Asked, bytes: Uint8Array, at: number, end: number): RtuEnd {
  const left = end - at;
  const body = replyLength(asked, bytes, at, end);
  const holds = (length: number): boolean => length + crcBytes <= left && crcHolds(bytes, at, at + length + crcBytes);
  const isCounted = body !== unknownYet && body !== impossible;
  if (isCounted && holds(body)) return { length: body + crcBytes, good: true };
  const ends = bytes[at + 1] === 43 ? identityEnds(bytes, at, end) : [];
  const early = ends.findLast((length) => (!isCounted || length < body) && holds(length));
  if (early !== undefined) return { length: early + crcBytes, good: true };
  if (isCounted) return left < body + crcBytes ? "wait" : { length: body + crcBytes, good: false };
  return body === unknownYet || left < (ends.at(-1) ?? 0) + crcBytes ? "wait" : "noise";
}
