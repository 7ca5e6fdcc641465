import { createServer } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { parseScenario } from "../../simulator/scenario.ts";
import type { Shown } from "../../simulator/shown.ts";
import { simulate } from "../../simulator/simulation.ts";
import { freePort } from "../support/temporary.ts";
import { until } from "../support/until.ts";
import { runSite, valid } from "./site.ts";

const scenario = parseScenario(
  `
about: Energy meters of both editions and a module, each line a pseudo-terminal
lines:
  - { id: meters, transport: dlt645, meters: [
      { id: gate, model: dlt645-2007, unit: "000000000161" }, { id: old, model: dlt645-1997, unit: "000000000162" }] }
  - { id: modules, transport: dcon, checksum: true, meters: [{ id: ai, model: m7017, unit: 4 }] }
`,
  "buses.yaml",
);
/** Decimal places of the digits a meter sends, by the standard: what it shows are digits without their point. */
const places: Readonly<Record<string, number>> = {
  import: 2,
  export: 2,
  u1: 1,
  u3: 1,
  power: 4,
  factor: 3,
  frequency: 2,
};
const places1997: Readonly<Record<string, number>> = { ...places, u1: 0, u3: 0 };

test("value shown = value kept: two meters on one line, and a module", async () => {
  const shown: Shown[] = [];
  const simulation = await simulate(scenario, { seed: 3, onShown: (seen) => shown.push(seen) });
  onTestFinished(simulation.close);
  const pathOf = (id: string): string => {
    const line = simulation.lines.find((one) => one.id === id);
    return line && "path" in line ? line.path : "";
  };
  const site = await runSite(`lines:
  - { id: meters, transport: dlt645, path: ${pathOf("meters")} }
  - { id: modules, transport: dcon, path: ${pathOf("modules")}, baud: 9600, checksum: true }
devices:
  - { id: gate, line: meters, address: "000000000161", profile: generic/dlt645-2007, every: 2s, points: [import, u1, u3, power, factor, frequency] }
  - { id: old, line: meters, address: "000000000162", profile: generic/dlt645-1997, every: 2s, points: [export, u1, power] }
  - { id: ai, line: modules, unit: 4, profile: icpdas/i-7017, every: 500ms, points: [ai1, ai2, ai3, ai4, ai5, ai6] }
`);
  const kept = (id: string) => site.frames().filter(({ dev }) => dev === id);
  await until(() => ["gate", "old", "ai"].every((id) => kept(id).length >= 3), {
    within: 30_000,
    every: 100,
    what: "frames",
  });
  expect(await site.verified()).toMatch(valid);
  for (const [id, channels] of [
    ["gate", 6],
    ["old", 3],
    ["ai", 6],
  ] as const) {
    const frames = kept(id);
    const names = Object.keys(frames[0]?.data ?? {});
    expect(names).toHaveLength(channels);
    for (const channel of names) {
      const point = channel.slice(id.length + 1);
      const exact = shown
        .filter(({ meter, points }) => meter === id && point in points)
        .map(({ points }) => Number(points[point]));
      const digits = id === "ai" ? 0 : ((id === "old" ? places1997 : places)[point] ?? 0);
      frames.forEach(({ data }, i) => {
        expect([channel, i, data[channel]?.[1]]).toEqual([channel, i, "N"]);
        expect([channel, i, Number(data[channel]?.[0])]).toEqual([
          channel,
          i,
          Number(((exact[i] ?? Number.NaN) / 10 ** digits).toFixed(4)),
        ]);
      });
    }
  }
});

test("adding a device needs no code: a new profile in a folder of the site's own is polled", async () => {
  // A device nobody has: two registers from 700 on, one of them at its sentinel, and a bit that says it is being calibrated.
  const port = await freePort();
  let calibrating = 0;
  const server = createServer((socket) => {
    socket.on("error", () => socket.destroy());
    socket.on("data", (request) => {
      const count = request.readUInt16BE(10);
      const start = request.readUInt16BE(8);
      const bits = request[7] === 2;
      const data = bits ? Buffer.from([calibrating]) : Buffer.alloc(2 * count);
      if (!bits) data.writeInt16BE(-1234, 2 * (700 - start));
      if (!bits && count > 1) data.writeUInt16BE(65_000, 2 * (701 - start));
      const reply = Buffer.concat([request.subarray(0, 8), Buffer.from([data.length]), data]);
      reply.writeUInt16BE(reply.length - 6, 4);
      socket.write(reply);
    });
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const profile = `name: A gauge nobody has
maker: Acme
model: New
source: made up
protocol: modbus
points:
  - { id: draft, quantity: static pressure, code: a01013, at: "input:700", type: int16, unit: kPa, scale: "0.01", places: 2, source: "p. 1" }
  - { id: heat, quantity: temperature, at: "input:701", type: uint16, unit: "°C", sentinels: ["65000"], places: 0, source: "p. 1" }
status:
  - { id: state, at: "discrete:3", type: bit, flags: [{ when: "1", flag: C, reason: status.calibration }], source: "p. 2" }
`;
  const { frame, agent } = await runSite(
    `profiles: own
lines: [{ id: l, transport: tcp, host: 127.0.0.1, port: ${port} }]
devices: [{ id: gauge, line: l, unit: 7, profile: acme/new, every: 200ms }]
`,
    { "own/acme/new.yaml": profile },
  );
  const measured = await frame(({ data }) => data["gauge.draft"]?.[1] === "N", "a measured frame");
  expect(measured.data).toEqual({ "gauge.draft": ["-12.34", "N"], "gauge.heat": [null, "D", "sentinel 65000"] });
  calibrating = 1;
  const calibrated = await frame(({ data }) => data["gauge.draft"]?.[1] === "C", "a frame of the calibration");
  expect(calibrated.data["gauge.draft"]).toEqual(["-12.34", "C", "status.calibration"]);
  await agent.stop();
});
