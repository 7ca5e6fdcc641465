import { createServer, isIP, type Socket } from "node:net";
import { LoggerSession, type SessionEvents } from "./session.ts";

export interface ListenSettings {
  readonly host: string;
  /** 0: the system chooses. */
  readonly port: number;
  /** IP addresses that may connect; empty: this machine only. */
  readonly allow: readonly string[];
  readonly password?: string;
  /** Connections at once; 4 if not said. */
  readonly most?: number;
  /** A connection without a good frame for so long is closed, ms; ten minutes if not said. */
  readonly idleMs?: number;
}

export interface ListenEvents {
  pushed(peer: string, ...rest: Parameters<SessionEvents["pushed"]>): void;
  finding(peer: string, ...rest: Parameters<SessionEvents["finding"]>): void;
  /** A connection was not taken, or was ended by us. */
  refused(peer: string, why: string): void;
}

export interface LoggerListener {
  readonly port: number;
  /** Ends the connections too; resolves when the port is free. */
  close(): Promise<void>;
}

/** What keeps these settings from being listened on, for a person; undefined: nothing. Beyond this machine both locks are needed. */
export function listenProblem(settings: Omit<ListenSettings, "port">): string | undefined {
  const { host, allow, password } = settings;
  const wrong = allow.find((address) => isIP(address) === 0);
  if (wrong !== undefined) return `${wrong} is no IP address`;
  if (password !== undefined && !/^[\x21-\x3a\x3c-\x7e]{1,16}$/.test(password))
    return "the password must have 1 to 16 printable characters without ;";
  if (isLoopback(host)) return undefined;
  const lacking = [
    ...(allow.length === 0 ? ["the addresses that may connect"] : []),
    ...(password === undefined ? ["a password"] : []),
  ];
  return lacking.length === 0 ? undefined : `listening on ${host} needs ${lacking.join(" and ")}`;
}

/**
 * Listens for loggers that connect by themselves. Says nothing but acknowledgements. Rejects with an Error that says why it cannot
 * listen, be it that the settings leave the port open to anyone.
 */
export async function listenForLoggers(settings: ListenSettings, events: ListenEvents): Promise<LoggerListener> {
  const problem = listenProblem(settings);
  if (problem !== undefined) throw new Error(problem);
  const { most = 4, idleMs = 600_000 } = settings;
  const allowed = new Set(settings.allow.map(plainAddress));
  const mayConnect = (peer: string): boolean => (allowed.size === 0 ? isLoopback(peer) : allowed.has(peer));
  const open = new Set<Socket>();

  const server = createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: 30_000 }, (socket) => {
    socket.on("error", () => socket.destroy());
    const peer = plainAddress(socket.remoteAddress ?? "");
    const end = (why: string): void => {
      socket.destroy();
      events.refused(peer, why);
    };
    if (!mayConnect(peer)) return end("not one of the addresses that may connect");
    if (open.size >= most) return end(`there are ${most} connections already`);
    open.add(socket);
    const idle = setTimeout(() => end(`no frame for ${idleMs} ms`), idleMs);
    const session = new LoggerSession(
      { write: (bytes) => say(socket, bytes), end, ...only(settings.password) },
      {
        pushed: (...said) => events.pushed(peer, ...said),
        finding: (finding) => events.finding(peer, finding),
      },
    );
    socket.on("data", (chunk) => void (session.hear(chunk) && idle.refresh()));
    socket.on("close", () => {
      clearTimeout(idle);
      session.close();
      open.delete(socket);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(settings.port, settings.host, resolve);
  });
  // What goes wrong with a listening socket later concerns single connections.
  server.on("error", () => {});
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : settings.port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}

const only = (password: string | undefined): { password?: string } => (password === undefined ? {} : { password });

/** Acknowledgements a logger does not read pile up here; some hundreds of them are enough. */
function say(socket: Socket, bytes: Buffer): void {
  if (socket.writable && socket.writableLength < 65_536) socket.write(bytes);
}

/** IPv4 in IPv6's clothes is IPv4. */
const plainAddress = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, "").toLowerCase();

const isLoopback = (host: string): boolean =>
  host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
