import { Fault } from "../feed/format/faults.ts";
import type { LoggerFault } from "./logger/faults.ts";
import { type ListeningLogger, type RunningLogger, startLogger } from "./logger/on-line.ts";
import type { Saying } from "./logger/saying.ts";
import type { Condition, Settings } from "./meters/model.ts";
import { about, speakerAt } from "./meters/speakers.ts";
import type { Speaker } from "./meters/spoken.ts";
import { createPlaces } from "./places.ts";
import { bituminous } from "./plant/combustion.ts";
import { startPlant } from "./plant/world.ts";
import { randomFrom, seedFor } from "./random.ts";
import type { Line, Scenario } from "./scenario.ts";
import type { Shown } from "./shown.ts";
import type { Device } from "./wire/conversation.ts";
import { type FaultRule, faultFits, type GatewayTransport, type SerialTransport } from "./wire/faults.ts";
import type { Unit } from "./wire/framing.ts";
import { type SerialService, serveSerial } from "./wire/serial.ts";
import { serveTcp } from "./wire/tcp.ts";
import { type Trouble, trouble } from "./wire/trouble.ts";
import { serveUdp } from "./wire/udp.ts";

/** Where a line listens, and who is on it. */
export type Listening = {
  readonly id: string;
  readonly meters: readonly {
    readonly id: string;
    readonly unit: Unit;
    readonly model: string;
    readonly profile: string;
  }[];
} & (
  | { readonly transport: "tcp" | "udp"; readonly host: string; readonly port: number }
  | Gateway[GatewayTransport]
  | Port[SerialTransport]
);

type Gateway = {
  [T in GatewayTransport]: {
    readonly transport: T;
    readonly host: string;
    readonly port: number;
    readonly baud: number;
  };
};
type Port = { [T in SerialTransport]: { readonly transport: T; readonly path: string; readonly baud: number } };

export interface Simulation {
  readonly lines: readonly Listening[];
  readonly loggers: readonly ListeningLogger[];
  /** From now on this, and nothing else, goes wrong with what a logger pushes. */
  setLoggerFault(logger: string, fault: LoggerFault | undefined): void;
  /** From now on a logger says this; what is left out is as it sees it. */
  setSaying(logger: string, saying: Saying): void;
  /** What came back to a logger, acknowledgements mostly. */
  heard(logger: string): string;
  /** From now on these rules, and no others, decide what goes wrong with the meter's replies; none: nothing does. */
  setFault(meter: string, ...rules: FaultRule[]): void;
  setCondition(meter: string, condition: Condition): void;
  /** Turns settings of the meter by the names of its model; Fault E_SIM_CONTROL for one it does not have. */
  setSetting(meter: string, settings: Settings): void;
  /** Frames of the master that a paced line saw begin less than t3.5 after the one before, or while a device was speaking. */
  tooEarly(line: string): number;
  close(): Promise<void>;
}

export interface SimulationOptions {
  readonly seed: number;
  /** The TCP lines take this port and those after it; 0: the system chooses; left out: as the scenario says. */
  readonly portBase?: number;
  /** Folder for the links to the pseudo-terminals, named after their lines; left out: a temporary one. */
  readonly links?: string;
  onShown?(shown: Shown): void;
  /** Seconds since the start, for tests that drive the time. */
  elapsed?(): number;
}

interface OnLine {
  readonly speaker: Speaker;
  readonly trouble: Trouble;
  readonly transport: Line["transport"];
}

