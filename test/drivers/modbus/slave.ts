import { onTestFinished } from "vitest";
import type { RegisterRead } from "../../../drivers/driver.ts";
import type { ModbusLine } from "../../../drivers/line/settings.ts";
import type { BusOptions } from "../../../drivers/modbus/bus.ts";
import type { Cleanup } from "../../support/temporary.ts";
import { type Attend, attendTo, type Delivery, inMemory, onPty, onTcp, onUdp } from "../line/served.ts";

/** A device written apart from the driver: its own CRC, its own framing, and a script that says what happens to each request. */
export const realKinds = ["tcp", "udp", "rtu", "rtu-over-tcp", "ascii", "ascii-over-tcp"] as const;
/** RTU and ASCII over a wire in memory: no operating system between driver and device. */
export const kinds = [...realKinds, "fake", "fake-ascii"] as const;
export type Kind = (typeof kinds)[number];

/** Frames with a transaction id of their own. */
export const isHeaded = (kind: Kind): boolean => kind === "tcp" || kind === "udp";
export const isAscii = (kind: Kind): boolean => kind === "ascii" || kind === "ascii-over-tcp" || kind === "fake-ascii";

export interface Question extends RegisterRead {
  readonly unit: number;
  readonly transaction: number;
}

export type Script = (question: Question, device: DeviceForm) => readonly Delivery[];

/** How this device's frames look on its kind of line. */
export interface DeviceForm {
  /** Unit id and PDU in this line's frame. */
  frame(adu: Buffer, transaction: number): Buffer;
}

/** Register r of a unit, different for every register and unit in use. */
export const shown = (unit: number, register: number): number => (register * 7 + unit * 4099 + 11) & 0xffff;

/** The true reply (unit id and PDU) to a question. */
export function trueReply({ unit, functionCode, start, count }: Question): Buffer {
  const bits = functionCode <= 2;
  const data = Buffer.alloc(bits ? Math.ceil(count / 8) : count * 2);
  for (let i = 0; i < count; i++) {
    const value = shown(unit, start + i);
    if (!bits) data.writeUInt16BE(value, i * 2);
    else if (value & 1) data[i >> 3] = (data[i >> 3] ?? 0) | (1 << (i & 7));
  }
  return Buffer.concat([Buffer.from([unit, functionCode, data.length]), data]);
}

export const exceptionReply = ({ unit, functionCode }: Question, code: number): Buffer =>
  Buffer.from([unit, functionCode | 0x80, code]);

export const answerAll: Script = (question, device) => [
  { bytes: device.frame(trueReply(question), question.transaction) },
];

export function withCrc(adu: Buffer): Buffer {
  let crc = 0xffff;
  for (const byte of adu) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xa001 : crc >>> 1;
  }
  return Buffer.concat([adu, Buffer.from([crc & 0xff, crc >>> 8])]);
}

export function withMbap(adu: Buffer, transaction: number): Buffer {
  const header = Buffer.alloc(6);
  header.writeUInt16BE(transaction & 0xffff, 0);
  header.writeUInt16BE(adu.length, 4);
  return Buffer.concat([header, adu]);
}

/** ASCII: two digits a byte and the LRC, as a sum that comes to 0 with it. */
export function withLrc(adu: Buffer): Buffer {
  const sum = adu.reduce((total, byte) => total + byte, 0);
  const all = Buffer.concat([adu, Buffer.from([256 - (sum % 256)])]);
  return Buffer.from(`:${Array.from(all, (byte) => byte.toString(16).toUpperCase().padStart(2, "0")).join("")}\r\n`);
}

export interface Slave {
  readonly settings: ModbusLine;
  /** For `openBus`, where the settings alone do not lead to the device. */
  readonly options: BusOptions;
  /** Every question heard, in order. */
  readonly heard: Question[];
  /** From now on this request (unit id and PDU), which the script is not for, is answered so. */
  answer(question: Buffer, reply: Buffer): void;
  /** Connections accepted so far (sockets only). */
  connections(): number;
  /** Resets every open connection, as a device does that restarts. */
  reset(): void;
  close(): Promise<void>;
}

