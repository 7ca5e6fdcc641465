import type { Image } from "./image.ts";
import type { Table } from "./model.ts";

/** Modbus exception codes (Application Protocol V1.1b3, 7). */
export const exceptions = { function: 1, address: 2, value: 3, busy: 6, gatewayTarget: 11 } as const;
const tables: Readonly<Record<number, Table>> = { 1: "coil", 2: "discrete", 3: "holding", 4: "input" };

/** A read that was answered, an answer of another kind, or the exception it was answered with. */
export type Answer =
  | { readonly pdu: Buffer }
  | { readonly pdu: Buffer; readonly table: Table; readonly start: number; readonly count: number }
  | { readonly pdu: Buffer; readonly exception: number };

export const exceptionPdu = (fc: number, code: number): Buffer => Buffer.from([fc | 0x80, code]);

/**
 * Answers a request PDU (function code, start, count) as a device with this image does: function codes other than 1 to 4
 * give exception 1, a count out of bounds 3, and a request that touches one unimplemented address 2 for the whole.
 */
export function answer(image: Image, request: Buffer, maxRegisters: number): Answer {
  const fc = request[0] ?? 0;
  const refuse = (exception: number): Answer => ({ pdu: exceptionPdu(fc, exception), exception });
  const table = tables[fc];
  if (table === undefined) return refuse(exceptions.function);
  if (request.length !== 5) return refuse(exceptions.value);
  const start = request.readUInt16BE(1);
  const count = request.readUInt16BE(3);
  const inBits = fc <= 2;
  if (count < 1 || count > (inBits ? 2000 : maxRegisters)) return refuse(exceptions.value);
  const cells = Array.from({ length: count }, (_, index) => image[table].get(start + index));
  if (!cells.every((cell) => cell !== undefined)) return refuse(exceptions.address);
  const data = inBits ? packBits(cells) : Buffer.from(cells.flatMap((word) => [word >> 8, word & 0xff]));
  return { pdu: Buffer.concat([Buffer.from([fc, data.length]), data]), table, start, count };
}

/** The first bit is the lowest of the first byte; unused bits are 0. */
function packBits(bits: readonly number[]): Buffer {
  const bytes = Buffer.alloc(Math.ceil(bits.length / 8));
  bits.forEach((bit, index) => {
    if (bit !== 0) bytes[index >> 3] = (bytes[index >> 3] ?? 0) | (1 << (index & 7));
  });
  return bytes;
}
