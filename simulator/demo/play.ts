import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Fault } from "../../feed/format/faults.ts";
import type { Listening } from "../simulation.ts";
import { countReadings } from "./count.ts";
import { type Running, run, start } from "./processes.ts";
import { prepareStage, type Stage } from "./stage.ts";
import type { RunSummary } from "./summary.ts";

/** Whoever watches the demo. */
export interface Watching {
  /** Takes every line of the receiver's tail: a verified reading, or the sizes of the log, as JSON. */
  onVerified(line: string): void;
  /** Asked when it ends: whether nobody wants to know how far it came, since it was ended before the first reading. */
  isEarly(): boolean;
}

/**
 * Starts broker, simulator, receiver and agent, hands what was verified to `watching`, and ends them in order when `signal`
 * aborts; undefined: that was too early for a summary. Throws Fault E_SIM_PROGRAM when one of them ends by itself.
 */
export async function playDemo(
  dir: string,
  seed: number,
  watching: Watching,
  signal: AbortSignal,
): Promise<RunSummary | undefined> {
  const running: Running[] = [];
  const begin = (name: string, script: string, args: readonly string[], onLine?: (line: string) => void): Running => {
    const program = start(name, script, args, join(dir, `${name}.log`), onLine);
    running.push(program);
    return program;
  };
  try {
    const { port } = await firstLine<{ port: number }>((hear) =>
      begin("broker", "simulator/service.js", ["--port", "0"], hear),
    );
    const plant = [
      "run",
      "power-unit",
      "--seed",
      `${seed}`,
      "--port-base",
      "0",
      "--json",
      "--shown",
      join(dir, "shown.jsonl"),
    ];
    const { lines } = await firstLine<{ lines: Listening[] }>((hear) =>
      begin("simulator", "simulator/main.js", plant, hear),
    );
    const stage = await prepareStage(dir, { lines, brokerPort: port });
    if (signal.aborted) return undefined;
    const receiver = begin("receiver", "feed/receiver/main.js", ["run", "--config", stage.receiver]);
    const tail = ["tail", "--config", stage.receiver, "--follow", "--json", "--last", "0"];
    begin("tail", "feed/receiver/main.js", tail, watching.onVerified);
    let farewell = "";
    const agent = begin("agent", "agent/main.js", ["run", "--config", stage.site], (line) => {
      if (isFarewell(line)) farewell = line;
    });
    const failed = await Promise.race([aborted(signal), ...running.map(endedEarly)]);
    if (failed && !signal.aborted) throw failed;
    const status = await agent.stop();
    // A program that is told to end before it listens to signals ends with one: no fault of it.
    if (watching.isEarly()) return undefined;
    if (status !== 0) throw new Fault("E_SIM_PROGRAM", `the agent ended with ${status}; see ${dir}/agent.log`);
    await receiver.stop();
    return await summarise(stage, JSON.parse(farewell) as Farewell);
  } finally {
    for (const program of running.reverse()) await program.stop();
  }
}

/** What the agent did, as it says when it has stopped, in readings and tree sizes. */
interface Farewell {
  readonly readings: { readonly taken: number; readonly missing: number };
  readonly published: number;
  readonly mirrored: number;
}

const isFarewell = (line: string): boolean => line.includes('"msg":"stopped"');

/** Counts what was kept from an export, not from the agent's word, and what was verified from the receiver's ledger. */
async function summarise(stage: Stage, { readings, published, mirrored }: Farewell): Promise<RunSummary> {
  const out = mkdtempSync(join(tmpdir(), "cems-demo-export-"));
  try {
    const bundle = join(out, "bundle");
    await run("agent/main.js", ["export", "--config", stage.site, "--out", bundle]);
    const counts = await countReadings(join(bundle, "leaves.jsonl"), { published, mirrored });
    const said = await run("feed/receiver/main.js", [
      "tail",
      "--config",
      stage.receiver,
      "--summary",
      "--json",
      "--last",
      "0",
    ]);
    const { summary } = JSON.parse(said) as { summary: { readings: number; refused: Record<string, number> } };
    return {
      taken: readings.taken,
      missing: readings.missing,
      kept: counts.all,
      published: counts.published,
      verified: summary.readings,
      acknowledged: counts.mirrored,
      refused: summary.refused,
    };
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

const firstLine = <T>(begin: (hear: (line: string) => void) => Running): Promise<T> =>
  new Promise((resolve, reject) => {
    const program = begin((line) => resolve(JSON.parse(line) as T));
    void endedEarly(program).then(reject);
  });

const endedEarly = async ({ name, ended }: Running): Promise<Fault> =>
  new Fault("E_SIM_PROGRAM", `the ${name} ended with ${await ended}`);

const aborted = (signal: AbortSignal): Promise<undefined> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    else signal.addEventListener("abort", () => resolve(undefined), { once: true });
  });
