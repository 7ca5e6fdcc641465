import type { PointType, WordOrder } from "../profile.ts";
import { widthOf } from "../profile.ts";

/** What a point decodes to: 64-bit integers are bigint, strings are text, everything else is a number. */
export type Raw = number | bigint | string;

export interface Layout {
  readonly type: PointType;
  readonly order: WordOrder;
  /** Registers of a string. */
  readonly length?: number;
}

/**
 * Reads one point out of the data bytes of a reply (after the byte count). For register tables `offset` is the byte where
 * the point's first register begins; for bit tables it is the number of the bit, 0 = the first one asked for, packed lowest
 * bit first (Modbus Application Protocol 1.1b3, 6.1).
 *
 * Returns undefined for bytes that mean nothing: a BCD digit above 9, a string that is empty or unprintable, too few bytes.
 * NaN and infinities are decoded as such; what they mean is for the profile's sentinels to say.
 */
export function decodePoint(layout: Layout, data: Buffer, offset: number): Raw | undefined {
  if (layout.type === "bit") return bitAt(data, offset);
  const length = 2 * widthOf(layout);
  if (offset + length > data.length) return undefined;
  return read[layout.type](inOrder[layout.order](data.subarray(offset, offset + length)));
}

function bitAt(data: Buffer, index: number): number | undefined {
  const byte = data[index >>> 3];
  return byte === undefined ? undefined : (byte >>> (index & 7)) & 1;
}

/** Where byte i of the big-endian form lies in the n bytes received: words keep their bytes or swap them, in either order. */
const rearranged = (bytes: Buffer, from: (i: number, n: number) => number): Buffer => {
  const straight = Buffer.allocUnsafe(bytes.length);
  for (let i = 0; i < bytes.length; i++) straight[i] = bytes[from(i, bytes.length)] ?? 0;
  return straight;
};

const inOrder: Record<WordOrder, (bytes: Buffer) => Buffer> = {
  ABCD: (bytes) => bytes,
  CDAB: (bytes) => rearranged(bytes, (i, n) => n - 2 - (i & ~1) + (i & 1)),
  BADC: (bytes) => rearranged(bytes, (i) => i ^ 1),
  DCBA: (bytes) => rearranged(bytes, (i, n) => n - 1 - i),
};

const read: Record<Exclude<PointType, "bit">, (bytes: Buffer) => Raw | undefined> = {
  int16: (bytes) => bytes.readInt16BE(),
  uint16: (bytes) => bytes.readUInt16BE(),
  int32: (bytes) => bytes.readInt32BE(),
  uint32: (bytes) => bytes.readUInt32BE(),
  int64: (bytes) => bytes.readBigInt64BE(),
  uint64: (bytes) => bytes.readBigUInt64BE(),
  float32: (bytes) => bytes.readFloatBE(),
  float64: (bytes) => bytes.readDoubleBE(),
  bitfield16: (bytes) => bytes.readUInt16BE(),
  bcd16: bcd,
  bcd32: bcd,
  string: text,
};

/** Packed decimal: one digit in four bits, so the hexadecimal digits are the decimal ones. */
function bcd(bytes: Buffer): number | undefined {
  const digits = bytes.toString("hex");
  return /^\d+$/.test(digits) ? Number(digits) : undefined;
}

/** Devices pad with NUL or blanks on either side; within, only printable ASCII can be a name or a serial number. */
function text(bytes: Buffer): string | undefined {
  const trimmed = bytes.toString("latin1").replace(/^[\0 ]+|[\0 ]+$/g, "");
  return /^[\x20-\x7e]+$/.test(trimmed) ? trimmed : undefined;
}
