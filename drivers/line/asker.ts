import { Fault } from "../../feed/format/faults.ts";
import type { BusFailure } from "../driver.ts";
import { Connection } from "./connection.ts";
import type { Dialect } from "./dialect.ts";
import { Silence } from "./silence.ts";
import { Watchdog } from "./watchdog.ts";
import { explain, type OpenWire } from "./wire.ts";

/** The quarantine, in deadlines of the question that failed. */
const quarantineWaits = 2;

/** What came of one question: a frame as it is kept, a failure, or both for a refusal. */
export interface Answer {
  readonly frame?: Buffer;
  readonly failure?: BusFailure;
  /** Set when the frame equals one that came a moment ago for another question. */
  readonly doubt?: true;
}

export interface AskerParts<Q> {
  readonly openWire: OpenWire;
  readonly dialect: Dialect<Q>;
  /** Silence between frames, ms; undefined where it does not matter: a reply is told by its transaction id. */
  readonly gapMs: number | undefined;
  readonly quarantines: boolean;
  /** The longest wait for a line to fall silent, above the silence itself, ms. */
  readonly lateMs: number;
  /** A transport that has given no answer for so long is built anew at the next failure, ms. */
  readonly rebuildMs: number;
  /** Questions in a row without any answer after which it is built anew: adapters and half-open connections may never say so. */
  readonly silentLimit: number;
  readonly random: () => number;
}

/** Puts one question at a time on the line and waits for its answer no longer than its deadline. What the line does never throws. */
export class Asker<Q> {
  readonly connection: Connection;
  /** Failures after which the line was kept silent. */
  quarantines = 0;
  private readonly parts: AskerParts<Q>;
  private readonly dialect: Dialect<Q>;
  private readonly silence: Silence;
  private readonly stop = new AbortController();
  private readonly watchdog = new Watchdog(() => this.expire());
  private done: ((answer: Answer) => void) | undefined;
  private onLate: (() => void) | undefined;
  private waitMs = 0;
  private turn = 0;
  private unheard = 0;
  private heardAt = 0;

  constructor(parts: AskerParts<Q>) {
    this.parts = parts;
    this.dialect = parts.dialect;
    const events = { data: (chunk: Buffer) => this.received(chunk), closed: (why: string) => this.disconnected(why) };
    this.connection = new Connection(parts.openWire, events, parts.random);
    this.silence = new Silence(parts.gapMs ?? 0, this.stop.signal);
  }

  get discardedBytes(): number {
    return this.dialect.discarded;
  }

  /** Why this question may not be asked, or undefined. */
  refusal(question: Q): string | undefined {
    return this.dialect.refusal(question);
  }

  /** Whether `ask` may be called right away; otherwise `prepare` comes first. */
  ready(question: Q): boolean {
    if (!this.connection.isOpen) return false;
    if (this.parts.gapMs === undefined) return true;
    const now = performance.now();
    return this.silence.reached(now) && !this.dialect.mistakable(question, now);
  }

  /**
   * Opens the line, waits for its silence, and makes sure that no late reply can be taken for the one to come.
   * @param probing called when a probe goes out for this
   */
  async prepare(question: Q, deviceMs: number, probing: () => void): Promise<BusFailure | undefined> {
    if (!this.connection.isOpen) {
      const why = await this.connection.open();
      if (why !== undefined) return { code: "E_BUS_CLOSED", detail: why };
      this.dialect.restart();
      this.heardAt = performance.now();
      // Whoever used the line before us, an earlier run of this program too, may have left a question unanswered.
      if (this.parts.quarantines) this.silence.require(this.dialect.waitMs(question, deviceMs), performance.now());
    }
    const loud = await this.fallSilent();
    if (loud !== undefined || !this.mistakable(question)) return loud;
    this.onLate = () => {
      if (!this.mistakable(question)) this.interrupt(settledByLateReply);
    };
    probing();
    const { failure } = await this.probe(question, deviceMs);
    this.onLate = undefined;
    if (!this.mistakable(question)) return this.fallSilent();
    return failure ?? { code: "E_BUS_REPLY", detail: "a late reply may still come" };
  }

