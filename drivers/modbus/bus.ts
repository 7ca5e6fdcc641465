import type { Clock } from "../clock.ts";
import type { Bus } from "../driver.ts";
import { lateMs, openLine } from "../line/open-line.ts";
import type { LineOptions, ModbusLine } from "../line/settings.ts";
import { timingOf } from "../line/timing.ts";
import { ModbusDialect, type Question } from "./dialect.ts";
import { RtuFraming } from "./framing-rtu.ts";
import { TcpFraming } from "./framing-tcp.ts";

/**
 * `quarantine`: an RTU line stays silent after a request that was not answered. `matching`: a reply must be of our transaction (TCP), and
 * is never taken for the answer to a request if it may be that to an earlier one (RTU).
 */
export type Guard = "quarantine" | "matching";

export interface BusOptions extends LineOptions {
  /** Guards left out, only for the tests that show what each of them is worth. */
  readonly without?: readonly Guard[];
}

export type ModbusBus = Bus<Question>;

/**
 * A Modbus line (TCP, RTU, or RTU over TCP). It opens when first asked and never throws for a device or port that is not there.
 * `clock` stamps the exchanges; deadlines and silences run on real time, as the wire does.
 */
export function openBus(settings: ModbusLine, clock: Clock, options: BusOptions = {}): ModbusBus {
  const { random = Math.random, without = [] } = options;
  const unmatched = without.includes("matching");
  const tcp = settings.transport === "tcp";
  const timing = timingOf(settings, options.marginMs);
  const framing = tcp
    ? new TcpFraming(Math.floor(random() * 65_536), unmatched)
    : new RtuFraming(options.lateMs ?? lateMs, unmatched);
  const manner = { timing, silences: !tcp, quarantines: !tcp && !without.includes("quarantine") };
  return openLine(settings, new ModbusDialect(framing, timing, !tcp), manner, clock, options);
}
