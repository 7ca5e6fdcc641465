import { createServer, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { onTestFinished } from "vitest";
import type { ReadRequest } from "../../../drivers/driver.ts";
import type { ModbusLine } from "../../../drivers/line/settings.ts";
import type { OpenWire, WireEvents } from "../../../drivers/line/wire.ts";
import type { BusOptions } from "../../../drivers/modbus/bus.ts";
import { openPty } from "../../../simulator/wire/pty.ts";
import type { Cleanup } from "../../support/temporary.ts";

/** A device written apart from the driver: its own CRC, its own framing, and a script that says what happens to each request. */
export const realKinds = ["tcp", "rtu", "rtu-over-tcp"] as const;
/** `fake` is RTU over a wire in memory: no operating system between driver and device. */
export const kinds = [...realKinds, "fake"] as const;
export type Kind = (typeof kinds)[number];

export interface Question extends ReadRequest {
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

export interface Slave {
  readonly settings: ModbusLine;
  /** For `openBus`, where the settings alone do not lead to the device. */
  readonly options: BusOptions;
  /** Every question heard, in order. */
  readonly heard: Question[];
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
}

/** Starts a device of this kind, driven by `script`. */
export async function startSlave(kind: Kind, script: Script, options: SlaveOptions = {}): Promise<Slave> {
  const { ordered = true, baud = 115_200, cleanup = onTestFinished } = options;
  const heard: Question[] = [];
  const ended = new AbortController();
  const device: DeviceForm = { frame: kind === "tcp" ? withMbap : (adu) => withCrc(adu) };

  const attend: Attend = (write) => {
    let rest: Buffer = Buffer.alloc(0);
    let turn = Promise.resolve();
    return (bytes) => {
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
    kind === "rtu"
      ? await servePty(attend, baud)
      : kind === "fake"
        ? serveMemory(attend, baud)
        : await serveTcp(attend, kind, baud);
  const close = async (): Promise<void> => {
    ended.abort();
    await line.close();
  };
  cleanup(close);
  return { ...line, heard, close };
}

type Attend = (write: (bytes: Buffer) => void) => (bytes: Buffer) => void;
type Line = Omit<Slave, "heard">;

function serveMemory(attend: Attend, baud: number): Line {
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
    settings: { id: "fake", transport: "rtu-over-tcp", host: "memory", port: 1, baud },
    options: { openWire },
    connections: () => connections,
    reset,
    close: async () => wires.clear(),
  };
}

async function servePty(attend: Attend, baud: number): Promise<Line> {
  const pty = await openPty();
  pty.onData(attend((bytes) => pty.write(bytes)));
  return {
    settings: { id: "rtu", transport: "rtu", path: pty.path, baud, parity: "none", dataBits: 8, stopBits: 1 },
    options: {},
    connections: () => 1,
    reset: () => pty.close(),
    close: async () => pty.close(),
  };
}

async function serveTcp(attend: Attend, transport: "tcp" | "rtu-over-tcp", baud: number): Promise<Line> {
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

/** Requests are 8 bytes with a CRC, or 12 with a header; what is neither is skipped byte by byte. */
function readQuestions(kind: Kind, bytes: Buffer): { questions: Question[]; left: Buffer } {
  const questions: Question[] = [];
  const length = kind === "tcp" ? 12 : 8;
  let at = 0;
  while (bytes.length - at >= length) {
    const frame = bytes.subarray(at, at + length);
    const adu = kind === "tcp" ? frame.subarray(6) : frame.subarray(0, 6);
    if (kind !== "tcp" && !withCrc(adu).equals(frame)) {
      at++;
      continue;
    }
    questions.push({
      transaction: kind === "tcp" ? frame.readUInt16BE(0) : 0,
      unit: adu.readUInt8(0),
      functionCode: adu.readUInt8(1) as ReadRequest["functionCode"],
      start: adu.readUInt16BE(2),
      count: adu.readUInt16BE(4),
    });
    at += length;
  }
  return { questions, left: Buffer.from(bytes.subarray(at)) };
}
