import type { Clock } from "../clock.ts";

import type { Bus } from "../driver.ts";
import { lateMs, openLine } from "../line/open-line.ts";
import type { LineOptions, ModbusLine } from "../line/settings.ts";
import { timingOf } from "../line/timing.ts";
import { udpWire } from "../line/udp-port.ts";
import { ModbusDialect, type Question } from "./dialect.ts";
import type { Framing } from "./framing.ts";
import { AsciiFraming } from "./framing-ascii.ts";
import { RtuFraming } from "./framing-rtu.ts";
import { TcpFraming } from "./framing-tcp.ts";
import { UdpFraming } from "./framing-udp.ts";

/**
 * `quarantine`: an RTU or ASCII line stays silent after a request that was not answered. `matching`: a reply must be of our transaction
 * (TCP, UDP), and is never taken for the answer to a request if it may be that to an earlier one (RTU, ASCII).
 */
export type Guard = "quarantine" | "matching";

export interface BusOptions extends LineOptions {
  /** Guards left out, only for the tests that show what each of them is worth. */
  readonly without?: readonly Guard[];
}

export type ModbusBus = Bus<Question>;

/**
 * A Modbus line: TCP, UDP, RTU or ASCII, the last two also over TCP. It opens when first asked and never throws for a device or port that is not there.
 * `clock` stamps the exchanges; deadlines and silences run on real time, as the wire does.
 */
export function openBus(settings: ModbusLine, clock: Clock, options: BusOptions = {}): ModbusBus {
  const { without = [] } = options;
  const { transport } = settings;
  const headed = transport === "tcp" || transport === "udp";
  const timing = timingOf(settings, options.marginMs);
  const framing = framingOf(transport, options, without.includes("matching"));
  const silences = !headed || timing.gapMs > 0;
  const manner = { timing, silences, quarantines: !headed && !without.includes("quarantine") };
  const wire = transport === "udp" ? { openWire: udpWire(settings.host, settings.port), ...options } : options;
  return openLine(settings, new ModbusDialect(framing, timing, !headed), manner, clock, wire);
}

function framingOf(transport: ModbusLine["transport"], options: BusOptions, unmatched: boolean): Framing {
  const { random = Math.random } = options;
  const transaction = Math.floor(random() * 65_536);
  if (transport === "tcp") return new TcpFraming(transaction, unmatched);
  if (transport === "udp") return new UdpFraming(transaction, unmatched);
  const late = options.lateMs ?? lateMs;
  return transport.startsWith("ascii") ? new AsciiFraming(late, unmatched) : new RtuFraming(late, unmatched);
}
