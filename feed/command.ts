/**
 * How our programs take their arguments: the only file that knows commander.
 *
 *     const check = command({
 *       name: "check",
 *       about: "Check a configuration and start nothing.",
 *       takes: { config: option("--config FILE", "the site's configuration"), json: flag("--json", "print JSON lines") },
 *       examples: ["check --config site.yaml"],
 *       run: async ({ config, json }, signal) => (await problems(config, json)) ? 78 : 0,
 *     });
 *     await runProgram({ name: "cems-agent", about: "...", commands: [check], faults: [keepFaults] });
 */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Command, CommanderError, InvalidArgumentError } from "commander";
import { Fault, type FaultRow } from "./format/faults.ts";
import { type Millis, millis } from "./format/vocabulary.ts";

/** One thing a command takes: `--name VALUE`, `--name`, or, without dashes, a positional argument such as `DIR`. */
export interface Taken<T> {
  readonly usage: string;
  readonly about: string;
  readonly optional: boolean;
  readonly fallback: T;
  read(text: string): T;
}
type Given<T extends Takes> = { readonly [K in keyof T]: T[K] extends Taken<infer V> ? V : never };
type Takes = Readonly<Record<string, Taken<unknown>>>;

const required = <T>(usage: string, about: string, read: (text: string) => T): Taken<T> => ({
  usage,
  about,
  optional: false,
  fallback: undefined as T,
  read,
});
const refuse = (wanted: string): never => {
  throw new InvalidArgumentError(`${wanted} is wanted.`);
};

/** A text that must be given and is not empty: an empty path would be the current folder, an empty name nobody's. */
export const option = (usage: string, about: string): Taken<string> =>
  required(usage, about, (text) => (text === "" ? refuse("A value that is not empty") : text));
/** A whole number from 0 that must be given, unless made optional by `or`. */
export const integer = (usage: string, about: string): Taken<number> =>
  required(usage, about, (text) => (/^\d{1,15}$/.test(text) ? Number(text) : refuse("A whole number such as 7")));
