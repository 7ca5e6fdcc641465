import { execFileSync } from "node:child_process";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runNode } from "../support/program.ts";
import { smallDisk } from "../support/small-disk.ts";
import { makePlant } from "./plant.ts";

const disk = smallDisk(2);
const title = "a gateway whose disk is full";
describe.skipIf(disk === undefined)(disk === undefined ? `${title} (run as root, which may mount one)` : title, () => {
  test("stops with its own code and status, has kept all it acknowledged, and goes on when there is room", async () => {
    const plant = await makePlant({ brokerPort: 9, every: "100ms" });
    cpSync(join(plant.dir, "agent", "state"), join(disk ?? "", "state"), { recursive: true });
    writeFileSync(plant.site, readFileSync(plant.site, "utf8").replace("state: state", `state: ${disk}/state`));
    const agent = plant.runAgent();
    expect(`${(await agent.ended).code} ${agent.stderr()}`).toMatch(/^74 E_JOURNAL_FULL: .*Free space/);

    execFileSync("mount", ["-o", "remount,size=32m", disk ?? ""]);
    const full = (await plant.exported()).leaves;
    const again = plant.runAgent();
    await again.line(/"msg":"collecting"/, { within: 30_000 });
    expect(await again.stop()).toMatchObject({ code: 0 });
    const { dir, leaves } = await plant.exported();
    expect(leaves.length).toBeGreaterThan(full.length);
    expect(leaves.slice(0, full.length)).toEqual(full);
    // Nobody has cosigned it; with a policy that asks for nobody all of it verifies.
    const { stdout } = await runNode("dist/feed/receiver/main.js", ["verify", dir]);
    expect([...stdout.matchAll(/^([A-Z]+[A-Z_]*) /gm)].map(([, code]) => code)).toEqual(["QUORUM"]);
  }, 120_000);
});
