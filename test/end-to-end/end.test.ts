import { expect, test } from "vitest";
import { startMosquitto } from "../support/mosquitto.ts";
import { runNode } from "../support/program.ts";
import { needs } from "../support/system.ts";
import { makePlant } from "./plant.ts";

const agent = (...args: readonly string[]) => runNode("dist/agent/main.js", args);

needs("mosquitto").describe("a log that is closed", () => {
  test("still goes to the service, takes nothing more, and whoever adds to it is refused", async () => {
    const broker = await startMosquitto();
    const plant = await makePlant({ brokerPort: broker.port, every: "1s", seed: 6 });
    const receiver = plant.runReceiver();
    await receiver.line(/"msg":"receiving"/);
    const running = plant.runAgent();
    await running.line(/"msg":"collecting"/);
    const end = ["end", "--config", plant.site, "--why", "the stack is taken out of use"];
    expect(await agent(...end)).toMatchObject({ code: 75, stderr: expect.stringMatching(/^E_JOURNAL_HELD: /) });
    await running.stop();
    await receiver.stop();

    const closed = await agent(...end, "--next", "test/log/2");
    expect(closed).toMatchObject({ code: 0, stderr: "" });
    const [, size = ""] = / is closed with (\d+) entries/.exec(closed.stdout) ?? [];
    expect(await agent(...end)).toMatchObject({ code: 73, stderr: expect.stringMatching(/^E_LOG_ENDED: /) });
    const rotation = ["rotate", "--config", plant.site, "--out", `${plant.site}.request`];
    expect(await agent(...rotation)).toMatchObject({ code: 73, stderr: expect.stringMatching(/^E_LOG_ENDED: /) });

    // The agent waits for the service, hands over what it lacks, and is done.
    const last = plant.runAgent();
    await last.line(/"code":"LOG_ENDED"/);
    const again = plant.runReceiver();
    const [stopped] = await last.line(/^\{.*"msg":"stopped".*\}$/m);
    expect(JSON.parse(stopped)).toMatchObject({ entries: Number(size), mirrored: Number(size) });
    expect(await last.ended).toMatchObject({ code: 0 });
    await again.stop();
    const { leaves } = await plant.exported();
    expect(leaves).toHaveLength(Number(size));
    expect(JSON.parse(leaves.at(-1) ?? "")).toMatchObject({ type: "end", next: "test/log/2" });
  });
});
