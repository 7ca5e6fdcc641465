import { addressFrom } from "./address.ts";

/** Frames of DL/T 645-1997 and -2007, 5.2: 68 A0..A5 68 C L DATA CS 16; every data byte is sent with 33 added. */
export const startByte = 0x68;
export const endByte = 0x16;
export const offset = 0x33;
/** Sent before a frame to wake the receiver (2007, 5.3.1: four of them). */
export const wakeByte = 0xfe;
/** Bytes of a frame that are not data. */
export const overheadBytes = 12;
/** Data of a read, at most (DL/T 645-2007, 5.2.5). */
export const mostData = 200;

/** Bits of a control code (5.2.4). */
export const control = { reply: 0x80, refused: 0x40, more: 0x20, function: 0x1f } as const;

export interface Frame {
  readonly address: string;
  readonly control: number;
  /** With 33 taken off again. */
  readonly data: Buffer;
}

export const checksum = (bytes: Buffer, from: number, to: number): number => {
  let sum = 0;
  for (let i = from; i < to; i++) sum += bytes[i] ?? 0;
  return sum & 0xff;
};

/** What begins at a byte: a frame of `length` bytes, the start of one, or none. `spoilt`: its length and ends are right, its sum is not. */
export type Found = { readonly is: "wait" } | { readonly is: "noise" } | Whole;
export interface Whole {
  readonly is: "frame" | "spoilt";
  readonly frame: Frame;
  readonly length: number;
}

export function frameAt(bytes: Buffer, at: number, end: number): Found {
  if (bytes[at] !== startByte) return { is: "noise" };
  if (at + 7 < end && bytes[at + 7] !== startByte) return { is: "noise" };
  if (at + 9 < end && (bytes[at + 9] as number) > mostData) return { is: "noise" };
  if (at + overheadBytes > end) return { is: "wait" };
  const size = bytes[at + 9] as number;
  const length = overheadBytes + size;
  if (at + length > end) return { is: "wait" };
  if (bytes[at + length - 1] !== endByte) return { is: "noise" };
  const data = Buffer.from(bytes.subarray(at + 10, at + 10 + size)).map((byte) => (byte - offset) & 0xff) as Buffer;
  const frame = { address: addressFrom(bytes.subarray(at + 1, at + 7)), control: bytes[at + 8] as number, data };
  const holds = checksum(bytes, at, at + length - 2) === bytes[at + length - 2];
  return { is: holds ? "frame" : "spoilt", frame, length };
}
