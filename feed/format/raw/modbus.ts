import type { Grammar, Place, Read } from "./place.ts";
import type { Raw } from "./scaled.ts";

/** Registers of each type; of a string the type ends with their number, a bit has none. */
const widths: Readonly<Record<string, number>> = {
  int16: 1,
  uint16: 1,
  bitfield16: 1,
  bcd16: 1,
  int32: 2,
  uint32: 2,
  float32: 2,
  bcd32: 2,
  int64: 4,
  uint64: 4,
  float64: 4,
};

interface Layout {
  readonly order: string;
  /** Bytes. */
  readonly width: number;
  readonly read: (bytes: Buffer, at: number) => Raw | undefined;
}

/** "<unit>:<fc>:<start>:<type>:<order>", or "<unit>:<request>+<byte>:<type>:<order>" in a reply to a function of the maker's own. */
export const modbus: Grammar = (source, reads) => {
  if (source.length === 5) return inRegisters(source, reads);
  const [unit, where = "", type = "", order = ""] = source;
  const [, request, byte] = /^([^+]+)\+(\d{1,3})$/.exec(where) ?? [];
  const layout = layoutOf(type, order);
  if (source.length !== 4 || request === undefined || layout === undefined) return undefined;
  return reads.flatMap((read, index): Place[] => {
    if (typeof read !== "string" || !read.startsWith(`${request}:${unit}:`)) return [];
    const code = Number(read.split(":")[2]);
    return [
      { read: index, decode: (reply) => (reply[1] === code ? decode(layout, reply, 2 + Number(byte)) : undefined) },
    ];
  });
};

function inRegisters(source: readonly string[], reads: readonly Read[]): readonly Place[] | undefined {
  const [unit, code, hex = "", type = "", order = ""] = source;
  if (!/^[0-9a-f]{4}$/.test(hex)) return undefined;
  const start = Number.parseInt(hex, 16);
  const layout = layoutOf(type, order);
  if (type !== "bit" && layout === undefined) return undefined;
  const length = layout === undefined ? 1 : layout.width / 2;
  return reads.flatMap((read, index): Place[] => {
    if (typeof read === "string" || String(read[0]) !== unit || String(read[1]) !== code) return [];
    const [, , first, count] = read;
    if (start < first || start + length > first + count) return [];
    const bytes = layout === undefined ? Math.ceil(count / 8) : 2 * count;
    const at = start - first;
    return [
      {
        read: index,
        // Function code and byte count of Modbus Application Protocol V1.1b3, 6.1 to 6.4.
        decode: (reply) => {
          if (reply[1] !== read[1] || reply[2] !== bytes) return undefined;
          if (layout !== undefined) return decode(layout, reply, 3 + 2 * at);
          const byte = reply[3 + Math.floor(at / 8)];
          return byte === undefined ? undefined : Math.floor(byte / 2 ** (at % 8)) % 2;
        },
      },
    ];
  });
}

function layoutOf(type: string, order: string): Layout | undefined {
  if (!/^(ABCD|CDAB|BADC|DCBA)$/.test(order)) return undefined;
  const text = /^string(\d{1,3})$/.exec(type);
  const width = text ? Number(text[1]) : widths[type];
  if (width === undefined || width === 0) return undefined;
  return { order, width: 2 * width, read: (!text && byType[type]) || (text ? textOf(2 * width) : digitsOf(2 * width)) };
}

function decode({ order, read, width }: Layout, reply: Buffer, at: number): Raw | undefined {
  if (at + width > reply.length) return undefined;
  return order === "ABCD" ? read(reply, at) : read(straight(reply.subarray(at, at + width), order), 0);
}

const byType: Readonly<Record<string, (bytes: Buffer, at: number) => Raw>> = {
  int16: (bytes, at) => bytes.readInt16BE(at),
  uint16: (bytes, at) => bytes.readUInt16BE(at),
  bitfield16: (bytes, at) => bytes.readUInt16BE(at),
  int32: (bytes, at) => bytes.readInt32BE(at),
  uint32: (bytes, at) => bytes.readUInt32BE(at),
  int64: (bytes, at) => bytes.readBigInt64BE(at),
  uint64: (bytes, at) => bytes.readBigUInt64BE(at),
  float32: (bytes, at) => bytes.readFloatBE(at),
  float64: (bytes, at) => bytes.readDoubleBE(at),
};
const textOf =
  (width: number): Layout["read"] =>
  (bytes, at) =>
    printable(bytes.toString("latin1", at, at + width));
/** BCD: four bits a digit. */
const digitsOf =
  (width: number): Layout["read"] =>
  (bytes, at) => {
    const digits = bytes.toString("hex", at, at + width);
    return /^\d+$/.test(digits) ? Number(digits) : undefined;
  };

/** The big-endian form: words in reverse order (CDAB), bytes of each word swapped (BADC), or both (DCBA). */
function straight(bytes: Buffer, order: string): Buffer {
  const all = Buffer.from(bytes);
  if (order !== "CDAB") all.swap16();
  if (order === "BADC") return all;
  const words = Array.from({ length: all.length / 2 }, (_, i) => all.subarray(2 * i, 2 * i + 2));
  return Buffer.concat(words.reverse());
}

/** Without the NUL and blanks that devices fill up with. */
export function printable(text: string): string | undefined {
  const trimmed = text.replace(/^[\0 ]+|[\0 ]+$/g, "");
  return /^[\x20-\x7e]+$/.test(trimmed) ? trimmed : undefined;
}
