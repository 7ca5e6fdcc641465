import modbusSerial from "modbus-serial";
import type { Instant } from "../../feed/format/vocabulary.ts";
import type { Clock } from "../clock.ts";
import type { Bus, BusCounters, BusFailure, Exchange, ReadRequest, TransactOptions } from "../driver.ts";
import type { BusFaultCode } from "../faults.ts";
import type { LineSettings } from "../line.ts";
import { type Answer, Asker } from "./asker.ts";
import type { Client } from "./client.ts";
import type { Framing } from "./framing.ts";
import { AsciiFraming } from "./framing-ascii.ts";
import { RtuFraming } from "./framing-rtu.ts";
import { TcpFraming } from "./framing-tcp.ts";
import { UdpFraming } from "./framing-udp.ts";
import { refusal } from "./request.ts";
import { serialWire } from "./serial-port.ts";
import { tcpWire } from "./tcp-port.ts";
import { timingOf } from "./timing.ts";
import { udpWire } from "./udp-port.ts";
import { explain, type OpenWire } from "./wire.ts";

const defaultDeviceMs = 500;

/**
 * `quarantine`: an RTU or ASCII line stays silent after a request that was not answered. `matching`: a reply must be of our transaction
 * (TCP, UDP), and is never taken for the answer to a request if it may be that to an earlier one (RTU, ASCII).
 */
export type Guard = "quarantine" | "matching";

export interface BusOptions {
  /** How long a connection may take to open; 3 s. */
  readonly connectMs?: number;
  /** Above device time and time on the wire; 40 ms on a serial port, 100 ms over a network. */
  readonly marginMs?: number;
  /** A reply later than this is taken never to come, and a line is waited on no longer for its silence; 30 s. */
  readonly lateMs?: number;
  readonly random?: () => number;
  /** Another transport than the settings name. */
  readonly openWire?: OpenWire;
  /** Guards left out, only for the tests that show what each of them is worth. */
  readonly without?: readonly Guard[];
}

/**
 * A Modbus line: TCP, UDP, RTU or ASCII, the last two also over TCP. It opens when first asked and never throws for a device or port that is not there.
 * `clock` stamps the exchanges; deadlines and silences run on real time, as the wire does.
 */
export function openBus(settings: LineSettings, clock: Clock, options: BusOptions = {}): Bus {
  const { connectMs = 3000, lateMs = 30_000, random = Math.random, without = [] } = options;
  const { transport } = settings;
  const headed = transport === "tcp" || transport === "udp";
  const asker = new Asker({
    openWire: options.openWire ?? wireOf(settings, connectMs),
    framing: framingOf(transport, lateMs, random, without.includes("matching")),
    timing: timingOf(settings, options.marginMs),
    silences: !headed,
    quarantines: !headed && !without.includes("quarantine"),
    lateMs,
    random,
    client: (port) => {
      const client = new modbusSerial.default(port);
      client.open();
      // Its callbacks are typed for values; we only take its verdict, since the bytes are ours already.
      return client as unknown as Client;
    },
  });
  return new ModbusBus(settings.id, asker, clock, !headed);
}

function wireOf(settings: LineSettings, connectMs: number): OpenWire {
  if ("path" in settings) return serialWire(settings);
  const { host, port } = settings;
  return settings.transport === "udp" ? udpWire(host, port) : tcpWire(host, port, connectMs);
}

function framingOf(
  transport: LineSettings["transport"],
  lateMs: number,
  random: () => number,
  unmatched: boolean,
): Framing {
  const transaction = Math.floor(random() * 65_536);
  if (transport === "tcp") return new TcpFraming(transaction, unmatched);
  if (transport === "udp") return new UdpFraming(transaction, unmatched);
  return transport.startsWith("ascii") ? new AsciiFraming(lateMs, unmatched) : new RtuFraming(lateMs, unmatched);
}

interface Job {
  readonly unit: number;
  readonly request: ReadRequest;
  readonly deviceMs: number;
  readonly settle: (exchange: Exchange) => void;
  sent: Instant | undefined;
  settled: boolean;
}

/** The queue in front of one line. */
class ModbusBus implements Bus {
  readonly line: string;
  private readonly asker: Asker;
  private readonly clock: Clock;
  private readonly serial: boolean;
  private readonly queue: Job[] = [];
  private job: Job | undefined;
  private closed = false;
  private requests = 0;
  private replies = 0;
  private readonly failures: Partial<Record<BusFaultCode, number>> = {};

  constructor(line: string, asker: Asker, clock: Clock, serial: boolean) {
    this.line = line;
    this.asker = asker;
    this.clock = clock;
    this.serial = serial;
  }

