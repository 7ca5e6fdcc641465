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
}

/** What tests change. */
export interface Surroundings {
  readonly signal: AbortSignal;
  /** How long a device may take to begin its answer, ms. */
  readonly deviceMs: number;
  readonly openerOf?: (line: AskedLine) => OpenWire;
}

export const openerOf = (line: AskedLine): OpenWire =>
  line.transport === "udp" ? udpWire(line.host, line.port) : wireOf(line, {});

/** A line that babbles is not waited on as long as the agent would. */
const lateMs = 5000;
const pauseMs = 100;
const mostTries = 3;

/** Asks on one line, one question at a time, by the same bus as the agent and so within the same rules. */
export class Conversation<Q> {
  readonly line: AskedLine;
  private readonly bus: Bus<Q>;
  private readonly tap = new Wiretap();
  private readonly around: Surroundings;
  private opened = false;

  constructor(line: AskedLine, open: (options: LineOptions) => Bus<Q>, around: Surroundings) {
    this.line = line;
    this.around = around;
    const openWire = this.tap.on((around.openerOf ?? openerOf)(line));
    // A person who looks for what answers expects silence: no connection is given up for it.
    this.bus = open({
      openWire,
      lateMs,
      silentLimit: Number.POSITIVE_INFINITY,
      rebuildMs: Number.POSITIVE_INFINITY,
      random: () => 0,
    });
  }

  /** @param listenMs how long to go on listening after the answer: somebody else may answer too */
  async ask(question: Q, listenMs = 0): Promise<Attempt> {
    const { signal, deviceMs } = this.around;
    this.tap.clear();
    let exchange = await this.bus.transact(question, { deviceMs, signal });
    // Some gateways hang up after a question that they do not like; the next must not suffer for it.
    for (let tries = 1; this.opened && wasClosed(exchange.failure) && tries < mostTries; tries++) {
      await pauseUntil(performance.now() + pauseMs * 2 ** tries, { signal });
      exchange = await this.bus.transact(question, { deviceMs, signal });
    }
    if (!wasClosed(exchange.failure)) this.opened = true;
    if (listenMs > 0) await pauseUntil(performance.now() + listenMs, { signal });
    return { exchange, ms: exchange.received.mono - exchange.sent.mono, ...this.tap.overheard() };
  }

  close(): Promise<void> {
    return this.bus.close();
  }
}

export const wasClosed = (failure: BusFailure | undefined): boolean => failure?.code === "E_BUS_CLOSED";
export const clock = systemClock;
