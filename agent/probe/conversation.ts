import { systemClock } from "../../drivers/clock.ts";
import type { Bus, BusFailure, Exchange } from "../../drivers/driver.ts";
import { wireOf } from "../../drivers/line/open-wire.ts";
import { pauseUntil } from "../../drivers/line/pause.ts";
import type { Hj212Line, LineOptions, LineSettings } from "../../drivers/line/settings.ts";
import { udpWire } from "../../drivers/line/udp-port.ts";
import type { OpenWire } from "../../drivers/line/wire.ts";
import { type Overheard, Wiretap } from "./wiretap.ts";

/** A line on which somebody answers when asked. */
export type AskedLine = Exclude<LineSettings, Hj212Line>;

/** One question, its answer, and what else was heard. */
export interface Attempt extends Overheard {
  readonly exchange: Exchange;
  /** From the question to the last byte of its reply. */
  readonly ms: number;
  /** The line could be opened, then or before. */
  readonly reached: boolean;
}

/** What tests change. */
export interface Surroundings {
  readonly signal: AbortSignal;
  /** How long a device may take to begin its answer, ms. */
  readonly deviceMs: number;
  /** How long where nobody answered, before anything else is tried, ms; 3000 if not given. */
  readonly slowMs?: number;
  readonly openerOf?: (line: AskedLine) => OpenWire;
}

export const openerOf = (line: AskedLine): OpenWire =>
  line.transport === "udp" ? udpWire(line.host, line.port) : wireOf(line, {});

/** A line that babbles is not waited on as long as the agent would. */
const lateMs = 5000;
const pauseMs = 100;
const mostTries = 2;

/** Asks on one line, one question at a time, by the same bus as the agent and so within the same rules. */
export class Conversation<Q> {
  readonly line: AskedLine;
  private bus: Bus<Q>;
  private readonly reopen: () => Bus<Q>;
  private readonly tap = new Wiretap();
  private readonly around: Surroundings;

  constructor(line: AskedLine, open: (options: LineOptions) => Bus<Q>, around: Surroundings) {
    this.line = line;
    this.around = around;
    const openWire = this.tap.on((around.openerOf ?? openerOf)(line));
    // A person who looks for what answers expects silence: no connection is given up for it.
    const never = Number.POSITIVE_INFINITY;
    this.reopen = () => open({ openWire, lateMs, silentLimit: never, rebuildMs: never });
    this.bus = this.reopen();
  }

  /** @param listenMs how long to go on listening after the answer: somebody else may answer too */
  async ask(question: Q, listenMs = 0): Promise<Attempt> {
    const { signal, deviceMs } = this.around;
    this.tap.clear();
    let exchange = await this.bus.transact(question, { deviceMs, signal });
    // Some gateways hang up after a question that they do not like; the next must not suffer for it, nor from the pauses of a new attempt.
    for (let tries = 1; this.tap.opened && wasClosed(exchange.failure) && tries < mostTries; tries++) {
      await this.bus.close();
      await pauseUntil(performance.now() + pauseMs, { signal });
      this.bus = this.reopen();
      exchange = await this.bus.transact(question, { deviceMs, signal });
    }
    if (listenMs > 0) await pauseUntil(performance.now() + listenMs, { signal });
    const ms = exchange.received.mono - exchange.sent.mono;
    return { exchange, ms, reached: this.tap.opened, ...this.tap.overheard() };
  }

  /** What comes without another question. */
  async listen(ms: number): Promise<Buffer> {
    await pauseUntil(performance.now() + ms, { signal: this.around.signal });
    return this.tap.overheard().received;
  }

  close(): Promise<void> {
    return this.bus.close();
  }
}

export const wasClosed = (failure: BusFailure | undefined): boolean => failure?.code === "E_BUS_CLOSED";
export const clock = systemClock;
