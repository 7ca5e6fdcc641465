import { onTestFinished } from "vitest";
import type { AskedLine, Surroundings } from "../../../agent/probe/conversation.ts";
import type { ProbeEvent } from "../../../agent/probe/events.ts";
import type { Finding } from "../../../agent/probe/findings.ts";
import { type ProbeAsked, probe } from "../../../agent/probe/probe.ts";
import { plainInk, probeText } from "../../../agent/probe/text.ts";
import { parseScenario } from "../../../simulator/scenario.ts";
import { type Listening, type Simulation, simulate } from "../../../simulator/simulation.ts";
import type { Slave } from "../../drivers/modbus/slave.ts";

export const around = (more: Partial<Surroundings> = {}): Surroundings => ({
  signal: new AbortController().signal,
  deviceMs: 150,
  slowMs: 20,
  ...more,
});

export interface Probed {
  readonly outcome: string;
  readonly events: readonly ProbeEvent[];
  readonly findings: readonly Finding[];
  /** What a person reads. */
  readonly text: string;
}

/** Probes a line as the program does. */
export async function probed(line: AskedLine, more: Partial<ProbeAsked> = {}, with_ = around()): Promise<Probed> {
  const events: ProbeEvent[] = [];
  const outcome = await probe({ line, devices: [], ...more }, with_, (event) => events.push(event));
  const findings = events.filter((event) => event.is === "finding");
  return { outcome, events, findings, text: events.flatMap(probeText(plainInk)).join("\n") };
}

export const unit = (address: number | string): Pick<ProbeAsked, "devices"> => ({
  devices: [{ address: String(address) }],
});

/** A device that does not know the functions by which one says who he is. */
export function nameless({ answer }: Slave, ...units: readonly number[]): void {
  for (const id of units) {
    answer(Buffer.from([id, 43, 14, 1, 0]), Buffer.from([id, 43 | 0x80, 1]));
    answer(Buffer.from([id, 17]), Buffer.from([id, 17 | 0x80, 1]));
  }
}

/** A scenario of one line. */
export async function simulated(line: string): Promise<{ readonly simulation: Simulation; readonly line: Listening }> {
  const simulation = await simulate(parseScenario(`about: x\nlines: [${line}]`, "scenario.yaml"), {
    seed: 1,
    portBase: 0,
  });
  onTestFinished(simulation.close);
  return { simulation, line: simulation.lines[0] as Listening };
}

/** How a site file would name a simulated line. */
export function lineOf(at: Listening): AskedLine {
  const { id, transport } = at;
  const checksum = transport.startsWith("dcon") ? { checksum: false } : {};
  const form = { parity: transport === "dlt645" ? "even" : "none", dataBits: 8, stopBits: 1 } as const;
  if ("path" in at) return { id, transport, path: at.path, baud: at.baud, ...form, ...checksum } as AskedLine;
  const { host, port } = at;
  return { id, transport, host, port, ...("baud" in at && { baud: at.baud }), ...checksum } as AskedLine;
}
