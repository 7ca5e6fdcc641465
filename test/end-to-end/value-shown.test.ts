import { expect, test } from "vitest";
import { startMosquitto } from "../support/mosquitto.ts";
import { runNode } from "../support/program.ts";
import { needs } from "../support/system.ts";
import { until } from "../support/until.ts";
import { makePlant } from "./plant.ts";

interface Verified {
  readonly channel: string;
  readonly seq: number;
  readonly value: string | null;
  readonly flag: string;
  readonly proof: string;
}

needs("mosquitto").describe("value shown = value verified", () => {
  test("what each meter showed at each poll is what the receiver's ledger holds, in that order", async () => {
    const broker = await startMosquitto();
    const plant = await makePlant({ brokerPort: broker.port, every: "200ms", seed: 11 });
    const receiver = plant.runReceiver();
    await receiver.line(/"msg":"receiving"/);
    const agent = plant.runAgent();
    await agent.line(/"msg":"collecting"/);
    await until(() => plant.shown().length > 150, { within: 30_000, what: "150 replies of the meters" });
    expect(await agent.stop()).toMatchObject({ code: 0 });
    expect(agent.stdout()).toMatch(/"mqtt":"5"/);
    await receiver.stop();

    const args = ["tail", "--config", plant.receiver, "--json", "--last", "1000000"];
    const lines = (await runNode("dist/feed/receiver/main.js", args)).stdout.trimEnd().split("\n");
    const verified = lines.map((line) => JSON.parse(line) as Verified).sort((a, b) => a.seq - b.seq);
    const shown = plant.shown();
    const channels = [...new Set(verified.map(({ channel }) => channel))];
    expect(channels.length).toBe(16);
    for (const channel of channels) {
      const [meter, point] = channel.split(".") as [string, string];
      const ledger = verified.filter((reading) => reading.channel === channel);
      expect(ledger.filter(({ flag, proof }) => flag !== "N" || proof !== "mirrored")).toEqual([]);
      const values = ledger.map(({ value }) => value as string);
      const showed = shown.filter((reply) => reply.meter === meter && point in reply.points);
      expect(values.length).toBeGreaterThan(5);
      // The last replies may have come while the agent was stopping.
      expect(showed.length - values.length).toBeLessThan(3);
      const halfUnit = 0.5 * 10 ** -(values[0]?.split(".")[1]?.length ?? 0);
      const apart = values.filter(
        (value, i) => Math.abs(Number(value) - Number(showed[i]?.points[point])) > halfUnit * 1.000001,
      );
      expect([channel, apart]).toEqual([channel, []]);
    }
  });
});
