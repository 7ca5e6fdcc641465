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
  readonly type: string;
  readonly order: string;
  /** Bytes. */
  readonly width: number;
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
  return width === undefined || width === 0 ? undefined : { type: text ? "string" : type, order, width: 2 * width };
}

function decode({ type, order, width }: Layout, reply: Buffer, at: number): Raw | undefined {
  if (at + width > reply.length) return undefined;
  const bytes = order === "ABCD" ? reply : straight(reply.subarray(at, at + width), order);
  const from = order === "ABCD" ? at : 0;
  switch (type) {
    case "int16":
      return bytes.readInt16BE(from);
    case "uint16":
    case "bitfield16":
      return bytes.readUInt16BE(from);
    case "int32":
      return bytes.readInt32BE(from);
    case "uint32":
      return bytes.readUInt32BE(from);
    case "int64":
      return bytes.readBigInt64BE(from);
    case "uint64":
      return bytes.readBigUInt64BE(from);
    case "float32":
      return bytes.readFloatBE(from);
    case "float64":
      return bytes.readDoubleBE(from);
    case "string":
      return printable(bytes.toString("latin1", from, from + width));
    default: {
      const digits = bytes.toString("hex", from, from + width);
      return /^\d+$/.test(digits) ? Number(digits) : undefined;
    }
  }
}

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
