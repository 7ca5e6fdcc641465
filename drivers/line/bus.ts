import type { Instant } from "../../feed/format/vocabulary.ts";
import type { Clock } from "../clock.ts";
import type { Bus, BusCounters, BusFailure, Exchange, TransactOptions } from "../driver.ts";
import type { BusFaultCode } from "../faults.ts";
import type { Answer, Asker } from "./asker.ts";

const defaultDeviceMs = 500;

interface Job<Q> {
  readonly question: Q;
  readonly deviceMs: number;
  readonly due: number;
  readonly settle: (exchange: Exchange) => void;
  sent: Instant | undefined;
  settled: boolean;
}

/** The queue in front of one line: one question at a time, whatever the device; the one that is due first goes first. */
export class LineBus<Q> implements Bus<Q> {
  readonly line: string;
  private readonly asker: Asker<Q>;
  private readonly clock: Clock;
  private readonly queue: Job<Q>[] = [];
  private job: Job<Q> | undefined;
  private closed = false;
  private requests = 0;
  private replies = 0;
  private readonly failures: Partial<Record<BusFaultCode, number>> = {};

  constructor(line: string, asker: Asker<Q>, clock: Clock) {
    this.line = line;
    this.asker = asker;
    this.clock = clock;
  }

  transact(question: Q, options?: TransactOptions): Promise<Exchange> {
    return new Promise((resolve) => {
      const job: Job<Q> = {
        question,
        deviceMs: options?.deviceMs ?? defaultDeviceMs,
        due: options?.due ?? Number.POSITIVE_INFINITY,
        settle: resolve,
        sent: undefined,
        settled: false,
      };
      const refused = this.asker.refusal(question);
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

  private abortable(job: Job<Q>, signal: AbortSignal): Job<Q> {
    const wrapped: Job<Q> = {
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

  private start(job: Job<Q>): void {
    this.job = job;
    if (this.asker.ready(job.question)) {
      this.ask(job);
      return;
    }
    this.prepare(job).then(
      (failure) => (failure === undefined ? this.ask(job) : this.end(job, { failure })),
      (error) => this.end(job, { failure: { code: "E_BUS_CLOSED", detail: String(error) } }),
    );
  }

  /** A question that is given up for a probe that stays unanswered took the line from the probe on. */
  private prepare(job: Job<Q>): Promise<BusFailure | undefined> {
    return this.asker.prepare(job.question, job.deviceMs, () => {
      job.sent ??= this.clock.now();
    });
  }

  private ask(job: Job<Q>): void {
    if (job.settled) {
      this.end(job, {});
      return;
    }
    this.put(job, this.answered);
  }

  private put(job: Job<Q>, done: (answer: Answer) => void): void {
    job.sent = this.clock.now();
    this.requests++;
    this.asker.ask(job.question, job.deviceMs, done);
  }

  private readonly answered = (answer: Answer): void => {
    const job = this.job as Job<Q>;
    const { doubt, frame, failure } = answer;
    // A refusal of a question it may not belong to harms nobody.
    if (doubt === undefined || frame === undefined || failure !== undefined) this.end(job, answer);
    else void this.askAgain(job, frame);
  };

  /**
   * The reply may be a second copy of one to another question. Asked again, behind a probe that puts all copies behind us, the device
   * says the same if both have the same contents.
   */
  private async askAgain(job: Job<Q>, first: Buffer): Promise<void> {
    const failure = await this.prepare(job);
    if (failure !== undefined || job.settled) {
      this.end(job, failure === undefined ? {} : { failure });
      return;
    }
    this.put(job, (second) => {
      if (second.doubt === undefined || second.failure !== undefined) this.end(job, second);
      else if (second.frame?.equals(first)) {
        this.asker.believe();
        this.end(job, second);
      } else this.end(job, { failure: { code: "E_BUS_REPLY", detail: "a second copy of an earlier reply" } });
    });
  }

  private end(job: Job<Q>, answer: Answer): void {
    this.settle(job, answer);
    this.job = undefined;
    const next = this.takeNext();
    if (next !== undefined) this.start(next);
  }

  /** The earliest due; of equals the one that came first. A handful wait at most, so a look at each is cheap. */
  private takeNext(): Job<Q> | undefined {
    let first = 0;
    for (let i = 1; i < this.queue.length; i++)
      if ((this.queue[i] as Job<Q>).due < (this.queue[first] as Job<Q>).due) first = i;
    return this.queue.splice(first, 1)[0];
  }

  private settle(job: Job<Q>, { frame, failure }: Answer): void {
    if (job.settled) return;
    job.settled = true;
    const received = this.clock.now();
    const exchange: { -readonly [K in keyof Exchange]: Exchange[K] } = { sent: job.sent ?? received, received };
    if (frame !== undefined) {
      this.replies++;
      exchange.reply = frame;
    }
    if (failure !== undefined) {
      this.failures[failure.code] = (this.failures[failure.code] ?? 0) + 1;
      exchange.failure = failure;
    }
    job.settle(exchange);
  }
}

const lineClosed: BusFailure = { code: "E_BUS_CLOSED", detail: "the line was closed" };
