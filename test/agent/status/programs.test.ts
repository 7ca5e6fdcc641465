import { rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { prepareStage } from "../../../simulator/demo/stage.ts";
import { runNode, spawnNode } from "../../support/program.ts";
import { tempDir } from "../../support/temporary.ts";

const agent = (...args: readonly string[]) => runNode("dist/agent/main.js", args);
const meter = { id: "power", unit: 1, model: "sdm630", profile: "eastron/sdm630" } as const;
const lines = [{ id: "l", transport: "tcp", host: "127.0.0.1", port: 9, meters: [meter] }] as const;

test("status answers beside a running agent and without one, in words, Chinese words and JSON", async () => {
  const dir = tempDir();
  const { site } = await prepareStage(dir, { lines, brokerPort: 9 });
  const before = await agent("status", "--config", site, "--lang", "en");
  expect(before).toMatchObject({ code: 2, stderr: "" });
  expect(before.stdout).toMatch(/^SOMETHING IS WRONG .*\n!! AGENT_STOPPED: no agent is running/);

  const running = spawnNode("dist/agent/main.js", ["run", "--config", site]);
  await running.line(/COMM_LOST|E_BUS_/);
  const beside = await agent("status", "--config", site, "--json");
  const said = JSON.parse(beside.stdout) as { exit: number; agent: { running: boolean }; devices: { id: string }[] };
  expect(beside.stderr).toBe("");
  expect([said.exit, said.agent.running, said.devices.map(({ id }) => id)]).toEqual([beside.code, true, ["power"]]);
  await running.stop("SIGKILL"); // its lock goes with it

  const after = await runNode("dist/agent/main.js", ["status", "--config", site], { env: { LC_ALL: "zh_CN.UTF-8" } });
  expect([after.code, after.stdout.split(" ")[0]]).toEqual([2, "存在问题"]);
  rmSync(join(dir, "agent", "state", "journal", "state.db"));
  const gone = await agent("status", "--config", site);
  expect([gone.code, gone.stdout, gone.stderr.split(":")[0]]).toEqual([66, "", "E_JOURNAL_MISSING"]);
});
