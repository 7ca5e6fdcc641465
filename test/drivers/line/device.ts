import { createServer, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { onTestFinished } from "vitest";
import type { OpenWire, WireEvents } from "../../../drivers/line/wire.ts";
import { openPty } from "../../../simulator/wire/pty.ts";

/** `memory`: no operating system between driver and device. */
export type Where = "pty" | "tcp" | "memory";

/** A question as the device read it. */
export interface Heard {
  /** Which device, and what of it: in the words of the protocol. */
  readonly unit: string;
  readonly what: string;
}

/** Bytes to put on the wire, `after` ms after the delivery before it. */
export interface Delivery {
  readonly bytes: Buffer;
  readonly after?: number;
}
export type Script = (heard: Heard) => readonly Delivery[];

/** Takes the questions out of bytes; what is none is skipped. */
export type Cut = (bytes: Buffer) => { readonly questions: readonly Heard[]; readonly left: Buffer };

export interface DeviceOptions {
  /** Begins no answer before the one before is sent: what a device server does. Otherwise each answer goes in its own time. */
  readonly ordered?: boolean;
  /** A two-wire converter that gives back whatever is sent. */
  readonly echo?: boolean;
}

export interface Device {
  readonly at: { readonly path: string } | { readonly host: string; readonly port: number };
  readonly openWire?: OpenWire;
  /** Every question heard, in order. */
  readonly heard: Heard[];
  /** Every byte that came from the driver. */
  readonly bytes: () => Buffer;
  /** Resets every open connection, as a device server does that restarts. */
  reset(): void;
}

type Attend = (write: (bytes: Buffer) => void) => (bytes: Buffer) => void;
type Served = Omit<Device, "heard" | "bytes"> & { readonly close: () => Promise<void> };

/** All devices of one line, driven by `script`. */
export async function startDevice(
  where: Where,
  cut: Cut,
  script: Script,
  options: DeviceOptions = {},
): Promise<Device> {
  const { ordered = true, echo = false } = options;
  const heard: Heard[] = [];
  const came: Buffer[] = [];
  const ended = new AbortController();
  const attend: Attend = (write) => {
    let rest: Buffer = Buffer.alloc(0);
    let turn = Promise.resolve();
    return (bytes) => {
      came.push(Buffer.from(bytes));
      if (echo) write(bytes);
      const { questions, left } = cut(Buffer.concat([rest, bytes]));
      rest = left;
      for (const question of questions) {
        heard.push(question);
        const deliveries = script(question);
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
  const { close, ...served } = await serve[where](attend);
  onTestFinished(() => {
    ended.abort();
    return close();
  });
  return { ...served, heard, bytes: () => Buffer.concat(came) };
}

const serve: Record<Where, (attend: Attend) => Promise<Served>> = {
  memory: async (attend) => {
    const wires = new Set<WireEvents>();
    const openWire: OpenWire = async (events) => {
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
    return { at: { host: "memory", port: 1 }, openWire, reset, close: async () => wires.clear() };
  },
  pty: async (attend) => {
    const pty = await openPty();
    pty.onData(attend((bytes) => pty.write(bytes)));
    return { at: { path: pty.path }, reset: () => pty.close(), close: async () => pty.close() };
  },
  tcp: async (attend) => {
    const sockets = new Set<Socket>();
    const server = createServer({ noDelay: true }, (socket) => {
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
      reset: () => {
        for (const socket of sockets) socket.resetAndDestroy();
      },
      close: () =>
        new Promise((resolve) => {
          server.close(() => resolve());
          for (const socket of sockets) socket.destroy();
        }),
    };
  },
};