/** A time such as 500ms, 20s, 5m or 24h that must be given, unless made optional by `or`. */
export const duration = (usage: string, about: string): Taken<Millis> =>
  required(usage, about, (text) => {
    const [, digits, unit] = /^(\d{1,9})(ms|s|m|h)$/.exec(text) ?? refuse("A time such as 20s, 500ms, 5m or 24h");
    return millis(Number(digits) * { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[unit as "ms" | "s" | "m" | "h"]);
  });
/** Makes a thing optional and says what stands in for it: `or(option("--out DIR", "..."), "export")`. */
export const or = <T, F extends T | undefined>(taken: Taken<T>, fallback: F): Taken<T | F> => ({
  ...taken,
  optional: true,
  fallback,
});
/** Narrows what may be given: `only(integer("--port P", "..."), (port) => port < 65_536, "A port from 0 to 65535")`. */
export const only = <T>(taken: Taken<T>, fits: (value: T) => boolean, wanted: string): Taken<T> => ({
  ...taken,
  read: (text) => {
    const value = taken.read(text);
    return fits(value) ? value : refuse(wanted);
  },
});
/** A switch, off unless given. */
export const flag = (usage: string, about: string): Taken<boolean> => ({
  ...required(usage, about, () => true),
  optional: true,
  fallback: false,
});

export interface CommandSpec<T extends Takes> {
  /** One word, or two: those with the same first word are shown together. */
  readonly name: string;
  readonly about: string;
  readonly takes: T;
  /** What to type, without the program's name. */
  readonly examples: readonly string[];
  /** The faults of the program's tables with which this command can end; all of them where it is left out. */
  readonly ends?: readonly string[];
  /** Exit statuses of its own, besides 0, 64, 70 and those of its faults. */
  readonly exits?: Readonly<Record<number, string>>;
  /** Returns the exit status; nothing means 0. `signal` aborts when the program is asked to end. A Fault ends the program with its row. */
  run(given: Given<T>, signal: AbortSignal): Promise<number | undefined> | number | undefined;
}
export type AnyCommand = Omit<CommandSpec<Takes>, "run"> & {
  run(given: never, signal: AbortSignal): ReturnType<CommandSpec<Takes>["run"]>;
};
export const command = <T extends Takes>(spec: CommandSpec<T>): AnyCommand => spec;

export interface ProgramSpec {
  readonly name: string;
  readonly about: string;
  readonly commands: readonly AnyCommand[];
  /** The tables that say hint and exit status of each Fault this program may end with. */
  readonly faults: readonly Readonly<Record<string, FaultRow>>[];
  /** A program of one command that npm starts: how its messages call it, and what is typed before its options. */
  readonly script?: { readonly name: string; readonly typed: string };
  /** It has programs of its own to end: a closed terminal (SIGHUP) or a closed output ends it in order, as SIGTERM does. */
  readonly orderly?: boolean;
}

/** Where the program writes; handed in so that tests can read it. */
export interface Output {
  out(text: string): void;
  err(text: string): void;
}

const isOption = (taken: Taken<unknown>): boolean => taken.usage.startsWith("-");
/** "--config FILE" as commander writes it: "--config <FILE>". */
const commanderUsage = (usage: string): string => usage.replace(/ (\S+)$/, " <$1>");
const optionName = (taken: Taken<unknown>): string =>
  (taken.usage.split(" ")[0] ?? "").replace(/^--/, "").replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
const typed = ({ name, script }: ProgramSpec, spec: AnyCommand): string =>
  [
    script?.typed ?? `${name} ${spec.name}`,
    ...Object.values(spec.takes).map((t) => (t.optional ? `[${t.usage}]` : t.usage)),
  ].join(" ");

function footer(program: ProgramSpec, spec: AnyCommand): string {
  const rows = program.faults
    .flatMap((table) => Object.entries(table))
    .filter(([code]) => spec.ends === undefined || spec.ends.includes(code));
  const byStatus = new Map<string, string[]>();
  for (const [code, row] of rows)
    if (row.exit !== undefined) byStatus.set(`${row.exit}`, [...(byStatus.get(`${row.exit}`) ?? []), code]);
  const exits = { 0: "done", 64: "wrong arguments", 70: "a fault of the program itself", ...spec.exits };
  const lines = new Map(Object.entries(exits));
  for (const [status, codes] of byStatus)
    lines.set(status, [lines.get(status), codes.join(", ")].filter(Boolean).join("; "));
  return [
    "",
    "Examples:",
    ...spec.examples.map((example) => `  ${program.name} ${example}`),
    "",
    "Exit status:",
    ...[...lines]
      .sort(([a], [b]) => Number(a) - Number(b))
      .map(([status, means]) => `  ${status.padStart(2)}  ${means}`),
  ].join("\n");
}

function declare(parent: Command, program: ProgramSpec, spec: AnyCommand, chosen: (run: Run) => void): void {
  const made = under(parent, spec.name).description(spec.about).summary(spec.about).allowExcessArguments(false);
  const taken = Object.entries(spec.takes);
  for (const [, t] of taken) {
    const about =
      t.optional && t.fallback !== undefined && t.fallback !== false ? `${t.about} (default ${t.fallback})` : t.about;
    if (!isOption(t)) made.argument(t.optional ? `[${t.usage}]` : `<${t.usage}>`, about, (text) => t.read(text));
    else if (t.fallback === false) made.option(t.usage, about);
    else if (t.optional) made.option(commanderUsage(t.usage), about, (text) => t.read(text));
    else made.requiredOption(commanderUsage(t.usage), about, (text) => t.read(text));
  }
  made.addHelpText("after", footer(program, spec));
  made.action(() => {
    const options = made.opts<Record<string, unknown>>();
    const positional = [...made.processedArgs];
    const given = Object.fromEntries(
      taken.map(([key, t]) => [key, (isOption(t) ? options[optionName(t)] : positional.shift()) ?? t.fallback]),
    );
    chosen((signal) => spec.run(given as never, signal));
  });
}
/** A command of two words is one of a group: `registry add`. */
function under(parent: Command, name: string): Command {
  const [first = name, second] = name.split(" ");
  if (second === undefined) return parent.command(first);
  const group = parent.commands.find((one) => one.name() === first);
  return (group ?? parent.command(first).description(`See ${parent.name()} ${first} --help.`).exitOverride()).command(
    second,
  );
}

type Run = (signal: AbortSignal) => ReturnType<AnyCommand["run"]>;

const oneLine = (text: string): string => text.replace(/\s*\n\s*/g, " ").trim();

/** Where a needed option is missing, one that is spelt wrong says more. */
function strayOption(spec: AnyCommand | undefined, argv: readonly string[]): string | undefined {
  const names = Object.values(spec?.takes ?? {}).map(({ usage }) => usage.split(" ")[0]);
  const given = argv.filter((arg) => arg.startsWith("--")).map((arg) => arg.split("=")[0]);
  return given.find((name) => !names.includes(name));
}

/** `help` before a word that is no command ends as if none was typed. */
function noCommand(argv: readonly string[]): string {
  const asked = argv.includes("help") ? argv[argv.indexOf("help") + 1] : undefined;
  return asked === undefined ? "a command is missing" : `unknown command '${asked}'`;
}

/** What to type instead, in one line. */
function wrongUse(program: ProgramSpec, argv: readonly string[], error: CommanderError): string {
  const spec = program.commands.find(({ name }) => [argv[0], argv.slice(0, 2).join(" ")].includes(name));
  const type = spec
    ? typed(program, spec)
    : `${program.name} ${program.commands.map((c) => c.name).join("|")} (or ${program.name} --help)`;
  const stray = error.code === "commander.missingMandatoryOptionValue" ? strayOption(spec, argv) : undefined;
  const said = error.code === "commander.help" ? noCommand(argv) : error.message.replace(/^error: /, "");
  const what = stray === undefined ? said : `unknown option '${stray}'`;
  return `${program.script?.name ?? program.name}: ${oneLine(what).replace(/\.$/, "")}. Type: ${type}\n`;
}

function whatStopped(program: ProgramSpec, error: unknown): { readonly line: string; readonly status: number } {
  if (!(error instanceof Fault)) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { line: `E_INTERNAL: ${text}\n`, status: 70 };
  }
  const row = program.faults.map((table) => table[error.code]).find((r) => r !== undefined);
  const said = oneLine(error.message).replace(/\.$/, "");
  return { line: `${error.code}: ${said}.${row ? ` ${row.hint}` : ""}\n`, status: row?.exit ?? 70 };
}

