import modbusSerial from "modbus-serial";
import type { ReadRequest } from "../driver.ts";
import type { Dialect, Heard } from "../line/dialect.ts";
import { type Timing, waitFor } from "../line/timing.ts";
import { type Client, judge, type Parsed, put } from "./client.ts";
import type { Framed, Framing } from "./framing.ts";
import { GuardedPort } from "./port.ts";
import { Answered, probeFor } from "./probe.ts";
import { type Asked, awaitedBytes, refusal } from "./request.ts";

/** What a Modbus device is asked, and which one. */
export interface Question {
  readonly unit: number;
  readonly request: ReadRequest;
}

/**
 * Modbus on any of its framings. modbus-serial builds each request and passes verdict on each reply, within the call; whose reply it is,
 * and when, is decided here and in the framing.
 */
export class ModbusDialect implements Dialect<Question> {
  private readonly framing: Framing;
  private readonly timing: Timing;
  private readonly serial: boolean;
  private readonly port: GuardedPort;
  private readonly client: Client;
  private readonly known = new Answered();
  private asked: Question | undefined;
  private doubted: { readonly asked: Asked; readonly frame: Buffer } | undefined;
  private verdict: Parameters<Parsed>[0] = null;

  /** @param serial there is a serial line behind it, with unit ids 1 to 247 */
  constructor(framing: Framing, timing: Timing, serial: boolean) {
    this.framing = framing;
    this.timing = timing;
    this.serial = serial;
    this.port = new GuardedPort(framing);
    const client = new modbusSerial.default(this.port);
    client.open();
    // Its callbacks are typed for values; we only take its verdict, since the bytes are ours already.
    this.client = client as unknown as Client;
  }

  get discarded(): number {
    return this.framing.discarded;
  }

  get stuck(): boolean {
    return this.framing.stuck;
  }

  refusal({ unit, request }: Question): string | undefined {
    return refusal(unit, request, this.serial);
  }

  waitMs({ request }: Question, deviceMs: number): number {
    return waitFor(this.timing, awaitedBytes(request), deviceMs);
  }

  ask(question: Question, at: number, until: number): Buffer {
    this.asked = question;
    this.port.expect(question.request, at, until);
    put(this.client, this.port, question.unit, question.request, this.judged);
    return this.port.written;
  }

  hear(chunk: Buffer, now: number): Heard | undefined {
    const heard = this.framing.hear(chunk, now);
    return heard?.is === "reply" ? this.judge(heard) : heard;
  }

  giveUp(): ReturnType<Framing["giveUp"]> {
    return this.framing.giveUp();
  }

  mistakable({ unit, request }: Question, now: number): boolean {
    return this.framing.mistakable(unit, request, now);
  }

  probe({ unit, request }: Question, now: number): Question {
    const taken = (candidate: ReadRequest): boolean => this.framing.recent(unit, candidate, now);
    return { unit, request: probeFor(request, taken, this.known.of(unit)) };
  }

  believe(): void {
    if (this.doubted) this.framing.believe(this.doubted.asked, this.doubted.frame);
  }

  restart(): void {
    this.framing.restart();
  }

  /** modbus-serial says within the call what it thinks of the frame it is handed. */
  private judge({ frame, doubt }: Framed & { is: "reply" }): Heard {
    this.verdict = new Error("no verdict");
    judge(this.port, frame, this.judged);
    const { verdict } = this;
    const kept = frame.subarray(0, frame.length - 2);
    if (doubt !== undefined) this.doubted = { asked: doubt, frame };
    if (verdict === null) {
      if (this.asked && this.serial) this.known.note(this.asked.unit, this.asked.request);
      return doubt === undefined ? { is: "reply", frame: kept } : { is: "reply", frame: kept, doubt: true };
    }
    if (verdict.modbusCode === undefined)
      return { is: "bad", failure: { code: "E_BUS_REPLY", detail: verdict.message } };
    const failure = { code: "E_BUS_EXCEPTION", detail: verdict.message, exception: verdict.modbusCode } as const;
    return { is: "reply", frame: kept, failure };
  }

  private readonly judged: Parsed = (error) => {
    this.verdict = error;
  };
}
