/** Attacks on the history of one gateway: it is copied, its tail is lost, its disk is full. */
import { execFileSync } from "node:child_process";
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openReader } from "../../../feed/receiver/readings.ts";
import { tamper } from "../../agent/keep/kit.ts";
import { makePlant, type Plant } from "../../end-to-end/plant.ts";
import { startMosquitto } from "../../support/mosquitto.ts";
import { smallDisk } from "../../support/small-disk.ts";
import { until } from "../../support/until.ts";
import type { Performs } from "../attack.ts";
import { treeAttacks } from "../online/trees.ts";

export const disk = smallDisk(2);

/** A plant whose service has mirrored a part of what it kept; the agent is stopped, the receiver runs on. */
async function begun(): Promise<{ plant: Plant; port: number; close: () => Promise<void> }> {
  const { port } = await startMosquitto();
  const plant = await makePlant({ brokerPort: port, every: "100ms", seed: 10 });
  const receiver = plant.runReceiver();
  await receiver.line(/"msg":"receiving"/);
  const agent = plant.runAgent();
  await agent.line(/"msg":"collecting"/);
  const reader = openReader(join(plant.dir, "receiver", "ledger.db"), (origin) => origin);
  await until(() => (reader.sizes()[0]?.mirrored ?? 0) > 60, { what: "entries at the mirror" });
  await agent.stop();
  const close = async (): Promise<void> => {
    reader.close();
    await receiver.stop();
  };
  return { plant, port, close };
}

export const historyAttacks: Performs = {
  T46: async (month) => {
    const { plant, port, close } = await begun();
    // On a machine of its own, with meters of its own.
    const clone = await makePlant({ brokerPort: port, every: "100ms", seed: 11 });
    const [from, to] = [plant, clone].map(({ dir }) => join(dir, "agent", "state")) as [string, string];
    rmSync(to, { recursive: true });
    cpSync(from, to, { recursive: true });
    cpSync(join(plant.dir, "agent", "policy.txt"), join(clone.dir, "agent", "policy.txt"));
    const both = [plant.runAgent(), clone.runAgent()];
    const fork = await Promise.race(both.map((agent) => agent.line(/E_JOURNAL_FORK/, { within: 60_000 })));
    for (const agent of both) await agent.stop();
    await close();
    // An agent that was altered to go on all the same is refused by the service.
    return [...fork, ...((await treeAttacks.T32?.(month)) ?? [])];
  },
  T47: async () => {
    const { plant, close } = await begun();
    const { leaves } = await plant.exported();
    const months = [...new Set(leaves.slice(-20).map((line) => JSON.parse(line).t.slice(0, 7) as string))];
    for (const month of months) {
      const file = join(plant.dir, "agent", "state", "journal", `leaf-${month}.db`);
      tamper(file, `DELETE FROM leaf WHERE i >= ${leaves.length - 20}`);
    }
    const agent = plant.runAgent();
    const [code = ""] = await agent.line(/TAIL_RECOVERED/);
    await agent.line(/"msg":"collecting"/);
    await agent.stop();
    await close();
    const after = (await plant.exported()).leaves;
    return leaves.every((line, index) => line === after[index]) ? [code] : [];
  },
  T48: async () => {
    const plant = await makePlant({ brokerPort: 9, every: "100ms" });
    cpSync(join(plant.dir, "agent", "state"), join(disk ?? "", "state"), { recursive: true });
    writeFileSync(plant.site, readFileSync(plant.site, "utf8").replace("state: state", `state: ${disk}/state`));
    const agent = plant.runAgent();
    await agent.ended;
    const [code = ""] = /E_JOURNAL_FULL/.exec(agent.stderr()) ?? [];
    execFileSync("mount", ["-o", "remount,size=32m", disk ?? ""]);
    const full = (await plant.exported()).leaves;
    const again = plant.runAgent();
    await again.line(/"msg":"collecting"/, { within: 30_000 });
    await again.stop();
    const { leaves } = await plant.exported();
    return full.every((line, index) => line === leaves[index]) && leaves.length > full.length ? [code] : [];
  },
};
