import { expect, onTestFinished, test } from "vitest";
import { identify, talkModbus } from "../../../agent/probe/talk.ts";
import type { ModbusLine } from "../../../drivers/line/settings.ts";
import { parseScenario } from "../../../simulator/scenario.ts";
import { simulate } from "../../../simulator/simulation.ts";

test("an identification that takes more than one reply is read to its end", async () => {
  const text =
    "{ about: x, lines: [{ id: line, transport: tcp, port: 0, meters: [{ id: m, model: marsic300, unit: 1 }] }] }";
  const simulation = await simulate(parseScenario(text, "test"), { seed: 1 });
  onTestFinished(simulation.close);
  const talk = talkModbus(simulation.lines[0] as ModbusLine, { signal: new AbortController().signal, deviceMs: 500 });
  onTestFinished(() => talk.close());
  const said = await identify(talk, 1);
  expect(said.map(({ what }) => what)).toEqual(["vendor", "product", "revision"]);
});
