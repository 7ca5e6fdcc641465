import type { Read } from "../driver.ts";
import { type Field, FieldCutter, type Part, takeParts } from "../fields.ts";
import { type ModbusProfile, type PointType, tables, type WordOrder, widthOf } from "../profile.ts";
import { decodePoint } from "./decode.ts";
import { takeIdentity, takeServerId } from "./identity-fields.ts";

/** Modbus Application Protocol V1.1b3, 6. */
const functions: Readonly<Record<number, string>> = {
  1: "read coils",
  2: "read discrete inputs",
  3: "read holding registers",
  4: "read input registers",
  17: "report server id",
  43: "read identification",
};
/** The same, 7. */
const exceptions: Readonly<Record<number, string>> = {
  1: "illegal function",
  2: "illegal data address",
  3: "illegal data value",
  4: "server device failure",
  5: "acknowledge: it takes long",
  6: "server device busy",
  8: "memory parity error",
  10: "gateway path unavailable",
  11: "gateway: no response from the device",
};

const word = (bytes: Buffer): string => String(bytes.readUIntBE(0, bytes.length));
const functionName = (bytes: Buffer): string => {
  const code = bytes[0] as number;
  const name = functions[code & 0x7f] ?? `function ${code & 0x7f}`;
  return code & 0x80 ? `refused: ${name}` : name;
};

/** What the profile calls the places in a reply. */
export type ModbusNames = Pick<ModbusProfile, "points" | "status" | "settings">;

/** A question by a maker's own function, as the plan writes it: id, unit, function, data, bytes of the reply. */
const own = (read: string): { readonly id: string; readonly bytes: Buffer } => {
  const [id = "", unit, code, data = ""] = read.split(":");
  return { id, bytes: Buffer.concat([Buffer.from([Number(unit), Number(code)]), Buffer.from(data, "hex")]) };
};

/** The request of a read of the plan, unit id and PDU, without header or check. */
export function requestBytes(read: Read): Buffer {
  if (typeof read === "string") return own(read).bytes;
  const bytes = Buffer.alloc(6);
  const [unit, code, start, count] = read;
  bytes.writeUInt8(unit, 0);
  bytes.writeUInt8(code, 1);
  bytes.writeUInt16BE(start, 2);
  bytes.writeUInt16BE(count, 4);
  return bytes;
}

export function requestFields(read: Read): readonly Field[] {
  const cutter = new FieldCutter(requestBytes(read));
  cutter.take(1, "unit", word);
  cutter.take(1, "function", functionName);
  if (typeof read === "string") return cutter.rest("data");
  cutter.take(2, "start", word);
  cutter.take(2, "count", word);
  return cutter.fields;
}

/** A reply as it is kept, unit id and PDU: whatever it is, each of its bytes in one field. */
export function replyFields(read: Read, reply: Buffer, names: ModbusNames): readonly Field[] {
  const cutter = new FieldCutter(reply);
  cutter.take(1, "unit", word);
  const code = cutter.take(1, "function", functionName)[0] ?? 0;
  if ((code & 0x80) !== 0) cutter.take(1, "exception", ([number = 0]) => exceptionName(number));
  else if (code === 43) takeIdentity(cutter);
  else if (code === 17) takeServerId(cutter);
  else if (typeof read === "string") takeParts(cutter, cutter.left, ownParts(read, names), 2, (at) => `byte ${at}`);
  else {
    const count = cutter.take(1, "bytes", word)[0] ?? 0;
    const [, , start] = read;
    if (code <= 2) takeBits(cutter, count, start, namesAt(read, names));
    else takeParts(cutter, count, registerParts(read, names), 2, (at) => `register ${start + at / 2}`);
  }
  return cutter.rest("beyond the end");
}

const exceptionName = (code: number): string => `${code}: ${exceptions[code] ?? "not in the standard"}`;

interface Named {
  readonly id: string;
  readonly address: number;
  readonly type: PointType;
  readonly length?: number;
  readonly order: WordOrder;
}

type AnyPoint = ModbusNames["points" | "status" | "settings"][number];
const all = ({ points, status, settings }: ModbusNames): readonly AnyPoint[] => [...points, ...status, ...settings];
const orderOf = (point: AnyPoint): WordOrder => ("order" in point ? point.order : "ABCD");
const partOf = (point: AnyPoint, at: number): Part => ({
  at,
  length: 2 * widthOf(point),
  id: point.id,
  says: (bytes) => {
    const raw = decodePoint({ ...point, order: orderOf(point) }, bytes, 0) ?? "?";
    // Seven digits are what a float32 holds; the others are those of its nearest double.
    return point.type === "float32" && typeof raw === "number" ? String(Number(raw.toPrecision(7))) : String(raw);
  },
});

function namesAt([, code]: Exclude<Read, string>, names: ModbusNames): readonly Named[] {
  return all(names).flatMap((point) => {
    if (!("table" in point.at) || tables[point.at.table] !== code) return [];
    return { ...point, order: orderOf(point), address: point.at.address };
  });
}

function registerParts(read: Exclude<Read, string>, names: ModbusNames): readonly Part[] {
  return all(names).flatMap((point) => {
    if (!("table" in point.at) || tables[point.at.table] !== read[1]) return [];
    return partOf(point, 2 * (point.at.address - read[2]));
  });
}

function ownParts(read: string, names: ModbusNames): readonly Part[] {
  const { id } = own(read);
  return all(names).flatMap((point) =>
    "request" in point.at && point.at.request === id ? partOf(point, point.at.offset) : [],
  );
}

/** Eight bits a byte, the first one lowest (6.1). */
function takeBits(cutter: FieldCutter, count: number, start: number, named: readonly Named[]): void {
  for (let i = 0; i < count && cutter.left > 0; i++) {
    const first = start + 8 * i;
    const here = named.filter(({ address }) => address >= first && address < first + 8);
    const says = ([byte = 0]: Buffer): string =>
      here.map(({ id, address }) => `${id} ${(byte >> (address - first)) & 1}`).join(", ");
    cutter.take(1, `bits ${first} to ${first + 7}`, says);
  }
}