export interface SlaveOptions {
  /** An ordered device begins no answer before it has sent the one before; an unordered one answers each in its own time. */
  readonly ordered?: boolean;
  readonly baud?: number;
  readonly cleanup?: Cleanup;
  /** A two-wire converter that gives back whatever is sent. */
  readonly echo?: boolean;
}

/** Starts a device of this kind, driven by `script`. */
export async function startSlave(kind: Kind, script: Script, options: SlaveOptions = {}): Promise<Slave> {
  const { ordered = true, baud = 115_200, cleanup = onTestFinished, echo = false } = options;
  const heard: Question[] = [];
  const ended = new AbortController();
  let answers: readonly { readonly asked: Buffer; readonly reply: Buffer }[] = [];
  const device: DeviceForm = { frame: isHeaded(kind) ? withMbap : isAscii(kind) ? withLrc : withCrc };

  const respond = (question: Question): readonly Delivery[] => {
    heard.push(question);
    return script(question, device);
  };
  const cut = (bytes: Buffer) => readQuestions(kind, bytes);
  const talk = attendTo({ cut, answer: respond, ordered, echo, ended: ended.signal });
  const attend: Attend = (write) => {
    const hear = talk(write);
    return (bytes) => {
      const known = answers.find(({ asked }) => bytes.subarray(isHeaded(kind) ? 6 : 0).equals(asked));
      if (known === undefined) return hear(bytes);
      if (echo) write(bytes);
      write(device.frame(known.reply, isHeaded(kind) ? bytes.readUInt16BE(0) : 0));
    };
  };
  const { close: end, ...line } = await serve(kind, attend, baud);
  const close = async (): Promise<void> => {
    ended.abort();
    await end();
  };
  cleanup(close);
  const answer = (question: Buffer, reply: Buffer): void => {
    answers = [{ asked: isHeaded(kind) ? question : device.frame(question, 0), reply }, ...answers];
  };
  return { ...line, heard, answer, close };
}

type Line = Omit<Slave, "heard" | "answer">;

async function serve(kind: Kind, attend: Attend, baud: number): Promise<Line> {
  if (kind === "rtu" || kind === "ascii") {
    const { at, ...served } = await onPty(attend);
    const port = { baud, parity: "none", dataBits: 8, stopBits: 1 } as const;
    return { ...served, settings: { id: kind, transport: kind, ...at, ...port }, options: {} };
  }
  if (kind === "fake" || kind === "fake-ascii") {
    const { at, openWire, ...served } = inMemory(attend);
    const transport = kind === "fake" ? "rtu-over-tcp" : "ascii-over-tcp";
    return { ...served, settings: { id: "fake", transport, ...at, baud }, options: { openWire } };
  }
  const { at, ...served } = await (kind === "udp" ? onUdp : onTcp)(attend);
  const named = { id: kind, ...at };
  const settings: ModbusLine =
    kind === "tcp" || kind === "udp" ? { ...named, transport: kind } : { ...named, transport: kind, baud };
  return { ...served, settings, options: {} };
}

/** Requests are 8 bytes with a CRC, 12 with a header, or 17 characters; what is neither is skipped byte by byte. */
function readQuestions(kind: Kind, bytes: Buffer): { questions: Question[]; left: Buffer } {
  const questions: Question[] = [];
  const length = isHeaded(kind) ? 12 : isAscii(kind) ? 17 : 8;
  let at = 0;
  while (bytes.length - at >= length) {
    const frame = bytes.subarray(at, at + length);
    const adu = isHeaded(kind)
      ? frame.subarray(6)
      : isAscii(kind)
        ? Buffer.from(frame.toString("latin1", 1, 13), "hex")
        : frame.subarray(0, 6);
    if (!isHeaded(kind) && !(isAscii(kind) ? withLrc(adu) : withCrc(adu)).equals(frame)) {
      at++;
      continue;
    }
    questions.push({
      transaction: isHeaded(kind) ? frame.readUInt16BE(0) : 0,
      unit: adu.readUInt8(0),
      functionCode: adu.readUInt8(1) as RegisterRead["functionCode"],
      start: adu.readUInt16BE(2),
      count: adu.readUInt16BE(4),
    });
    at += length;
  }
  return { questions, left: Buffer.from(bytes.subarray(at)) };
}