  /** The reply that was doubted last is taken for true after all. */
  believe(): void {
    this.dialect.believe();
  }

  /** One question on the line. `done` is called once, maybe before this returns. */
  ask(question: Q, deviceMs: number, done: (answer: Answer) => void): void {
    const now = performance.now();
    this.done = done;
    this.waitMs = this.dialect.waitMs(question, deviceMs);
    this.watchdog.watch(now + this.waitMs, now);
    const turn = ++this.turn;
    try {
      const bytes = this.dialect.ask(question, now, now + this.waitMs);
      const { wire } = this.connection;
      if (wire?.isOpen) wire.write(bytes, () => this.drained(turn));
      else this.fail({ code: "E_BUS_CLOSED", detail: "not open" });
    } catch (error) {
      const code = error instanceof Fault ? "E_BUS_REFUSED" : "E_BUS_CLOSED";
      this.finish({ failure: { code, detail: explain(error) } });
    }
  }

  /** Gives up the question on the line; its reply may still come, and is then nobody's. */
  interrupt(failure: BusFailure): void {
    if (this.done === undefined) return;
    this.giveUp();
    this.fail(failure);
  }

  close(): Promise<void> {
    this.stop.abort();
    this.interrupt({ code: "E_BUS_CLOSED", detail: "the line was closed" });
    this.watchdog.stop();
    return this.connection.close();
  }

  private probe(question: Q, deviceMs: number): Promise<Answer> {
    const probe = this.dialect.probe(question, performance.now());
    return new Promise((resolve) => this.ask(probe, deviceMs, resolve));
  }

  private async fallSilent(): Promise<BusFailure | undefined> {
    if (this.parts.gapMs === undefined || (await this.silence.wait(this.parts.lateMs))) return undefined;
    return { code: "E_BUS_REPLY", detail: `the line did not fall silent within ${this.parts.lateMs} ms` };
  }

  private mistakable(question: Q): boolean {
    return this.dialect.mistakable(question, performance.now());
  }

  private received(chunk: Buffer): void {
    const now = performance.now();
    this.silence.broken(now);
    const heard = this.dialect.hear(chunk, now);
    if (heard === undefined) return;
    if (heard.is === "reply") {
      this.connection.proven();
      this.unheard = 0;
      this.heardAt = now;
      this.silence.lift();
      this.finish(heard);
    } else if (heard.is === "late") this.onLate?.();
    else {
      if (heard.is === "lost") this.connection.drop(heard.failure.detail);
      else this.dropIfUnheard(now);
      this.fail(heard.failure);
    }
  }

  /** The deadline counts from the moment the bytes were passed on; adapters still hold them for their time on the wire. */
  private drained(turn: number): void {
    const now = performance.now();
    if (this.done !== undefined && this.turn === turn) this.watchdog.watch(now + this.waitMs, now);
  }

  private disconnected(why: string): void {
    this.interrupt({ code: "E_BUS_CLOSED", detail: why });
  }

  private expire(): void {
    const failure = this.giveUp();
    this.unheard++;
    this.dropIfUnheard(performance.now());
    this.fail(failure);
  }

  private dropIfUnheard(now: number): void {
    const silentMs = now - this.heardAt;
    if (this.unheard < this.parts.silentLimit && silentMs < this.parts.rebuildMs) return;
    this.connection.drop(`${this.unheard} questions in a row without an answer, ${Math.round(silentMs / 1000)} s`);
    this.unheard = 0;
  }

  private giveUp(): BusFailure {
    const failure = this.dialect.giveUp();
    // What comes next would be taken for the rest of a frame that will never be whole.
    if (this.dialect.stuck) this.connection.drop(failure.detail);
    return failure;
  }

  private fail(failure: BusFailure): void {
    if (this.parts.quarantines) {
      this.quarantines++;
      this.silence.require(quarantineWaits * this.waitMs, performance.now());
    }
    this.finish({ failure });
  }

  private finish(answer: Answer): void {
    const done = this.done;
    this.done = undefined;
    this.watchdog.rest();
    done?.(answer);
  }
}

const settledByLateReply: BusFailure = { code: "E_BUS_REPLY", detail: "settled by a late reply" };
