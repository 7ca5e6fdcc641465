import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { prepareStage, type Stage, type StageSettings } from "../../simulator/demo/stage.ts";
import type { Listening } from "../../simulator/simulation.ts";
import { type Program, runNode, spawnNode } from "../support/program.ts";
import { type Cleanup, tempDir } from "../support/temporary.ts";

/** One reply as a simulated meter gave it: the data bytes in hex, and what each point showed. */
export interface Shown {
  readonly meter: string;
  readonly values: string;
  readonly points: Readonly<Record<string, string>>;
}

/** A simulated plant with its agent and receiver, made in a temporary folder by the programs themselves. */
export interface Plant extends Stage {
  readonly simulator: Program;
  shown(): Shown[];
  runAgent(): Program;
  runReceiver(): Program;
  /** Entries of the agent's journal as an export has them. */
  exported(): Promise<{ readonly dir: string; readonly leaves: string[] }>;
}

export async function makePlant(
  settings: Omit<StageSettings, "lines"> & { readonly seed?: number; readonly scenario?: string },
  cleanup: Cleanup = onTestFinished,
): Promise<Plant> {
  const dir = tempDir(cleanup);
  const shownFile = join(dir, "shown.jsonl");
  const { seed = 1, scenario = "power-unit" } = settings;
  const args = ["run", scenario, "--seed", `${seed}`, "--port-base", "0", "--json", "--shown", shownFile];
  const simulator = spawnNode("dist/simulator/main.js", args, { cleanup });
  const [said] = await simulator.line(/^\{.*\}$/m);
  const { lines } = JSON.parse(said) as { lines: Listening[] };
  const stage = await prepareStage(dir, { ...settings, lines });
  let exports = 0;
  return {
    ...stage,
    simulator,
    shown: () => jsonLines<Shown>(shownFile),
    runAgent: () => spawnNode("dist/agent/main.js", ["run", "--config", stage.site], { cleanup }),
    runReceiver: () => spawnNode("dist/feed/receiver/main.js", ["run", "--config", stage.receiver], { cleanup }),
    exported: async () => {
      const bundle = join(dir, `export-${++exports}`);
      const { code, stderr } = await runNode("dist/agent/main.js", ["export", "--config", stage.site, "--out", bundle]);
      if (code !== 0) throw new Error(stderr);
      return { dir: bundle, leaves: readFileSync(join(bundle, "leaves.jsonl"), "utf8").trimEnd().split("\n") };
    },
  };
}

/** A file that may still be written to: its last line may not be whole yet. */
export const jsonLines = <T>(file: string): T[] =>
  existsSync(file)
    ? readFileSync(file, "utf8")
        .split("\n")
        .slice(0, -1)
        .map((line) => JSON.parse(line) as T)
    : [];
