import { type Field, FieldCutter, takeParts } from "../fields.ts";
import type { Dlt645Profile } from "../profile.ts";
import { addressFrom } from "./address.ts";
import { checksum, control, offset } from "./frame.ts";
import { refused } from "./refused.ts";
import { type Edition, encodeRead, type MeterRequest } from "./request.ts";

/** What the profile calls the places in a reply. */
export type MeterNames = Pick<Dlt645Profile, "protocol" | "points" | "status" | "settings">;

const plain = (bytes: Buffer): Buffer => Buffer.from(bytes).map((byte) => (byte - offset) & 0xff) as Buffer;
const hex = (bytes: Buffer): string => Buffer.from(bytes).reverse().toString("hex").toUpperCase();
const editionOf = (names: MeterNames): Edition => (names.protocol === "dlt645-2007" ? "2007" : "1997");

function controlName(code: number): string {
  const asks = { 1: "read (1997)", 17: "read", 18: "read on", 19: "read the address" } as Record<number, string>;
  const what = asks[code & control.function] ?? `function ${(code & control.function).toString(16)}`;
  if ((code & control.reply) === 0) return what;
  const more = code & control.more ? ", more follows" : "";
  return code & control.refused ? `refuses: ${what}` : `answers: ${what}${more}`;
}

/** The request of a read of the plan ("<address>:<data identifier>"), without wake-up bytes; empty if it is none. */
export function requestBytes(read: string, names: MeterNames): Buffer {
  const [address = "", di = ""] = read.split(":");
  const request: MeterRequest = { edition: editionOf(names), read: "data", di };
  try {
    return encodeRead(address, request, 0);
  } catch {
    return Buffer.alloc(0);
  }
}

/** A whole frame: whatever it is, each of its bytes in one field. Data are told with the 33 taken off that is on the wire. */
export function frameFields(frame: Buffer, names: MeterNames): readonly Field[] {
  const cutter = new FieldCutter(frame);
  cutter.take(1, "start");
  cutter.take(6, "address", addressFrom);
  cutter.take(1, "start");
  const code = cutter.take(1, "control", ([byte = 0]) => controlName(byte))[0] ?? 0;
  const said = cutter.take(1, "length", ([byte = 0]) => String(byte))[0] ?? 0;
  const length = Math.max(0, Math.min(said, cutter.left - 2));
  takeData(cutter, length, code, frame, names);
  const sum = checksum(frame, 0, Math.max(0, frame.length - 2));
  const holds = ([byte = 0]: Buffer): string => (byte === sum ? "right" : `wrong: it is ${sum.toString(16)}`);
  cutter.take(1, "sum", holds);
  cutter.take(1, "end");
  return cutter.rest("beyond the end");
}

function takeData(cutter: FieldCutter, length: number, code: number, frame: Buffer, names: MeterNames): void {
  const edition = editionOf(names);
  if (code & control.refused) {
    const why = (bytes: Buffer): string => refused(edition, "", plain(bytes)[0]).detail.replace(/^.*refuses:? ?/, "");
    cutter.take(Math.min(1, length), "error", why);
    if (length > 1) cutter.take(length - 1, "data");
    return;
  }
  const size = Math.min(length, edition === "2007" ? 4 : 2);
  const di = hex(plain(frame.subarray(10, 10 + size)));
  cutter.take(size, "identifier", (bytes) => hex(plain(bytes)));
  const parts = [...names.points, ...names.status, ...names.settings].flatMap((point) => {
    if (point.at.di !== di) return [];
    const bytes = "length" in point ? point.length : point.type === "bitfield16" ? 2 : 1;
    const says = (data: Buffer): string => hex(plain(data.subarray(0, bytes)));
    return { at: point.at.offset, length: bytes, id: point.id, says };
  });
  const rest = length - size;
  const covered = Math.max(0, ...parts.map(({ at, length }) => Math.min(rest, at + length)));
  takeParts(cutter, covered, parts, 1, (at) => `byte ${at}`);
  if (rest > covered) cutter.take(rest - covered, "data", (bytes) => hex(plain(bytes)));
}
