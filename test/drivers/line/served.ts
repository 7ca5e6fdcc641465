import { createSocket } from "node:dgram";
import { createServer, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import type { OpenWire, WireEvents } from "../../../drivers/line/wire.ts";
import { openPty } from "../../../simulator/wire/pty.ts";

/** Bytes to put on the wire, `after` ms after the delivery before it. */
export interface Delivery {
  readonly bytes: Buffer;
  readonly after?: number;
}

/** What a device does with the bytes of one connection. */
export type Attend = (write: (bytes: Buffer) => void) => (bytes: Buffer) => void;

export interface Talk<Question> {
  /** Takes the questions out of bytes; what is none is skipped. */
  cut(bytes: Buffer): { readonly questions: readonly Question[]; readonly left: Buffer };
  answer(question: Question): readonly Delivery[];
  /** Begins no answer before the one before is sent: what a device server does. Otherwise each answer goes in its own time. */
  readonly ordered: boolean;
  /** A two-wire converter that gives back whatever is sent. */
  readonly echo: boolean;
  /** Aborts when the device is switched off. */
  readonly ended: AbortSignal;
}

export const attendTo =
  <Question>({ cut, answer, ordered, echo, ended }: Talk<Question>): Attend =>
  (write) => {
    let rest: Buffer = Buffer.alloc(0);
    let turn = Promise.resolve();
    return (bytes) => {
      if (echo) write(bytes);
      const { questions, left } = cut(Buffer.concat([rest, bytes]));
      rest = left;
      for (const question of questions) {
        const deliveries = answer(question);
        const before = ordered ? turn : Promise.resolve();
        turn = before.then(async () => {
          for (const { bytes, after = 0 } of deliveries) {
            if (after > 0) await pause(after, undefined, { signal: ended });
            if (!ended.aborted) write(bytes);
          }
        });
        turn.catch(() => {});
      }
    };
  };

/** A place where a line leads to. */
export interface Served<At> {
  readonly at: At;
  /** Connections accepted so far; 1 where there are none. */
  connections(): number;
  /** Resets every open connection, as a device does that restarts. */
  reset(): void;
  close(): Promise<void>;
}
export interface Port {
  readonly host: string;
  readonly port: number;
}

export async function onPty(attend: Attend): Promise<Served<{ readonly path: string }>> {
  const pty = await openPty();
  pty.onData(attend((bytes) => pty.write(bytes)));
  const close = (): void => pty.close();
  return { at: { path: pty.path }, connections: () => 1, reset: close, close: async () => close() };
}

/** No operating system between driver and device. */
export function inMemory(attend: Attend): Served<Port> & { readonly openWire: OpenWire } {
  const wires = new Set<WireEvents>();
  let connections = 0;
  const openWire: OpenWire = async (events) => {
    connections++;
    wires.add(events);
    const isOpen = (): boolean => wires.has(events);
    const hear = attend((bytes) => isOpen() && events.data(bytes));
    return {
      get isOpen() {
        return isOpen();
      },
      write: (bytes, drained) => {
        drained();
        const sent = Buffer.from(bytes);
        queueMicrotask(() => hear(sent));
      },
      destroy: async () => void wires.delete(events),
    };
  };
  const reset = (): void => {
    for (const events of [...wires]) {
      wires.delete(events);
      events.closed("reset");
    }
  };
  const at = { host: "memory", port: 1 };
  return { at, openWire, connections: () => connections, reset, close: async () => wires.clear() };
}

export async function onUdp(attend: Attend): Promise<Served<Port>> {
  const socket = createSocket("udp4");
  socket.on("message", (datagram, { port, address }) => {
    attend((bytes) => socket.send(bytes, port, address))(datagram);
  });
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  return {
    at: { host: "127.0.0.1", port: socket.address().port },
    connections: () => 1,
    reset: () => {},
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}

export async function onTcp(attend: Attend): Promise<Served<Port>> {
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
  return {
    at: { host: "127.0.0.1", port: address.port },
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
