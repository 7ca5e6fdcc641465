import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import type { Cleanup } from "./temporary.ts";

const rootFrom = (folder: string): string =>
  existsSync(join(folder, "package.json")) ? folder : rootFrom(dirname(folder));

/** The repository's folder, for these sources and for what is built from them in `dist`. */
export const root = rootFrom(import.meta.dirname);

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A running process: what it printed so far, and how it ended. */
export interface Program {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  stdout(): string;
  stderr(): string;
  /** Resolves with the first match in what it printed, past or future; rejects if it ends or `within` ms pass before. */
  line(pattern: RegExp, options?: { readonly within?: number }): Promise<RegExpExecArray>;
  /** Sends a signal (SIGTERM) and waits for the end. */
  stop(signal?: NodeJS.Signals): Promise<Ended>;
}

export interface ProgramOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly stdin?: string;
  readonly cleanup?: Cleanup;
}

/** Starts a command in the repository's folder. It is killed when the test ends. */
export function start(command: string, args: readonly string[], options: ProgramOptions = {}): Program {
  const { cwd = root, env, stdin, cleanup = onTestFinished } = options;
  const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ["pipe", "pipe", "pipe"] });
  let out = "";
  let err = "";
  let over = false;
  const waiting = new Set<() => void>();
  const look = (): void => {
    for (const check of [...waiting]) check();
  };
  child.stdin.on("error", () => {}); // a program that ends without reading its input is no failure of ours
  child.stdin.end(stdin ?? "");
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    out += text;
    look();
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    err += text;
    look();
  });
  const ended = new Promise<Ended>((resolve) => {
    const finish = (code: number | null, signal: NodeJS.Signals | null): void => {
      over = true;
      look();
      resolve({ code, signal });
    };
    child.once("error", (error) => {
      err += String(error);
      finish(null, null);
    });
    child.once("close", finish);
  });

  const program: Program = {
    child,
    ended,
    stdout: () => out,
    stderr: () => err,
    line: (pattern, { within = 20_000 } = {}) =>
      new Promise((resolve, reject) => {
        const settle = (act: () => void): void => {
          clearTimeout(timer);
          waiting.delete(check);
          act();
        };
        const failed = (why: string): void =>
          settle(() => reject(new Error(`${command} ${args.join(" ")}: ${why} before ${pattern}:\n${out}${err}`)));
        const check = (): void => {
          const match = pattern.exec(out) ?? pattern.exec(err);
          if (match !== null) settle(() => resolve(match));
          else if (over) failed("ended");
        };
        const timer = setTimeout(() => failed(`${within} ms passed`), within);
        waiting.add(check);
        check();
      }),
    stop: async (signal = "SIGTERM") => {
      if (!over) child.kill(signal);
      return ended;
    },
  };
  // Not `ended`: a grandchild may hold the pipes open after the program itself is gone.
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()).once("error", () => resolve()));
  cleanup(() => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    return exited;
  });
  return program;
}

/** Starts one of our built programs, for example `spawnNode("dist/agent/main.js", ["check"])`. */
export const spawnNode = (script: string, args: readonly string[] = [], options: ProgramOptions = {}): Program =>
  start(process.execPath, [join(root, script), ...args], options);

/** Runs a command to its end. */
export async function run(
  command: string,
  args: readonly string[],
  options: ProgramOptions = {},
): Promise<Ended & { readonly stdout: string; readonly stderr: string }> {
  const program = start(command, args, options);
  const ended = await program.ended;
  return { ...ended, stdout: program.stdout(), stderr: program.stderr() };
}

export const runNode = (
  script: string,
  args: readonly string[] = [],
  options: ProgramOptions = {},
): ReturnType<typeof run> => run(process.execPath, [join(root, script), ...args], options);
