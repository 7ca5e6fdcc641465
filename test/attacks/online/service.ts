import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openNack } from "../../../feed/format/control.ts";
import type { Vkey } from "../../../feed/format/note.ts";
import { parsePolicy } from "../../../feed/format/policy.ts";
import { topics } from "../../../feed/format/topics.ts";
import { openLink } from "../../../feed/link.ts";
import { openReader } from "../../../feed/receiver/readings.ts";
import { runNode, spawnNode } from "../../support/program.ts";
import { tempDir } from "../../support/temporary.ts";
import { until } from "../../support/until.ts";

/** A receiver as a program of its own behind a real broker, and an attacker who may publish whatever he likes. */
export interface RealService {
  publish(lane: "cp" | "live" | "fill", payload: Buffer, gateway?: string): Promise<void>;
  /** Codes of all refused messages so far. */
  codes(): readonly string[];
  seen(code: string): Promise<unknown>;
  /** Codes of the nacks to a gateway from now on, as anyone hears them at the broker. */
  nacks(gateway: string): readonly string[];
  /** Entries held, and how far each log is witnessed and mirrored. */
  state(): { readonly entries: number; readonly witnessed: number; readonly mirrored: number };
  mirrored(size: number): Promise<unknown>;
  close(): Promise<void>;
}

export async function realService(url: string, gateways: Readonly<Record<string, Vkey>>): Promise<RealService> {
  const dir = join(tempDir(), "receiver");
  const config = join(dir, "receiver.yaml");
  await runNode("dist/feed/receiver/main.js", ["init", "--dir", dir]);
  const rows = Object.entries(gateways).map(([id, vkey]) => `  - id: ${id}\n    log: ${vkey.text}`);
  const settings = readFileSync(config, "utf8")
    .replace("gateways: []", `gateways:\n${rows.join("\n")}`)
    .replace("mqtt://127.0.0.1:1883", url);
  writeFileSync(config, settings);
  const policy = parsePolicy(readFileSync(join(dir, "policy.txt"), "utf8"));
  if (!policy.ok || policy.value.control === undefined) throw new Error("a policy without a control key");
  const { control } = policy.value;
  const receiver = spawnNode("dist/feed/receiver/main.js", ["run", "--config", config]);
  await receiver.line(/"msg":"receiving"/);
  const link = openLink({ url, clientId: "attacker" });
  await new Promise<void>((resolve) => link.listen({ topics: [], onUp: () => resolve() }));
  const reader = openReader(join(dir, "ledger.db"), (origin) => origin);
  const service: RealService = {
    publish: async (lane, payload, gateway = Object.keys(gateways)[0] ?? "") => {
      const { delivered } = await link.send(topics(gateway)[lane], payload);
      if (!delivered) throw new Error("the broker did not take it");
    },
    codes: () => Object.keys(reader.summary().codes),
    seen: (code) => until(() => service.codes().includes(code), { what: code }),
    nacks: (gateway) => {
      const heard: string[] = [];
      link.listen({
        topics: [topics(gateway).ctl],
        onMessage: (_, payload) => {
          const nack = openNack(payload, control);
          heard.push(nack.ok ? nack.value.code : nack.problem.code);
        },
      });
      return heard;
    },
    state: () => {
      const [{ witnessed, mirrored } = { witnessed: 0, mirrored: 0 }] = reader.sizes();
      return { entries: reader.summary().entries, witnessed, mirrored };
    },
    mirrored: (size) => until(() => service.state().mirrored === size, { what: `${size} mirrored` }),
    close: async () => {
      reader.close();
      await link.close();
      await receiver.stop();
    },
  };
  return service;
}
