import { Fault } from "../../feed/format/faults.ts";
import type { BusFailure, ReadRequest } from "../driver.ts";
import { type Client, judge, type Parsed, put } from "./client.ts";
import { Connection } from "./connection.ts";
import type { Framing, Heard } from "./framing.ts";
import { GuardedPort } from "./port.ts";
import { Answered, probeFor } from "./probe.ts";
import { type Asked, awaitedBytes } from "./request.ts";
import { Silence } from "./silence.ts";
import { type Timing, waitFor } from "./timing.ts";
import { Watchdog } from "./watchdog.ts";
import { explain, type OpenWire } from "./wire.ts";

/** Requests in a row without any answer after which the transport is built anew: adapters and half-open connections may never say so. */
const silentLimit = 5;
/** The quarantine, in deadlines of the request that failed. */
const quarantineWaits = 2;

/** What came of one request: a frame (unit id, PDU, CRC), a failure, or both for an exception. */
export interface Answer {
  readonly frame?: Buffer;
  readonly failure?: BusFailure;
  /** Set when the frame equals one that came a moment ago for another request. */
  readonly doubt?: Asked;
}

export interface AskerParts {
  readonly openWire: OpenWire;
  readonly framing: Framing;
  readonly timing: Timing;
  /** Silence between frames matters: RTU and ASCII, on whatever they travel. */
  readonly silences: boolean;
  readonly quarantines: boolean;
  /** The longest wait for a line to fall silent, above the silence itself. */
  readonly lateMs: number;
  readonly random: () => number;
  readonly client: (port: GuardedPort) => Client;
}

/** Puts one request at a time on the line and waits for its answer no longer than its deadline. What the line does never throws. */
export class Asker {
  readonly connection: Connection;
  /** Failures after which the line was kept silent. */
  quarantines = 0;
  private readonly parts: AskerParts;
  private readonly silence: Silence;
  private readonly port: GuardedPort;
  private readonly client: Client;
  private readonly stop = new AbortController();
  private readonly watchdog = new Watchdog(() => this.expire());
  private done: ((answer: Answer) => void) | undefined;
  private heard: (Heard & { is: "reply" }) | undefined;
  private onLate: (() => void) | undefined;
  private waitMs = 0;
  private turn = 0;
  private unheard = 0;
  private readonly known = new Answered();
  private asked: { readonly unit: number; readonly request: ReadRequest } | undefined;

  constructor(parts: AskerParts) {
    this.parts = parts;
    const events = { data: (chunk: Buffer) => this.received(chunk), closed: (why: string) => this.disconnected(why) };
    this.connection = new Connection(parts.openWire, events, parts.random);
    this.silence = new Silence(parts.timing.gapMs, this.stop.signal);
    this.port = new GuardedPort(this.connection, parts.framing);
    this.client = parts.client(this.port);
  }

  get discardedBytes(): number {
    return this.parts.framing.discarded;
  }

  /** Whether `ask` may be called right away; otherwise `prepare` comes first. */
  ready(unit: number, request: ReadRequest): boolean {
    if (!this.connection.isOpen) return false;
    if (!this.parts.silences) return true;
    const now = performance.now();
    return this.silence.reached(now) && !this.parts.framing.mistakable(unit, request, now);
  }

  /** Opens the line, waits for its silence, and makes sure that no late reply can be taken for the one to come. */
  async prepare(unit: number, request: ReadRequest, deviceMs: number): Promise<BusFailure | undefined> {
    if (!this.connection.isOpen) {
      const why = await this.connection.open();
      if (why !== undefined) return { code: "E_BUS_CLOSED", detail: why };
      this.parts.framing.restart();
      // Whoever used the line before us, an earlier run of this program too, may have left a question unanswered.
      if (this.parts.quarantines) this.silence.require(this.waitFor(request, deviceMs), performance.now());
    }
    const loud = await this.fallSilent();
    if (loud !== undefined || !this.mistakable(unit, request)) return loud;
    this.onLate = () => {
      if (!this.mistakable(unit, request)) this.interrupt(settledByLateReply);
    };
    const { failure } = await this.probe(unit, request, deviceMs);
    this.onLate = undefined;
    if (!this.mistakable(unit, request)) return this.fallSilent();
    return failure ?? { code: "E_BUS_REPLY", detail: "a late reply may still come" };
  }

