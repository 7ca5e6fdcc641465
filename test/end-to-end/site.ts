import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { readJournal } from "../../agent/keep/reader.ts";
import type { EventBody, FrameBody } from "../../feed/format/body.ts";
import { readEntry } from "../../feed/format/entry.ts";
import { type Program, runNode, spawnNode } from "../support/program.ts";
import { tempDir } from "../support/temporary.ts";
import { until } from "../support/until.ts";

/** What `verified` prints of a log with which nothing is wrong; the clock of a test machine may follow nothing. */
export const valid = /^[03] .*\nVALID(?: WITH REMARKS:(?: CFG_CHANGED| CLOCK_UNSYNC)+)?:/s;

/** A site that keeps and sends nowhere, with its real agent. */
export interface RunningSite {
  readonly agent: Program;
  /** Frames that are kept and sealed so far, oldest first. */
  frames(): FrameBody[];
  events(): EventBody[];
  /** Waits for one more frame like this. */
  frame(like: (frame: FrameBody) => boolean, what: string): Promise<FrameBody>;
  event(code: string): Promise<EventBody>;
  /** Stops the agent, exports the journal and has it verified; what the verifier printed. */
  verified(): Promise<string>;
}

/**
 * @param files other files beside the site file, by path
 * @param dir where a journal of an earlier run may be, which is then gone on with
 */
export async function runSite(
  text: string,
  files: Readonly<Record<string, string>> = {},
  dir: string = tempDir(),
): Promise<RunningSite> {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), content);
  }
  const config = join(dir, "site.yaml");
  const head = `site: { origin: example.cn/log/p-s1-g1/1, gateway: p-s1-g1, plant: p, stack: s1, device: { model: EG-2, sn: GW-1 } }
state: state
seal: { every: 100ms }
`;
  writeFileSync(config, head + text);
  const made = existsSync(join(dir, "state")) || (await runNode("dist/agent/main.js", ["init", "--config", config]));
  if (made !== true && made.code !== 0) throw new Error(made.stderr);
  const agent = spawnNode("dist/agent/main.js", ["run", "--config", config]);
  await agent.line(/"msg":"collecting"/);
  const entries = () => {
    const journal = readJournal(join(dir, "state/journal"));
    try {
      return journal.read(0, journal.head().size).flatMap(({ bytes }) => {
        const entry = readEntry(bytes);
        return entry.ok ? [entry.value] : [];
      });
    } finally {
      journal.close();
    }
  };
  const frames = () => entries().filter((entry) => entry.type === "frame");
  const events = () => entries().filter((entry) => entry.type === "event");
  return {
    agent,
    frames,
    events,
    frame: (like, what) => until(() => frames().find(like), { within: 15_000, every: 50, what }),
    event: (code) =>
      until(() => events().find((event) => event.code === code), { within: 15_000, every: 50, what: code }),
    verified: async () => {
      const { code } = await agent.stop();
      if (code !== 0) throw new Error(agent.stderr());
      const out = join(dir, "bundle");
      const exported = await runNode("dist/agent/main.js", ["export", "--config", config, "--out", out]);
      if (exported.code !== 0) throw new Error(exported.stderr);
      const { code: verdict, stdout, stderr } = await runNode("dist/feed/receiver/main.js", ["verify", out]);
      return `${verdict} ${stdout}${stderr}`;
    },
  };
}
