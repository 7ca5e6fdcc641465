#!/usr/bin/env node
import { closeSync, openSync, renameSync, writeFileSync, writeSync } from "node:fs";
import { createInterface } from "node:readline";
import { command, flag, integer, only, option, or, runProgram } from "../feed/command.ts";
import { Fault } from "../feed/format/faults.ts";
import { obey } from "./control.ts";
import { simulatorFaults } from "./faults.ts";
import type { ListeningLogger } from "./logger/on-line.ts";
import { about, deviceNames } from "./meters/speakers.ts";
import { loadScenario, scenarioNames } from "./scenario.ts";
import { type Listening, type Simulation, simulate } from "./simulation.ts";

const print = (line: string): void => void process.stdout.write(`${line}\n`);

const run = command({
  name: "run",
  about: "Start a simulated plant and its meters, print where each line listens, and run until stopped.",
  takes: {
    scenario: or(option("SCENARIO", "a scenario's name, or the path of a YAML file"), "power-unit"),
    seed: or(integer("--seed N", "the same number gives the same plant"), 1),
    portBase: or(
      only(
        integer("--port-base P", "TCP lines listen on P and after; 0: on free ports; not given: as the scenario says"),
        (port) => port <= 65_535,
        "A port from 0 to 65535",
      ),
      undefined,
    ),
    links: or(option("--links DIR", "folder for the serial lines' names; not given: a temporary one"), undefined),
    shown: or(option("--shown FILE", "write what each meter showed at each request, one JSON line each"), undefined),
    ready: or(option("--ready FILE", "write where the lines listen, as JSON, once they do"), undefined),
    json: flag("--json", "print where the lines listen as one line of JSON"),
    control: flag("--control", "take wishes as JSON lines on standard input and answer each with one"),
  },
  examples: [
    "run",
    "run power-unit-faulty --seed 7 --port-base 0 --json",
    `run --control <<< '{"meter":"cems","fault":{"kind":"silence"}}'`,
  ],
  run: async (given, signal) => {
    const shown = given.shown === undefined ? undefined : toFile(given.shown, (file) => openSync(file, "w"));
    const simulation = await simulate(loadScenario(given.scenario), {
      seed: given.seed,
      ...(given.portBase === undefined ? {} : { portBase: given.portBase }),
      ...(given.links === undefined ? {} : { links: given.links }),
      ...(shown === undefined ? {} : { onShown: (seen) => void writeSync(shown, `${JSON.stringify(seen)}\n`) }),
    });
    const report = JSON.stringify({
      scenario: given.scenario,
      seed: given.seed,
      lines: simulation.lines,
      loggers: simulation.loggers,
    });
    if (given.ready !== undefined) toFile(given.ready, (file) => writeWhole(file, `${report}\n`));
    print(given.json ? report : forPeople(given.scenario, given.seed, simulation));
    if (given.control) takeWishes(simulation);
    await aborted(signal);
    await simulation.close();
    if (shown !== undefined) closeSync(shown);
    return 0;
  },
});

const list = command({
  name: "list",
  about: "List the scenarios that come with the simulator and the meters it can pretend to be.",
  takes: {},
  examples: ["list"],
  ends: ["E_SIM_SCENARIO"],
  run: () => {
    print("Scenarios");
    for (const name of scenarioNames()) print(`  ${name.padEnd(20)} ${loadScenario(name).about}`);
    print("\nMeters (in a scenario: `model`)");
    for (const name of deviceNames) {
      const model = about(name);
      print(`  ${name.padEnd(20)} ${model.about}`);
      print(`  ${"".padEnd(20)} read by profile ${model.profile}`);
    }
    return 0;
  },
});

function forPeople(scenario: string, seed: number, { lines, loggers }: Pick<Simulation, "lines" | "loggers">): string {
  const where = (line: Listening | ListeningLogger): string =>
    "path" in line ? `${line.path}, ${line.baud} baud` : `${line.host}:${line.port}`;
  return [
    `${scenario}, seed ${seed}`,
    ...lines.flatMap((line) => [
      `  ${line.id.padEnd(16)} ${line.transport.padEnd(13)} ${where(line)}`,
      ...line.meters.map((meter) => `    ${meter.id.padEnd(14)} unit ${`${meter.unit}`.padEnd(8)} ${meter.profile}`),
    ]),
    ...loggers.flatMap((logger) => [
      `  ${logger.id.padEnd(16)} ${logger.transport.padEnd(13)} ${where(logger)}`,
      `    pushes as MN ${logger.mn}, ${logger.profile}`,
    ]),
  ].join("\n");
}

function toFile<T>(file: string, act: (file: string) => T): T {
  try {
    return act(file);
  } catch (cause) {
    throw new Fault("E_SIM_FILE", `cannot write ${file}`, { cause });
  }
}

/** Whoever waits for the file finds it complete. */
function writeWhole(file: string, text: string): void {
  writeFileSync(`${file}.part`, text);
  renameSync(`${file}.part`, file);
}

function takeWishes(simulation: Simulation): void {
  createInterface({ input: process.stdin }).on("line", (line) => print(JSON.stringify(obey(simulation, line))));
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });

await runProgram({
  name: "cems-simulator",
  about: "A simulated plant: meters that answer on real Modbus lines, seeded, with faults on the wire when asked for.",
  commands: [run, list],
  faults: [simulatorFaults],
});
