import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { runNode } from "../support/program.ts";
import { tempDir } from "../support/temporary.ts";

/** The file of a site that is initialised: one meter that nobody answers for, and nobody to send to. */
export async function makeLonelySite(): Promise<string> {
  const config = join(tempDir(), "site.yaml");
  writeFileSync(
    config,
    `site: { origin: example.cn/log/p-s1-g1/1, gateway: p-s1-g1, plant: p, stack: s1, device: { model: EG-2, sn: GW-1 } }
state: state
lines: [{ id: l, transport: tcp, host: 127.0.0.1, port: 9 }]
devices: [{ id: power, line: l, unit: 1, profile: eastron/sdm630, every: 1s, points: [power] }]
`,
  );
  const { code, stderr } = await runNode("dist/agent/main.js", ["init", "--config", config]);
  if (code !== 0) throw new Error(stderr);
  return config;
}
