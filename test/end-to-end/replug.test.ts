import { symlinkSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { FrameBody } from "../../feed/format/body.ts";
import { answerAll, type Slave, shown, startSlave } from "../drivers/modbus/slave.ts";
import { runNode } from "../support/program.ts";
import { tempDir } from "../support/temporary.ts";
import { runSite } from "./site.ts";

const profile = `name: A gauge nobody has
maker: Acme
model: New
source: made up
protocol: modbus
points:
  - { id: draft, quantity: draft, at: "input:20", type: uint16, unit: "1", places: 0, source: "p. 1" }
`;
const portOf = ({ settings }: Slave): string => ("path" in settings ? settings.path : "");

test("an adapter that vanishes and comes back as another port goes on being read by the running agent", async () => {
  const dir = tempDir();
  const link = join(dir, "usb-FTDI-if00");
  const [first, second] = [await startSlave("rtu", answerAll), await startSlave("rtu", answerAll)];
  const plug = (slave: Slave): void => symlinkSync(portOf(slave), link);
  plug(first);
  const { frame, events, agent } = await runSite(
    `profiles: own
lines: [{ id: stack, transport: rtu, path: ${link}, baud: 19200 }]
devices: [{ id: gauge, line: stack, unit: 7, profile: acme/new, every: 200ms }]
`,
    { "own/acme/new.yaml": profile },
    dir,
  );
  const of = ({ data }: FrameBody) => data["gauge.draft"];
  const isMeasured = (one: FrameBody): boolean => of(one)?.[1] === "N";
  await frame(isMeasured, "a measured frame");

  unlinkSync(link);
  first.reset();
  const gone = await frame((one) => String(of(one)?.[2]).startsWith("E_BUS_CLOSED"), "a frame without the port");
  const heardByFirst = first.heard.length;
  plug(second);
  const again = await frame((one) => isMeasured(one) && one.t > gone.t, "a measured frame from the new port");
  expect(of(again)).toEqual([String(shown(7, 20)), "N"]);
  expect([first.heard.length - heardByFirst, second.heard.length > 0]).toEqual([0, true]);
  expect(events().map(({ code }) => code)).not.toContain("AGENT_STOP");

  // Whoever names the new port itself is told that the agent has it, and the old one is free.
  const probed = await runNode("dist/agent/main.js", ["probe", `rtu:${portOf(second)}:19200:8N1`]);
  expect(probed).toMatchObject({ code: 69, stderr: expect.stringMatching(/^E_LINE_HELD: the running agent/) });
  const other = await runNode("dist/agent/main.js", ["probe", `rtu:${portOf(first)}:19200:8N1`]);
  expect(other.stderr).not.toContain("E_LINE_HELD");
  expect(await agent.stop()).toMatchObject({ code: 0 });
});
