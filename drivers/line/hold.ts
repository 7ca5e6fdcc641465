import { createHash } from "node:crypto";
import { realpathSync } from "node:fs";
import { connect, createServer, type Server } from "node:net";
import { resolve } from "node:path";
import type { LineSettings } from "./settings.ts";

/** Who holds a line, as he says himself. */
export interface Holder {
  readonly pid: number;
  /** Such as "cems-agent run". */
  readonly program: string;
  /** The site file, where there is one. */
  readonly config?: string;
  /** Id of the line there. */
  readonly line: string;
  readonly devices: readonly string[];
}

export interface Hold {
  /** Resolves when another process may hold the line. */
  release(): Promise<void>;
}

/** A name of the abstract namespace is at most 107 bytes and the NUL before it (unix(7)). */
const mostBytes = 107;
const answerMs = 1000;
const mostAnswer = 65_536;

/**
 * What makes two lines one, whatever they are called. A serial port has the name it was given, which stays when an adapter is
 * plugged elsewhere, and that of the device node behind it. Pure but for the look at the links.
 */
export function endpointsOf(line: LineSettings, real: (path: string) => string = realPath): readonly string[] {
  if ("path" in line) return [...new Set([resolve(line.path), real(line.path)])].map((path) => `serial:${path}`);
  return [`${line.transport === "hj212-listen" ? "listen" : "net"}:${line.host.toLowerCase()}:${line.port}`];
}

const realPath = (path: string): string => {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
};

/** The socket that stands for an endpoint. */
export function socketName(endpoint: string): string {
  const name = `cems-agent/line/${endpoint}`;
  if (Buffer.byteLength(name) <= mostBytes) return `\0${name}`;
  return `\0cems-agent/line/sha256:${createHash("sha256").update(endpoint).digest("hex")}`;
}

/**
 * Holds a line for this process, so that no other program of ours asks on it meanwhile: by listening on an abstract unix socket (Linux)
 * that is named after the line, vanishes with its process, and tells who connects who holds it. It binds only those who look: in the
 * same network namespace, programs of this repository. Gives the holder instead if there is one; his word is undefined if he says none.
 */
export async function holdLine(
  line: LineSettings,
  info: Omit<Holder, "line">,
): Promise<Hold | { readonly heldBy: Holder | undefined }> {
  const servers: Server[] = [];
  const release = async (): Promise<void> => void (await Promise.all(servers.splice(0).map(ended)));
  const word = `${JSON.stringify({ ...info, line: line.id })}\n`;
  try {
    for (const endpoint of endpointsOf(line)) {
      const name = socketName(endpoint);
      const server = await listening(name, word);
      if (server === undefined) {
        await release();
        return { heldBy: await askHolder(name) };
      }
      servers.push(server);
    }
  } catch (error) {
    await release();
    throw error;
  }
  return { release };
}

const mostAskers = 16;

/** Undefined if the name is taken. */
function listening(name: string, word: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => {
      // Who connects and does not go must not keep this process from ending.
      socket.on("error", () => socket.destroy());
      socket.setTimeout(answerMs, () => socket.destroy());
      socket.unref();
      socket.end(word, () => socket.destroySoon());
      socket.resume();
    });
    server.maxConnections = mostAskers;
    server.once("error", (error: NodeJS.ErrnoException) =>
      error.code === "EADDRINUSE" ? resolve(undefined) : reject(error),
    );
    // Holding a line is no reason to stay alive.
    server.listen({ path: name }, () => {
      // What goes wrong with a listening socket later concerns single connections.
      server.on("error", () => {});
      resolve(server.unref());
    });
  });
}

const ended = (server: Server): Promise<void> => new Promise((resolve) => server.close(() => resolve()));

function askHolder(name: string): Promise<Holder | undefined> {
  return new Promise((resolve) => {
    let said = "";
    const socket = connect({ path: name });
    const timer = setTimeout(() => socket.destroy(), answerMs);
    socket.setEncoding("utf8");
    socket.on("data", (text: string) => {
      said += text;
      if (said.length > mostAnswer) socket.destroy();
    });
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      clearTimeout(timer);
      resolve(holderIn(said));
    });
  });
}

function holderIn(said: string): Holder | undefined {
  try {
    const { pid, program, config, line, devices } = JSON.parse(said) as Holder;
    if (!Number.isInteger(pid) || typeof program !== "string" || typeof line !== "string") return undefined;
    const names = Array.isArray(devices) ? devices.map(String) : [];
    return { pid, program, line, devices: names, ...(typeof config === "string" && { config }) };
  } catch {
    return undefined;
  }
}