/** Runs the command that `argv` (without node and script) names; returns the exit status. Never throws. */
export async function evaluate(
  program: ProgramSpec,
  argv: readonly string[],
  signal: AbortSignal,
  output: Output,
): Promise<number> {
  let chosen: Run | undefined;
  const top = new Command(program.name).description(program.about).version(packageVersion());
  top.exitOverride().configureOutput({ writeOut: output.out, writeErr: () => {} });
  top.addHelpText("after", `\n${program.name} COMMAND --help says more of one command.`);
  for (const spec of program.commands) declare(top, program, spec, (run) => (chosen = run));
  try {
    await top.parseAsync(argv, { from: "user" });
    return (await chosen?.(signal)) ?? 0;
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return 0;
      output.err(wrongUse(program, argv, error));
      return 64;
    }
    const { line, status } = whatStopped(program, error);
    output.err(line);
    return status;
  }
}

/** Set by a program that starts another: the other ends, as at SIGTERM, when its standard input ends. */
export const endWithInput = { CEMS_END_WITH_INPUT: "1" } as const;

/**
 * Calls `end` when standard input ends, where whoever started this program asked for that: a pipe from there ends with its
 * other side however that dies, also by SIGKILL. A program that a person or systemd starts has its input closed from the start.
 */
export function whenStarterEnds(end: () => void): void {
  if (process.env.CEMS_END_WITH_INPUT !== endWithInput.CEMS_END_WITH_INPUT) return;
  for (const event of ["end", "close", "error"] as const) process.stdin.once(event, end);
  process.stdin.resume();
}

/** Runs the program and ends the process. A second SIGTERM or SIGINT ends it at once. */
export async function runProgram(
  program: ProgramSpec,
  argv: readonly string[] = process.argv.slice(2),
): Promise<never> {
  const stop = new AbortController();
  const end = (): void => stop.abort();
  for (const name of ["SIGTERM", "SIGINT"] as const) process.once(name, end);
  if (program.orderly) process.on("SIGHUP", end); // one closed terminal sends several
  whenStarterEnds(end);
  // Someone may read our first lines only (`| head`); that is no fault.
  process.stdout.on("error", program.orderly ? end : () => process.exit(0));
  process.stderr.on("error", () => {}); // nobody is left to be told
  const status = await evaluate(program, argv, stop.signal, {
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
  });
  // A reader may be slower than we are: without this, what it has not taken yet is lost.
  for (const stream of [process.stdout, process.stderr]) await new Promise((taken) => stream.write("", taken));
  process.exit(status);
}

/** The version in the nearest package.json above this file, which lies elsewhere once built. */
export function packageVersion(folder: string = import.meta.dirname): string {
  const file = join(folder, "package.json");
  if (existsSync(file)) return String((JSON.parse(readFileSync(file, "utf8")) as { version?: unknown }).version);
  return packageVersion(dirname(folder));
}
