import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Listening } from "../simulation.ts";
import { run } from "./processes.ts";

/** Where everything of one plant and its receiver lies. */
export interface Stage {
  readonly dir: string;
  readonly site: string;
  readonly receiver: string;
}

export interface StageSettings {
  /** The simulator's lines, as it says where they listen. */
  readonly lines: readonly Listening[];
  readonly brokerPort: number;
  /** How often each device is polled, and the most a checkpoint waits; 1s. */
  readonly every?: string;
}

const gateway = "demo-plant-s1-g1";
const domain = "dqs.example.cn";

/** Makes a receiver and a site in `dir` with the programs themselves, as a person would. */
export async function prepareStage(dir: string, settings: StageSettings): Promise<Stage> {
  const stage = {
    dir,
    site: join(dir, "agent", "site.yaml"),
    receiver: join(dir, "receiver", "receiver.yaml"),
  };
  mkdirSync(join(dir, "agent"), { recursive: true });
  await run("feed/receiver/main.js", ["init", "--dir", join(dir, "receiver"), "--name", domain]);
  copyFileSync(join(dir, "receiver", "policy.txt"), join(dir, "agent", "policy.txt"));
  writeFileSync(stage.site, siteText(settings));
  const said = await run("agent/main.js", ["init", "--config", stage.site]);
  const vkey = /log: (\S+)/.exec(said)?.[1];
  const receiver = readFileSync(stage.receiver, "utf8")
    .replace("gateways: []", `gateways:\n  - id: ${gateway}\n    log: ${vkey}`)
    .replace("mqtt://127.0.0.1:1883", brokerUrl(settings));
  writeFileSync(stage.receiver, receiver);
  return stage;
}

const brokerUrl = ({ brokerPort }: StageSettings): string => `mqtt://127.0.0.1:${brokerPort}`;

function siteText(settings: StageSettings): string {
  const { lines, every = "1s" } = settings;
  return `# Made by the demo. The lines are the simulator's; start it again and they listen elsewhere.
site:
  origin: ${domain}/log/${gateway}/1
  gateway: ${gateway}
  plant: demo-plant
  stack: s1
  device: { model: demo, sn: DEMO-1 }
state: state
seal: { every: ${every}, entries: 64 }
feed:
  broker: ${brokerUrl(settings)}
  policy: policy.txt
lines:
${lines.map((line) => `  - ${lineText(line)}`).join("\n")}
devices:
${lines.flatMap(({ id, meters }) => meters.map((meter) => `  - ${deviceText(id, meter, every)}`)).join("\n")}
`;
}

function lineText(line: Listening): string {
  if ("path" in line) {
    const parity = line.transport === "dlt645" ? "even" : "none";
    return `{ id: ${line.id}, transport: ${line.transport}, path: ${line.path}, baud: ${line.baud}, parity: ${parity}, dataBits: 8, stopBits: 1 }`;
  }
  const { id, transport, host, port } = line;
  const baud = "baud" in line ? `, baud: ${line.baud}` : "";
  return `{ id: ${id}, transport: ${transport}, host: ${host}, port: ${port}${baud} }`;
}

/** The demo shows a table that fits a screen: of each meter the points people ask for. */
const shown: Readonly<Record<string, string>> = {
  "sick/marsic300": "so2, nox, co, co2, o2, h2o",
  "eastron/sdm630": "power, u1, factor, frequency, import",
};

function deviceText(line: string, { id, unit, profile }: Listening["meters"][number], every: string): string {
  const points = shown[profile] ? `, points: [${shown[profile]}]` : "";
  return `{ id: ${id}, line: ${line}, unit: ${JSON.stringify(unit)}, profile: ${profile}, every: ${every}${points} }`;
}
