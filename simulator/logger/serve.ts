import { connect, createServer, type Socket } from "node:net";
import { Fault } from "../../feed/format/faults.ts";
import { openPty } from "../wire/pty.ts";
import type { Logger } from "./logger.ts";

export interface LoggerService {
  /** Where it listens; undefined where it dials. */
  readonly port?: number;
  /** What a reader opens, of a serial line. */
  readonly path?: string;
  /** What came back, acknowledgements mostly. */
  readonly heard: () => string;
  close(): Promise<void>;
}

export type LoggerPlace =
  | { readonly over: "dials"; readonly host: string; readonly port: number }
  | { readonly over: "listens"; readonly host: string; readonly port: number }
  | { readonly over: "serial"; readonly path: string };

/** How much of what came back is kept. */
const mostHeard = 100_000;
const redialMs = 200;

/**
 * Lets a logger push every `everyMs` to whoever is connected. A dialling one dials again when it was hung up on.
 * @throws Fault E_SIM_LISTEN or E_SIM_PTY
 */
export async function serveLogger(logger: Logger, place: LoggerPlace, everyMs: number): Promise<LoggerService> {
  let heard = "";
  const hear = (bytes: Buffer): void => {
    heard = (heard + bytes.toString("latin1")).slice(-mostHeard);
  };
  const open = await opened(place, hear);
  const timer = setInterval(() => open.send(logger.beat(Date.now())), everyMs);
  return {
    ...(open.port === undefined ? {} : { port: open.port }),
    ...(open.path === undefined ? {} : { path: open.path }),
    heard: () => heard,
    close: async () => {
      clearInterval(timer);
      await open.close();
    },
  };
}

interface Outlet {
  readonly port?: number;
  readonly path?: string;
  send(bytes: Buffer): void;
  close(): Promise<void>;
}

function opened(place: LoggerPlace, hear: (bytes: Buffer) => void): Promise<Outlet> {
  if (place.over === "serial") return onPty(place.path, hear);
  return place.over === "listens" ? listening(place, hear) : Promise.resolve(dialling(place, hear));
}

async function onPty(path: string, hear: (bytes: Buffer) => void): Promise<Outlet> {
  const pty = await openPty(path);
  pty.onData(hear);
  return { path: pty.path, send: pty.write, close: async () => pty.close() };
}

function listening({ host, port }: { host: string; port: number }, hear: (bytes: Buffer) => void): Promise<Outlet> {
  const open = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    open.add(socket);
    socket.on("data", hear);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => open.delete(socket));
  });
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      for (const socket of open) socket.destroy();
    });
  return new Promise((resolve, reject) => {
    server.once("error", (cause) => reject(new Fault("E_SIM_LISTEN", `cannot listen on ${host}:${port}`, { cause })));
    server.listen(port, host, () => {
      const address = server.address();
      resolve({
        port: typeof address === "object" && address !== null ? address.port : port,
        send: (bytes) => {
          for (const socket of open) if (socket.writable) socket.write(bytes);
        },
        close,
      });
    });
  });
}

function dialling({ host, port }: { host: string; port: number }, hear: (bytes: Buffer) => void): Outlet {
  let socket: Socket | undefined;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  const dial = (): void => {
    const mine = connect({ host, port, noDelay: true });
    socket = mine;
    mine.on("data", hear);
    mine.on("error", () => mine.destroy());
    mine.on("close", () => {
      if (!closed) timer = setTimeout(dial, redialMs);
    });
  };
  dial();
  return {
    send: (bytes) => void (socket?.readyState === "open" && socket.write(bytes)),
    close: async () => {
      closed = true;
      clearTimeout(timer);
      const last = socket;
      if (last === undefined || last.closed) return;
      await new Promise<void>((resolve) => {
        last.once("close", () => resolve());
        last.destroy();
      });
    },
  };
}
