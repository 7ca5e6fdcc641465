import { createHash } from "node:crypto";
import { connect, createServer, type Server } from "node:net";
import { endpointsOf } from "./endpoints.ts";
import type { LineSettings, NamesHeld } from "./settings.ts";
import { explain } from "./wire.ts";

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

/** How one holder gives way to another; both name the same purpose, in one line, such as the site. */
export interface Way {
  readonly purpose: string;
  /** Called when somebody of the same purpose asks for the line. Without it, this holder is the one who asks. */
  readonly asked?: () => void;
}

export interface Hold extends NamesHeld {
  /** Resolves when another process may hold the line. */
  release(): Promise<void>;
}

/** A name of the abstract namespace is at most 107 bytes and the NUL before it (unix(7)). */
const mostBytes = 107;
const answerMs = 1000;
const mostAnswer = 65_536;

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
 * @param endpoints of the line, as `endpointsOf` tells them
 */
export async function holdLine(
  line: LineSettings,
  info: Omit<Holder, "line">,
  endpoints: readonly string[],
  way?: Way,
): Promise<Hold | { readonly heldBy: Holder | undefined }> {
  const names = new HeldNames(`${JSON.stringify({ ...info, line: line.id })}\n`, way);
  const other = await names.change(endpoints).catch(async (error: unknown) => {
    await names.change([]);
    throw error;
  });
  if (other !== undefined) {
    await names.change([]);
    return other;
  }
  let over = false;
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(act: () => Promise<T>): Promise<T> => {
    const done = turn.then(act);
    turn = done.catch(() => {});
    return done;
  };
  const follow = async (): Promise<string | undefined> => {
    if (over) return undefined;
    const taken = await names.change(await endpointsOf(line));
    return taken && otherText(taken.heldBy);
  };
  return {
    follow: () => inTurn(follow).catch(explain),
    release: () => {
      over = true;
      return inTurn(async () => void (await names.change([])));
    },
  };
}

const otherText = (holder: Holder | undefined): string =>
  `held by ${holder === undefined ? "another process" : `${holder.program} (pid ${holder.pid}, line ${holder.line})`}`;

/** The names that are listened on. */
class HeldNames {
  private readonly word: string;
  private readonly way: Way | undefined;
  private readonly servers = new Map<string, Server>();

  constructor(word: string, way: Way | undefined) {
    this.word = word;
    this.way = way;
  }

  /** Listens on these and no others; stops at the first that somebody else has. */
  async change(endpoints: readonly string[]): Promise<{ readonly heldBy: Holder | undefined } | undefined> {
    for (const [endpoint, server] of [...this.servers]) {
      if (endpoints.includes(endpoint)) continue;
      this.servers.delete(endpoint);
      await ended(server);
    }
    for (const endpoint of endpoints) {
      if (this.servers.has(endpoint)) continue;
      const name = socketName(endpoint);
      const server = await listening(name, this.word, this.way);
      if (server === undefined) return { heldBy: await askHolder(name, this.way) };
      this.servers.set(endpoint, server);
    }
    return undefined;
  }
}

const mostAskers = 16;
const giveWay = ({ purpose }: Way): Buffer => Buffer.from(`give way ${purpose}\n`);

/** Undefined if the name is taken. */
function listening(name: string, word: string, way?: Way): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => {
      // Who connects and does not go must not keep this process from ending.
      socket.on("error", () => socket.destroy());
      socket.setTimeout(answerMs, () => socket.destroy());
      socket.unref();
      // Who may be asked to give way listens until the other side has said what it wants.
      // The asker goes when he has read it: closed before what he says is read, the socket would lose him the word.
      socket.end(word);
      socket.on("data", (said) => {
        if (way && said.equals(giveWay(way))) way.asked?.();
      });
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

function askHolder(name: string, way?: Way): Promise<Holder | undefined> {
  return new Promise((resolve) => {
    let said = "";
    const socket = connect({ path: name });
    const timer = setTimeout(() => socket.destroy(), answerMs);
    if (way && way.asked === undefined) socket.write(giveWay(way));
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