  /** A reply that was doubted is taken for true after all. */
  believe(doubt: Asked, frame: Buffer): void {
    this.parts.framing.believe(doubt, frame);
  }

  /** One request on the line. `done` is called once, maybe before this returns. */
  ask(unit: number, request: ReadRequest, deviceMs: number, done: (answer: Answer) => void): void {
    const now = performance.now();
    this.done = done;
    if (this.parts.silences) this.asked = { unit, request };
    this.waitMs = this.waitFor(request, deviceMs);
    this.watchdog.watch(now + this.waitMs, now);
    const turn = ++this.turn;
    this.port.expect(request, this.waitMs, () => this.drained(turn));
    try {
      put(this.client, this.port, unit, request, this.parsed);
    } catch (error) {
      this.finish({
        failure: { code: error instanceof Fault ? "E_BUS_REFUSED" : "E_BUS_CLOSED", detail: explain(error) },
      });
    }
  }

  /** Gives up the request on the line; its reply may still come, and is then nobody's. */
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

  private probe(unit: number, request: ReadRequest, deviceMs: number): Promise<Answer> {
    const now = performance.now();
    const taken = (candidate: ReadRequest): boolean => this.parts.framing.recent(unit, candidate, now);
    const probe = probeFor(request, taken, this.known.of(unit));
    return new Promise((resolve) => this.ask(unit, probe, deviceMs, resolve));
  }

  private async fallSilent(): Promise<BusFailure | undefined> {
    if (!this.parts.silences || (await this.silence.wait(this.parts.lateMs))) return undefined;
    return { code: "E_BUS_REPLY", detail: `the line did not fall silent within ${this.parts.lateMs} ms` };
  }

  private mistakable(unit: number, request: ReadRequest): boolean {
    return this.parts.framing.mistakable(unit, request, performance.now());
  }

  private waitFor(request: ReadRequest, deviceMs: number): number {
    return waitFor(this.parts.timing, awaitedBytes(request), deviceMs);
  }

  private received(chunk: Buffer): void {
    const now = performance.now();
    this.silence.broken(now);
    const heard = this.parts.framing.hear(chunk, now);
    if (heard === undefined) return;
    if (heard.is === "reply") {
      this.heard = heard;
      judge(this.port, heard.frame, this.parsed);
    } else if (heard.is === "late") this.onLate?.();
    else {
      if (heard.is === "lost") this.connection.drop(heard.failure.detail);
      this.fail(heard.failure);
    }
  }

  /** The verdict of modbus-serial on the frame it was handed; it comes within `emit`, or within `ask` if the line is closed. */
  private readonly parsed: Parsed = (error) => {
    const heard = this.heard;
    this.heard = undefined;
    if (heard === undefined) {
      this.fail({ code: "E_BUS_CLOSED", detail: error?.message ?? "not open" });
      return;
    }
    this.connection.proven();
    this.unheard = 0;
    this.silence.lift();
    const { frame, doubt } = heard;
    if (error === null && this.asked) this.known.note(this.asked.unit, this.asked.request);
    if (error === null) this.finish(doubt === undefined ? { frame } : { frame, doubt });
    else if (error.modbusCode === undefined) this.finish({ failure: { code: "E_BUS_REPLY", detail: error.message } });
    else {
      const failure = { code: "E_BUS_EXCEPTION", detail: error.message, exception: error.modbusCode } as const;
      this.finish({ frame, failure });
    }
  };

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
    if (++this.unheard >= silentLimit) {
      this.unheard = 0;
      this.connection.drop(`${silentLimit} requests in a row without an answer`);
    }
    this.fail(failure);
  }

  private giveUp(): BusFailure {
    const failure = this.parts.framing.giveUp();
    // What comes next would be taken for the rest of a frame that will never be whole.
    if (this.parts.framing.stuck) this.connection.drop(failure.detail);
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
