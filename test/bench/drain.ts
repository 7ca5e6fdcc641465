/**
 * A backlog drained end to end: the agent's sender, mosquitto and cems-receiver, each a process, until the receiver has
 * verified, stored and cosigned everything. Against the live rate of a gateway, and against bare MQTT.js to the same broker.
 */
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { seal } from "../../agent/keep/seal.ts";
import { initReceiver } from "../../feed/receiver/init.ts";
import { startMosquitto } from "../support/mosquitto.ts";
import { start } from "../support/program.ts";
import { frames } from "./frames.ts";
import { newJournal } from "./journals.ts";
import type { Bench } from "./result.ts";
import { beside, demand, during, rateOf, withFolder } from "./tools.ts";

const READINGS = 50;
/** 20 devices of 50 readings polled each second: what a large plant makes while nothing is wrong. */
const LIVE_RATE = 1000;
const gateway = "g1";

/** A sealed journal of so many entries, as it is found after the link was down. Returns its folder and its log key. */
function backlog(folder: string, entries: number): { readonly path: string; readonly log: string } {
  const { path, journal, signer } = newJournal(folder);
  const bodies = frames(entries, READINGS);
  for (let from = 0; from < entries; from += 64) {
    journal.append(...bodies.slice(from, from + 64));
    seal(journal, signer);
  }
  journal.close();
  return { path, log: signer.vkey.text };
}

/** A fresh receiver that knows the gateway; returns its folder. */
function receiver(folder: string, broker: string, log: string): string {
  const path = join(mkdtempSync(join(folder, "receiver-")), "receiver");
  initReceiver(path, "dqs.example.cn");
  const settings = join(path, "receiver.yaml");
  const text = readFileSync(settings, "utf8")
    .replace(/url: .*/, `url: ${broker}`)
    .replace(/gateways: .*/, `gateways: [{ id: ${gateway}, log: ${log} }]`);
  writeFileSync(settings, text);
  return path;
}

export const drain: Bench = async ({ seconds }, measure) => {
  demand("mosquitto");
  await withFolder(async (folder) => {
    const { path, log } = backlog(folder, Math.ceil(seconds * 10_000));
    const broker = await startMosquitto([], { cleanup: () => {} });
    try {
      const ours = async (): Promise<number> => {
        const journal = mkdtempSync(join(folder, "sent-"));
        cpSync(path, journal, { recursive: true });
        const service = receiver(folder, broker.url, log);
        const main = [beside("../../feed/receiver/main.js"), "run", "--config", join(service, "receiver.yaml")];
        const program = start(process.execPath, main, { cleanup: () => {} });
        return during(program, async () => {
          await program.line(/"receiving"/);
          const policy = join(service, "policy.txt");
          const sender = [beside("drain-client.js"), journal, policy, broker.url, gateway, String(READINGS)];
          return rateOf(process.execPath, sender);
        });
      };
      const bare = [beside("mqtt-client.js"), String(broker.port), String(seconds), String(READINGS)];
      const unit = "readings/s";
      await measure({ case: "live rate", unit, bar: 40, ours, other: async () => LIVE_RATE });
      await measure({ case: "bare MQTT.js", unit, ours, other: () => rateOf(process.execPath, bare) });
    } finally {
      await broker.stop();
    }
  });
};
