import { appendFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { Trace } from "../../agent/derive/trace.ts";
import { startMosquitto } from "../support/mosquitto.ts";
import { runNode, spawnNode } from "../support/program.ts";
import { needs } from "../support/system.ts";
import { makePlant } from "./plant.ts";

interface Verified {
  readonly channel: string;
  readonly seq: number;
  readonly value: string | null;
  readonly proof: string;
  readonly start: string;
}

needs("mosquitto").describe("a derived minute", () => {
  test("reaches the receiver as it is over, and explains itself by what the instruments were read as", async () => {
    const broker = await startMosquitto();
    const plant = await makePlant({ brokerPort: broker.port, every: "1s", seed: 4 });
    appendFileSync(plant.site, "derived:\n  means: [cems.so2, cems.o2]\n");
    const receiver = plant.runReceiver();
    await receiver.line(/"msg":"receiving"/);
    const tail = spawnNode("dist/feed/receiver/main.js", [
      "tail",
      "--config",
      plant.receiver,
      "--json",
      "--follow",
      "--last",
      "0",
    ]);
    const agent = plant.runAgent();
    await agent.line(/"msg":"collecting"/);
    // A minute of which too little was left has no value; the one after it has.
    const closed = /^\{.*"channel":"cems\.so2".*"value":"[^"]+".*"period":"minute".*\}$/m;
    const [line] = await tail.line(closed, { within: 140_000 });
    const verified = JSON.parse(line) as Verified;

    expect(await agent.stop()).toMatchObject({ code: 0 });
    await receiver.stop();
    const period = new Date(Date.parse(verified.start) + 8 * 3_600_000).toISOString().slice(0, 16);
    const explained = await runNode("dist/agent/main.js", [
      "explain",
      "cems.so2",
      period,
      "--config",
      plant.site,
      "--json",
    ]);
    expect(explained).toMatchObject({ code: 0, stderr: "" });
    const trace = JSON.parse(explained.stdout) as Trace;
    expect([trace.value[0], trace.entry]).toEqual([verified.value, verified.seq]);
    const samples = trace.made.of === "samples" ? trace.made.samples.filter(({ counted }) => counted) : [];
    expect(samples.length).toBeGreaterThanOrEqual(12);
    const sum = samples.reduce((all, { reading: [value] }) => all + Number(value), 0);
    expect(Number(verified.value)).toBeCloseTo(sum / samples.length, 4);
    const shown = new Set(plant.shown().flatMap(({ meter, points }) => (meter === "cems" ? [Number(points.so2)] : [])));
    const never = samples.filter(
      ({ reading: [value] }) => ![...shown].some((one) => Math.abs(one - Number(value)) < 0.01),
    );
    expect(never).toEqual([]);
    expect(receiver.stdout()).not.toContain("DERIVED_DIFFERS");
  }, 200_000);
});
