import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream, existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { endWithInput } from "../../feed/command.ts";
import { Fault } from "../../feed/format/faults.ts";

/** A program of the product, run as its user runs it. Its output goes to a log file and, line by line, to `onLine`. */
export interface Running {
  readonly name: string;
  /** Exit status; 128 + signal number is not distinguished from a plain failure: anything but 0 is one. */
  readonly ended: Promise<number>;
  /** Asks it to end, and waits. */
  stop(): Promise<number>;
}

const packageRoot = (from: string): string =>
  existsSync(join(from, "package.json")) ? from : packageRoot(dirname(from));
const build = join(packageRoot(import.meta.dirname), "dist");

/** `script` is relative to the build folder, for example "agent/main.js". */
export function start(
  name: string,
  script: string,
  args: readonly string[],
  logFile: string,
  onLine: (line: string) => void = () => {},
): Running {
  const child: ChildProcess = spawn(process.execPath, [join(build, script), ...args], {
    stdio: ["pipe", "pipe", "pipe"],
    detached: true, // Ctrl-C reaches the demo alone, which then ends the others in order
    env: { ...process.env, ...endWithInput }, // and if it cannot, because it was killed, they end by themselves
  });
  child.stdin?.on("error", () => {});
  const log = createWriteStream(logFile, { flags: "a" });
  for (const stream of [child.stdout, child.stderr]) stream?.pipe(log, { end: false });
  if (child.stdout) createInterface({ input: child.stdout }).on("line", onLine);
  const ended = new Promise<number>((resolve) => {
    child.once("error", () => resolve(127));
    child.once("close", (status) => {
      log.end();
      resolve(status ?? 1);
    });
  });
  return {
    name,
    ended,
    stop: () => {
      child.kill("SIGTERM");
      return ended;
    },
  };
}

/** Runs a program to its end; its output comes back. Throws Fault E_SIM_PROGRAM, with what it said, when it fails. */
export async function run(script: string, args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, [join(build, script), ...args], { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const status = await new Promise<number>((resolve) => child.once("close", (code) => resolve(code ?? 1)));
  if (status !== 0)
    throw new Fault("E_SIM_PROGRAM", `${script} ${args.join(" ")} ended with ${status}: ${output.trim()}`);
  return output;
}
