import { mkdtempSync, rmSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { has, installCommand, programPath, type Tool } from "../support/packages.ts";
import { type Program, root, run, start } from "../support/program.ts";

/** Throws a message with the command to type when a tool is missing. */
export function demand(...tools: readonly Tool[]): void {
  const missing = tools.filter((tool) => !has(tool));
  if (missing.length > 0) throw new Error(`this bench needs ${missing.join(", ")}: ${installCommand(missing)}`);
}

/** Runs `work` with a folder on a real disk (a RAM disk would make flushing free) and removes it afterwards. */
export async function withFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(process.env.BENCH_DIR ?? "/var/tmp", "cems-bench-"));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Compiles `test/bench/NAME.c` into the folder and returns the program's path. */
export async function compile(name: string, folder: string): Promise<string> {
  const program = join(folder, name);
  const source = join(root, "test", "bench", `${name}.c`);
  const gcc = ["-O2", "-Wall", "-Wextra", "-o", program, source, "-lmodbus", "-lpthread"];
  const { code, stderr } = await run("gcc", gcc, { cleanup: () => {} });
  if (code !== 0) throw new Error(`gcc ${gcc.join(" ")}: ${stderr}`);
  return program;
}

export type Side = "client" | "server";

/** A command line on a core of its own, so that neither side waits for the other's turn on the processor. */
export function pinned(side: Side, command: string, args: readonly string[]): readonly [string, readonly string[]] {
  if (cpus().length < 2 || programPath("taskset") === undefined) return [command, args];
  return ["taskset", ["-c", side === "client" ? "0" : "1", command, ...args]];
}

/** Runs a measuring program to its end; it prints one number. */
export async function rateOf(command: string, args: readonly string[]): Promise<number> {
  const { code, stdout, stderr } = await run(command, args, { cleanup: () => {} });
  const rate = Number(stdout.trim());
  if (code !== 0 || !(rate > 0)) throw new Error(`${command} ${args.join(" ")}: ${stdout}${stderr}`);
  return rate;
}

/** Keeps a program running while `work` runs. */
export async function during<T>(program: Program, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    await program.stop();
  }
}

export const startPinned = (side: Side, command: string, args: readonly string[]): Program => {
  const [program, full] = pinned(side, command, args);
  return start(program, full, { cleanup: () => {} });
};

/** The path of a built module beside this one. */
export const beside = (name: string): string => join(import.meta.dirname, name);
