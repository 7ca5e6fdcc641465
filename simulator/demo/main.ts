import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { command, duration, integer, only, option, or, runProgram } from "../../feed/command.ts";
import { makeFolders } from "../../feed/files/folders.ts";
import { Fault } from "../../feed/format/faults.ts";
import { simulatorFaults } from "../faults.ts";
import { playDemo } from "./play.ts";
import { openScreen } from "./screen.ts";
import { renderSummary, whatIsWrong } from "./summary.ts";
import { firstReadingWithin, timeLimit } from "./time-limit.ts";

/** A timer of Node counts to 2^31 ms. */
const longest = 500 * 3_600_000;

const demo = command({
  name: "demo",
  about:
    "A simulated coal-fired unit, a broker, the agent and a receiver, each a process of its own, live in this terminal.",
  takes: {
    for: or(
      only(
        duration("--for TIME", "end by itself after this time; not given: at Ctrl-C"),
        (time) => time > 0 && time <= longest,
        "A time longer than 0 and at most 500h",
      ),
      undefined,
    ),
    keep: or(option("--keep DIR", "leave everything that was made in this folder, which must be empty"), undefined),
    seed: or(integer("--seed N", "the same number gives the same plant"), 1),
  },
  examples: ["demo", "demo -- --for 20s", "demo -- --for 20s --keep demo --seed 7"],
  exits: { 1: "nothing was read, or something was lost or refused" },
  run: async (given, signal) => {
    const dir = given.keep === undefined ? temporaryFolder() : emptyFolder(given.keep);
    const screen = openScreen();
    const ending = new AbortController();
    signal.addEventListener("abort", () => ending.abort(), { once: true });
    const limit = timeLimit(given.for, () => ending.abort());
    const watching = {
      onVerified: (line: string): void => {
        screen.take(line);
        if (screen.readings > 0) limit.verified();
      },
      isEarly: () => screen.readings === 0 && !limit.waitedInVain,
    };
    const drawing = new AbortController();
    let worthKeeping = true;
    try {
      const drawn = draw(screen, drawing.signal);
      const summary = await playDemo(dir, given.seed, watching, ending.signal).finally(() => drawing.abort());
      await drawn;
      if (summary === undefined) {
        worthKeeping = false; // there is nothing to look into
        process.stdout.write("Not well: it ended before the first reading was verified.\n");
        return 1;
      }
      process.stdout.write(
        `${process.stdout.isTTY ? "" : `${screen.render(Date.now())}\n`}\n${renderSummary(summary)}\n`,
      );
      const wrong = limit.waitedInVain
        ? `nothing was verified within ${firstReadingWithin / 1000} s`
        : whatIsWrong(summary);
      if (wrong !== undefined) process.stdout.write(`\nNot well: ${wrong}.\n`);
      worthKeeping = wrong !== undefined;
      if (given.keep !== undefined) process.stdout.write(`\n${next(dir)}\n`);
      return wrong === undefined ? 0 : 1;
    } finally {
      limit.clear();
      if (given.keep === undefined && !worthKeeping) rmSync(dir, { recursive: true, force: true });
      else if (given.keep === undefined) process.stderr.write(`What each program said is kept in ${dir}/*.log.\n`);
    }
  },
});

/** On a terminal the table is drawn over itself twice a second; elsewhere nothing is drawn until the end. */
async function draw(screen: ReturnType<typeof openScreen>, signal: AbortSignal): Promise<void> {
  if (!process.stdout.isTTY) return;
  process.stdout.write("\x1b[2J");
  while (!signal.aborted) {
    const lines = `cems-agent demo; Ctrl-C ends it\n${screen.render(Date.now())}`.split("\n");
    process.stdout.write(`\x1b[H${lines.map((line) => `${line}\x1b[K`).join("\n")}\x1b[J\n`);
    await pause(500, undefined, { signal }).catch(() => {});
  }
}

function emptyFolder(path: string): string {
  const dir = resolve(path);
  const there = attempt(`cannot make ${dir}`, () => {
    makeFolders(dir);
    return readdirSync(dir);
  });
  if (there.length > 0) throw new Fault("E_SIM_FOLDER", `${dir} is not empty`);
  return dir;
}

const temporaryFolder = (): string =>
  attempt(`cannot make a folder in ${tmpdir()}`, () => mkdtempSync(join(tmpdir(), "cems-demo-")));

function attempt<T>(what: string, act: () => T): T {
  try {
    return act();
  } catch (cause) {
    throw new Fault("E_SIM_FOLDER", `${what}: ${(cause as Error).message}`, { cause });
  }
}

const next = (dir: string): string =>
  [
    "Kept. Try:",
    `  npx cems-receiver tail --config ${dir}/receiver/receiver.yaml`,
    `  npx cems-agent export --config ${dir}/agent/site.yaml --out ${dir}/bundle && npx cems-receiver verify ${dir}/bundle`,
  ].join("\n");

await runProgram(
  {
    name: "npm run",
    script: { name: "demo", typed: "npm run demo --" },
    orderly: true,
    about: "The demo of cems-agent.",
    commands: [demo],
    faults: [simulatorFaults],
  },
  ["demo", ...process.argv.slice(2)],
);
