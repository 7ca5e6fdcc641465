import type { Moment } from "../plant/world.ts";
import { randomFrom, seedFor } from "../random.ts";
import type { LoggerOnLine } from "../scenario.ts";
import type { LoggerFault } from "./faults.ts";
import { createLogger } from "./logger.ts";
import type { Saying } from "./saying.ts";
import { type LoggerService, serveLogger } from "./serve.ts";

/** Where a logger of a scenario is found, in the words of a site file. */
export type ListeningLogger = { readonly id: string; readonly mn: string; readonly profile: string } & (
  | { readonly transport: "hj212"; readonly path: string; readonly baud: number }
  | { readonly transport: "hj212-dial" | "hj212-listen"; readonly host: string; readonly port: number }
);

export interface RunningLogger {
  readonly at: ListeningLogger;
  readonly service: LoggerService;
  setFault(fault: LoggerFault | undefined): void;
  say(saying: Saying): void;
}

/** @param place which port a logger listens on, and which path its pseudo-terminal has */
export async function startLogger(
  line: LoggerOnLine,
  place: { port(wanted: number): number; link(name: string): string },
  plant: { readonly seed: number; look(): Moment },
): Promise<RunningLogger> {
  const { id, mn, dialect, password: pw, asks, everyMs } = line;
  const random = randomFrom(seedFor(plant.seed, "logger", id));
  const logger = createLogger({ dialect, mn, pw, asks }, plant.look, random);
  const { setFault, say } = logger;
  const named = { id, mn, profile: `generic/hj212-${dialect === "2005" ? "2005" : "2017"}` };
  if (line.transport === "hj212") {
    const { transport, baud } = line;
    const service = await serveLogger(logger, { over: "serial", path: place.link(id) }, everyMs);
    return { at: { ...named, transport, path: service.path ?? "", baud }, service, setFault, say };
  }
  const { transport, host } = line;
  const over = transport === "hj212-dial" ? "listens" : "dials";
  // Where the agent listens is not for the simulator to choose.
  const wanted = over === "listens" ? place.port(line.port) : line.port;
  const service = await serveLogger(logger, { over, host, port: wanted }, everyMs);
  return { at: { ...named, transport, host, port: service.port ?? wanted }, service, setFault, say };
}
