import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { command, duration, integer, option, or, runProgram } from "../../feed/command.ts";
import { Fault } from "../../feed/format/faults.ts";
import { simulatorFaults } from "../faults.ts";
import { playDemo } from "./play.ts";
import { openScreen } from "./screen.ts";
import { allWell, renderSummary } from "./summary.ts";

const demo = command({
  name: "demo",
  about:
    "A simulated coal-fired unit, a broker, the agent and a receiver, each a process of its own, live in this terminal.",
  takes: {
    for: or(duration("--for TIME", "end by itself after this time; not given: at Ctrl-C"), undefined),
    keep: or(option("--keep DIR", "leave everything that was made in this folder, which must be empty"), undefined),
    seed: or(integer("--seed N", "the same number gives the same plant"), 1),
  },
  examples: ["demo", "demo -- --for 20s", "demo -- --for 20s --keep demo --seed 7"],
  exits: { 1: "something was lost or refused" },
  run: async (given, signal) => {
    const dir = given.keep === undefined ? mkdtempSync(join(tmpdir(), "cems-demo-")) : emptyFolder(given.keep);
    const screen = openScreen();
    const ending = new AbortController();
    signal.addEventListener("abort", () => ending.abort(), { once: true });
    // The time counts from the first verified reading: a slow machine takes seconds to start five programs.
    let counting = given.for === undefined;
    const take = (line: string): void => {
      if (!counting) setTimeout(() => ending.abort(), given.for);
      counting = true;
      screen.take(line);
    };
    const drawing = new AbortController();
    try {
      const drawn = draw(screen, drawing.signal);
      const summary = await playDemo(dir, given.seed, take, ending.signal).finally(() => drawing.abort());
      await drawn;
      process.stdout.write(
        `${process.stdout.isTTY ? "" : `${screen.render(Date.now())}\n`}\n${renderSummary(summary)}\n`,
      );
      if (given.keep !== undefined) process.stdout.write(`\n${next(dir)}\n`);
      return allWell(summary) ? 0 : 1;
    } finally {
      if (given.keep === undefined) rmSync(dir, { recursive: true, force: true });
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
  mkdirSync(dir, { recursive: true });
  if (readdirSync(dir).length > 0) throw new Fault("E_SIM_FOLDER", `${dir} is not empty`);
  return dir;
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
    about: "The demo of cems-agent.",
    commands: [demo],
    faults: [simulatorFaults],
  },
  ["demo", ...process.argv.slice(2)],
);