/** Starts the plant and listens on every line. Throws Fault E_SIM_LISTEN or E_SIM_PTY, with nothing left behind. */
export async function simulate(scenario: Scenario, options: SimulationOptions): Promise<Simulation> {
  const { seed } = options;
  const began = performance.now();
  const elapsed = options.elapsed ?? (() => (performance.now() - began) / 1000);
  const look = startPlant({ ...scenario.plant, fuel: bituminous }, seed, elapsed);
  const report = reporter(options.onShown);
  const onLines = new Map<string, OnLine>();
  const serials = new Map<string, SerialService>();
  const places = createPlaces(options);
  const closers = [places.remove];
  const close = async (): Promise<void> => {
    for (const undo of closers.splice(0).reverse()) await undo();
  };

  const listen = async (line: Line): Promise<Listening> => {
    const devices = line.meters.map(({ id, unit, condition, faults }, index): Device => {
      const speaker = speakerAt(line, index, { seed, look });
      speaker.setCondition(condition);
      const wire = trouble(faults, randomFrom(seedFor(seed, "wire", id)));
      onLines.set(id, { speaker, trouble: wire, transport: line.transport });
      return { unit, serve: (request) => serve({ id, unit, speaker }, wire, request, report) };
    });
    const meters = line.meters.map(({ id, unit, model }) => ({ id, unit, model, profile: about(model).profile }));
    const { id } = line;
    if (!("port" in line)) {
      const pace = "paced" in line && line.paced ? line.baud : undefined;
      const serial = await serveSerial(devices, places.link(id), line, pace);
      closers.push(serial.close);
      serials.set(id, serial);
      return { id, transport: line.transport, path: serial.path, baud: line.baud, meters };
    }
    const place = places.port(line.port);
    const { port, close } =
      line.transport === "udp"
        ? await serveUdp(devices, line.host, place)
        : await serveTcp(line.transport, devices, line.host, place, { checksum: "checksum" in line && line.checksum });
    closers.push(close);
    const at = { id, host: line.host, port, meters };
    return line.transport === "tcp" || line.transport === "udp"
      ? { transport: line.transport, ...at }
      : { transport: line.transport, ...at, baud: line.baud };
  };
  const lines: Listening[] = [];
  const loggers = new Map<string, RunningLogger>();
  try {
    for (const line of scenario.lines) lines.push(await listen(line));
    for (const line of scenario.loggers) {
      const running = await startLogger(line, places, { seed, look });
      closers.push(running.service.close);
      loggers.set(line.id, running);
    }
  } catch (error) {
    await close();
    throw error;
  }

  const find = (meter: string): OnLine => {
    const found = onLines.get(meter);
    if (found) return found;
    throw new Fault("E_SIM_CONTROL", `there is no meter ${meter}, only ${[...onLines.keys()].join(", ")}`);
  };
  const findLogger = (name: string): RunningLogger => {
    const found = loggers.get(name);
    if (found) return found;
    throw new Fault("E_SIM_CONTROL", `there is no logger ${name}, only ${[...loggers.keys()].join(", ")}`);
  };
  return {
    lines,
    loggers: [...loggers.values()].map(({ at }) => at),
    setLoggerFault: (name, fault) => findLogger(name).setFault(fault),
    setSaying: (name, saying) => findLogger(name).say(saying),
    heard: (name) => findLogger(name).service.heard(),
    close,
    tooEarly: (line) => serials.get(line)?.tooEarly() ?? 0,
    setFault: (name, ...rules) => {
      const { trouble, transport } = find(name);
      const misfit = rules.find(({ kind }) => !faultFits(kind, transport));
      if (misfit) throw new Fault("E_SIM_CONTROL", `${misfit.kind} cannot happen on ${transport}`);
      trouble.set(rules);
    },
    setCondition: (name, condition) => find(name).speaker.setCondition(condition),
    setSetting: (name, settings) => {
      const unknown = find(name).speaker.set(settings);
      if (unknown !== undefined) throw new Fault("E_SIM_CONTROL", `${name} has no setting ${unknown}`);
    },
  };
}

type Report = (shown: Omit<Shown, "seq" | "t">) => void;

function reporter(onShown: ((shown: Shown) => void) | undefined): Report {
  let seq = 0;
  return (shown) => {
    seq += 1;
    onShown?.({ seq, t: new Date().toISOString(), ...shown });
  };
}

function serve(
  { id, unit, speaker }: { readonly id: string; readonly unit: Unit; readonly speaker: Speaker },
  wire: Trouble,
  request: Buffer,
  report: Report,
): ReturnType<Device["serve"]> {
  const said = speaker.ask(request);
  if (said === undefined) return undefined;
  const fault = wire.next();
  report({ meter: id, unit, ...said.shown, ...(fault ? { fault: fault.kind } : {}) });
  return { pdu: said.pdu, fault, random: wire.random };
}