  transact(unit: number, request: ReadRequest, options?: TransactOptions): Promise<Exchange> {
    return new Promise((resolve) => {
      const job: Job = {
        unit,
        request,
        deviceMs: options?.deviceMs ?? defaultDeviceMs,
        settle: resolve,
        sent: undefined,
        settled: false,
      };
      const refused = refusal(unit, request, this.serial);
      if (refused !== undefined) return this.settle(job, { failure: { code: "E_BUS_REFUSED", detail: refused } });
      if (this.closed) return this.settle(job, { failure: lineClosed });
      const signal = options?.signal;
      const ready = signal === undefined ? job : this.abortable(job, signal);
      if (ready.settled) return;
      if (this.job === undefined) this.start(ready);
      else this.queue.push(ready);
    });
  }

  counters(): BusCounters {
    const { requests, replies, failures, asker } = this;
    return {
      requests,
      replies,
      failures: { ...failures },
      discardedBytes: asker.discardedBytes,
      quarantines: asker.quarantines,
      rebuilds: asker.connection.rebuilds,
    };
  }

  async close(): Promise<void> {
    this.closed = true;
    for (const job of this.queue.splice(0)) this.settle(job, { failure: lineClosed });
    const closing = this.asker.close();
    if (this.job !== undefined) this.settle(this.job, { failure: lineClosed });
    await closing;
  }

  private abortable(job: Job, signal: AbortSignal): Job {
    const wrapped: Job = {
      ...job,
      settle: (exchange) => {
        signal.removeEventListener("abort", abort);
        job.settle(exchange);
      },
    };
    const abort = (): void => {
      const failure = { code: "E_BUS_ABORTED", detail: "given up" } as const;
      const place = this.queue.indexOf(wrapped);
      if (place >= 0) this.queue.splice(place, 1);
      this.settle(wrapped, { failure });
      if (this.job === wrapped) this.asker.interrupt(failure);
    };
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort, { once: true });
    return wrapped;
  }

  private start(job: Job): void {
    this.job = job;
    if (this.asker.ready(job.unit, job.request)) {
      this.ask(job);
      return;
    }
    this.asker.prepare(job.unit, job.request, job.deviceMs).then(
      (failure) => (failure === undefined ? this.ask(job) : this.end(job, { failure })),
      (error) => this.end(job, { failure: { code: "E_BUS_CLOSED", detail: explain(error) } }),
    );
  }

  private ask(job: Job): void {
    if (job.settled) {
      this.end(job, {});
      return;
    }
    job.sent = this.clock.now();
    this.requests++;
    this.asker.ask(job.unit, job.request, job.deviceMs, this.answered);
  }

  private readonly answered = (answer: Answer): void => {
    const job = this.job as Job;
    const { doubt, frame, failure } = answer;
    // An exception to a request it may not belong to harms nobody.
    if (doubt === undefined || frame === undefined || failure !== undefined) this.end(job, answer);
    else void this.askAgain(job, frame);
  };

  /**
   * The reply may be a second copy of one to another request. Asked again, behind a probe that puts all copies behind us, the device
   * says the same if both have the same contents.
   */
  private async askAgain(job: Job, first: Buffer): Promise<void> {
    const failure = await this.asker.prepare(job.unit, job.request, job.deviceMs);
    if (failure !== undefined || job.settled) {
      this.end(job, failure === undefined ? {} : { failure });
      return;
    }
    job.sent = this.clock.now();
    this.requests++;
    this.asker.ask(job.unit, job.request, job.deviceMs, (second) => {
      if (second.doubt === undefined || second.failure !== undefined) this.end(job, second);
      else if (second.frame?.equals(first)) {
        this.asker.believe(second.doubt, first);
        this.end(job, second);
      } else this.end(job, { failure: { code: "E_BUS_REPLY", detail: "a second copy of an earlier reply" } });
    });
  }

  private end(job: Job, answer: Answer): void {
    this.settle(job, answer);
    this.job = undefined;
    const next = this.queue.shift();
    if (next !== undefined) this.start(next);
  }

  private settle(job: Job, { frame, failure }: Answer): void {
    if (job.settled) return;
    job.settled = true;
    const received = this.clock.now();
    const exchange: { -readonly [K in keyof Exchange]: Exchange[K] } = {
      unit: job.unit,
      request: job.request,
      sent: job.sent ?? received,
      received,
    };
    if (frame !== undefined) {
      this.replies++;
      exchange.reply = frame.subarray(0, frame.length - 2);
    }
    if (failure !== undefined) {
      this.failures[failure.code] = (this.failures[failure.code] ?? 0) + 1;
      exchange.failure = failure;
    }
    job.settle(exchange);
  }
}

const lineClosed: BusFailure = { code: "E_BUS_CLOSED", detail: "the line was closed" };
