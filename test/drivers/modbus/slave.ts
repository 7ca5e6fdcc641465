import { createSocket } from "node:dgram";
import { createServer, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { onTestFinished } from "vitest";
import type { RegisterRead } from "../../../drivers/driver.ts";
import type { ModbusLine } from "../../../drivers/line/settings.ts";
import type { OpenWire, WireEvents } from "../../../drivers/line/wire.ts";
import type { BusOptions } from "../../../drivers/modbus/bus.ts";
import { openPty } from "../../../simulator/wire/pty.ts";
import type { Cleanup } from "../../support/temporary.ts";

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

/** Bytes to put on the wire, `after` ms after the delivery before it. */
export interface Delivery {
  readonly bytes: Buffer;
  readonly after?: number;
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

  const attend: Attend = (write) => {
    let rest: Buffer = Buffer.alloc(0);
    let turn = Promise.resolve();
    return (bytes) => {
      if (echo) write(bytes);
      const known = answers.find(({ asked }) => bytes.subarray(isHeaded(kind) ? 6 : 0).equals(asked));
      if (known !== undefined) {
        write(device.frame(known.reply, isHeaded(kind) ? bytes.readUInt16BE(0) : 0));
        return;
      }
      const { questions, left } = readQuestions(kind, Buffer.concat([rest, bytes]));
      rest = left;
      for (const question of questions) {
        heard.push(question);
        const deliveries = script(question, device);
        const before = ordered ? turn : Promise.resolve();
        turn = before.then(async () => {
          for (const { bytes, after = 0 } of deliveries) {
            if (after > 0) await pause(after, undefined, { signal: ended.signal });
            if (!ended.signal.aborted) write(bytes);
          }
        });
        turn.catch(() => {});
      }
    };
  };
  const line =
    kind === "rtu" || kind === "ascii"
      ? await servePty(attend, kind, baud)
      : kind === "fake" || kind === "fake-ascii"
        ? serveMemory(attend, kind === "fake" ? "rtu-over-tcp" : "ascii-over-tcp", baud)
        : kind === "udp"
          ? await serveUdp(attend)
          : await serveTcp(attend, kind, baud);
  const close = async (): Promise<void> => {
    ended.abort();
    await line.close();
  };
  cleanup(close);
  const answer = (question: Buffer, reply: Buffer): void => {
    answers = [{ asked: isHeaded(kind) ? question : device.frame(question, 0), reply }, ...answers];
  };
  return { ...line, heard, answer, close };
}

type Attend = (write: (bytes: Buffer) => void) => (bytes: Buffer) => void;
type Line = Omit<Slave, "heard" | "answer">;

function serveMemory(attend: Attend, transport: "rtu-over-tcp" | "ascii-over-tcp", baud: number): Line {
  const wires = new Set<WireEvents>();
  let connections = 0;
  const openWire: OpenWire = async (events) => {
    connections++;
    wires.add(events);
    let isOpen = true;
    const hear = attend((bytes) => isOpen && events.data(bytes));
    return {
      get isOpen() {
        return isOpen && wires.has(events);
      },
      write: (bytes, drained) => {
        drained();
        const sent = Buffer.from(bytes);
        queueMicrotask(() => hear(sent));
      },
      destroy: async () => {
        isOpen = false;
        wires.delete(events);
      },
    };
  };
  const reset = (): void => {
    for (const events of [...wires]) {
      wires.delete(events);
      events.closed("reset");
    }
  };
  return {
    settings: { id: "fake", transport, host: "memory", port: 1, baud },
    options: { openWire },
    connections: () => connections,
    reset,
    close: async () => wires.clear(),
  };
}

async function servePty(attend: Attend, transport: "rtu" | "ascii", baud: number): Promise<Line> {
  const pty = await openPty();
  pty.onData(attend((bytes) => pty.write(bytes)));
  return {
    settings: { id: transport, transport, path: pty.path, baud, parity: "none", dataBits: 8, stopBits: 1 },
    options: {},
    connections: () => 1,
    reset: () => pty.close(),
    close: async () => pty.close(),
  };
}

async function serveUdp(attend: Attend): Promise<Line> {
  const socket = createSocket("udp4");
  socket.on("message", (datagram, { port, address }) => {
    attend((bytes) => socket.send(bytes, port, address))(datagram);
  });
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  return {
    settings: { id: "udp", transport: "udp", host: "127.0.0.1", port: socket.address().port },
    options: {},
    connections: () => 1,
    reset: () => {},
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}

async function serveTcp(
  attend: Attend,
  transport: "tcp" | "rtu-over-tcp" | "ascii-over-tcp",
  baud: number,
): Promise<Line> {
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer({ noDelay: true }, (socket) => {
    connections++;
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
    socket.on(
      "data",
      attend((bytes) => void (socket.writable && socket.write(bytes))),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const at = { id: transport, host: "127.0.0.1", port: address.port };
  return {
    settings: transport === "tcp" ? { ...at, transport } : { ...at, transport, baud },
    options: {},
    connections: () => connections,
    reset: () => {
      for (const socket of sockets) socket.resetAndDestroy();
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
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
