import { Fault } from "../../feed/format/faults.ts";
import type { Question } from "../line/questions.ts";
import { addressOnWire, addressProblem } from "./address.ts";
import { checksum, endByte, type Frame, frameAt, offset, overheadBytes, startByte, wakeByte } from "./frame.ts";

export type Edition = "2007" | "1997";

/** A read of a meter. `di` is the data identifier as the standard prints it, highest byte first: 8 hexadecimal digits, in 1997 4. */
export type MeterRequest =
  | { readonly edition: Edition; readonly read: "data"; readonly di: string; readonly bytes?: number }
  | { readonly edition: "2007"; readonly read: "address" };
export type MeterQuestion = Question<string, MeterRequest>;

/** The control codes that read (DL/T 645-2007, 7.1 and 7.3; DL/T 645-1997, 6.2): there are no others in this program. */
const readData = { "2007": 0x11, "1997": 0x01 } as const;
const readAddress = 0x13;
const diDigits = { "2007": 8, "1997": 4 } as const;
const mostWake = 8;

export const functionOf = (request: MeterRequest): number =>
  request.read === "address" ? readAddress : readData[request.edition];

/** Why this cannot be asked, or undefined. */
export function refusal(unit: string, request: MeterRequest): string | undefined {
  const problem = addressProblem(unit);
  if (problem !== undefined || request.read === "address") return problem;
  const digits = diDigits[request.edition];
  if (/^[0-9A-F]+$/.test(request.di) && request.di.length === digits) return undefined;
  return `${request.di} is not a data identifier of ${digits} hexadecimal digits`;
}

/**
 * The frame that asks.
 * @param wake FE bytes before it, 0 to 8
 * @throws Fault E_BUS_REFUSED for what is not a read
 */
export function encodeRead(unit: string, request: MeterRequest, wake = 4): Buffer {
  const why = refusal(unit, request);
  if (why !== undefined) throw new Fault("E_BUS_REFUSED", `not sent: ${why}`);
  const data = request.read === "address" ? [] : [...identifier(request.di)].map((byte) => (byte + offset) & 0xff);
  const head = [startByte, ...addressOnWire(unit), startByte, functionOf(request), data.length, ...data];
  const body = Buffer.from(head);
  const sum = checksum(body, 0, body.length);
  const woken = Buffer.alloc(Math.min(mostWake, Math.max(0, wake)), wakeByte);
  return Buffer.concat([woken, body, Buffer.from([sum, endByte])]);
}

const identifier = (di: string): Buffer => Buffer.from(di, "hex").reverse();

/** Whether the data of a reply are of this identifier. */
export const isOf = (request: MeterRequest, data: Buffer): boolean =>
  request.read === "address" ? data.length === 6 : dataAfter(request.di, data) !== undefined;

/** What follows the identifier in the data of a reply; undefined if it is another one. */
export function dataAfter(di: string, data: Buffer): Buffer | undefined {
  const wanted = identifier(di);
  return data.subarray(0, wanted.length).equals(wanted) ? data.subarray(wanted.length) : undefined;
}

/**
 * The question inside bytes that are about to be sent.
 * @throws Fault E_BUS_REFUSED for whatever is not one plain read, so that no write, freeze, clearing or broadcast can reach the wire
 */
export function readSent(bytes: Buffer): { readonly unit: string; readonly request: MeterRequest } {
  const refuse = (why: string): never => {
    throw new Fault("E_BUS_REFUSED", `not sent: ${why}`);
  };
  const start = bytes.findIndex((byte) => byte !== wakeByte);
  if (start < 0 || start > mostWake) return refuse("not a frame");
  const found = frameAt(bytes, start, bytes.length);
  if (found.is !== "frame" || start + found.length !== bytes.length) return refuse("not one frame");
  const { frame } = found;
  const request = requestIn(frame);
  if (request === undefined) return refuse(`control code ${frame.control.toString(16)} is not a read`);
  const why = refusal(frame.address, request);
  return why === undefined ? { unit: frame.address, request } : refuse(why);
}

function requestIn({ control, data }: Frame): MeterRequest | undefined {
  const di = Buffer.from(data).reverse().toString("hex").toUpperCase();
  if (control === readAddress && data.length === 0) return { edition: "2007", read: "address" };
  if (control === readData["2007"] && data.length === 4) return { edition: "2007", read: "data", di };
  if (control === readData["1997"] && data.length === 2) return { edition: "1997", read: "data", di };
  return undefined;
}

/** Data of a block whose length nobody said. */
const blockBytes = 64;

/** Bytes a good reply may have, for its deadline: with wake-up bytes, and a block as long as blocks are. */
export function replyBytes(request: MeterRequest): number {
  if (request.read === "address") return 4 + overheadBytes + 6;
  const block = request.edition === "2007" ? /FF/.test(request.di) : /F/.test(request.di.slice(-1));
  return 4 + overheadBytes + request.di.length / 2 + Math.max(request.bytes ?? 0, block ? blockBytes : 8);
}
