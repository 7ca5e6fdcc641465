import { printable } from "./modbus.ts";
import type { Grammar, Place } from "./place.ts";
import type { Raw } from "./scaled.ts";

/** Each byte of the data is sent with 33 (hexadecimal) added; the lowest byte of a value comes first (DL/T 645-2007, 5.2.6). */
const added = 0x33;

/** "<address>:<data identifier>+<byte>:<type><bytes>", of the request "<address>:<data identifier>". */
export const dlt645: Grammar = (source, reads) => {
  const [address, where = "", layout = ""] = source;
  const [, di, byte] = /^([0-9A-F]{4}|[0-9A-F]{8})\+(\d{1,3})$/.exec(where) ?? [];
  const [, type, length] = /^(bcd|sbcd|uint|digits|text)(\d{1,3})$/.exec(layout) ?? [];
  if (source.length !== 3 || di === undefined || type === undefined || Number(length) === 0) return undefined;
  return reads.flatMap((read, index): Place[] =>
    read === `${address}:${di}`
      ? [{ read: index, decode: (frame) => decode(frame, di, Number(byte), type, Number(length)) }]
      : [],
  );
};

/** A frame is 68 A0..A5 68 C L DATA CS 16 (5.2); an answer to a read has bit 8 of C and not bit 7 (5.2.4). */
function decode(frame: Buffer, di: string, byte: number, type: string, length: number): Raw | undefined {
  const control = frame[8] ?? 0;
  if (frame[0] !== 0x68 || frame[7] !== 0x68 || control < 0x80 || control >= 0xc0) return undefined;
  const size = frame[9] ?? 0;
  if (10 + size > frame.length) return undefined;
  const data = Buffer.from(frame.subarray(10, 10 + size).map((sent) => (sent - added + 256) % 256));
  const named = di.length / 2;
  const is = Buffer.from(data.subarray(0, named)).reverse().toString("hex").toUpperCase();
  const from = named + byte;
  if (is !== di || from + length > data.length) return undefined;
  return read(Buffer.from(data.subarray(from, from + length)).reverse(), type);
}

/** `bytes` with the highest first; the sign of an sbcd is its highest bit (Annex A). */
function read(bytes: Buffer, type: string): Raw | undefined {
  if (type === "text") return printable(bytes.toString("latin1"));
  if (type === "uint") return BigInt(`0x${bytes.toString("hex")}`);
  const minus = type === "sbcd" && (bytes[0] ?? 0) >= 0x80;
  if (minus) bytes[0] = (bytes[0] ?? 0) - 0x80;
  const digits = bytes.toString("hex");
  if (!/^\d+$/.test(digits)) return undefined;
  return type === "digits" ? digits : BigInt(digits) * (minus ? -1n : 1n);
}
