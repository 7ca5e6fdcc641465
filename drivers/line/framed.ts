import type { BusFailure } from "../driver.ts";
import type { Dialect, Heard } from "./dialect.ts";
import type { Question } from "./questions.ts";
import { awaitFor, type Timing } from "./timing.ts";

/** What one device is asked. */
export interface Ask<Unit, Request> {
  readonly unit: Unit;
  readonly request: Request;
}

/** Which bytes are whose reply, on a protocol that we speak without a library. */
export interface AskFraming<Unit, Request> {
  readonly discarded: number;
  readonly stuck: boolean;
  /** @throws Fault E_BUS_REFUSED unless the bytes are a read */
  ask(asked: Question<Unit, Request>, bytes: Buffer): Buffer;
  hear(chunk: Buffer, now: number): Heard<Question<Unit, Request>> | undefined;
  giveUp(): BusFailure;
  mistakable(unit: Unit, request: Request, now: number): boolean;
  believe?(doubt: Question<Unit, Request>, frame: Buffer): void;
  restart(): void;
}

/** What else there is to know of such a protocol. */
export interface Spelling<Unit, Request> {
  refusal(unit: Unit, request: Request): string | undefined;
  /** @throws Fault E_BUS_REFUSED for what is not a read */
  encode(unit: Unit, request: Request): Buffer;
  /** Characters of the longest good reply. */
  replyBytes(request: Request): number;
  /** A read whose answer cannot be mistaken for one to `request`, and puts everything before it behind us. */
  probe(request: Request, unit: Unit, now: number): Request;
}

export class FramedDialect<Unit, Request> implements Dialect<Ask<Unit, Request>> {
  private readonly framing: AskFraming<Unit, Request>;
  private readonly spelling: Spelling<Unit, Request>;
  private readonly timing: Timing;
  private doubted: { readonly doubt: Question<Unit, Request>; readonly frame: Buffer } | undefined;

  constructor(framing: AskFraming<Unit, Request>, spelling: Spelling<Unit, Request>, timing: Timing) {
    this.framing = framing;
    this.spelling = spelling;
    this.timing = timing;
  }

  get discarded(): number {
    return this.framing.discarded;
  }

  get stuck(): boolean {
    return this.framing.stuck;
  }

  refusal({ unit, request }: Ask<Unit, Request>): string | undefined {
    return this.spelling.refusal(unit, request);
  }

  waitMs({ unit, request }: Ask<Unit, Request>, deviceMs: number): number {
    const chars = this.spelling.encode(unit, request).length + this.spelling.replyBytes(request);
    return awaitFor(this.timing, chars, deviceMs);
  }

  ask({ unit, request }: Ask<Unit, Request>, at: number, until: number): Buffer {
    return this.framing.ask({ unit, request, at, until }, this.spelling.encode(unit, request));
  }

  hear(chunk: Buffer, now: number): Heard | undefined {
    const heard = this.framing.hear(chunk, now);
    if (heard?.is !== "reply") return heard;
    const { doubt, ...reply } = heard;
    if (doubt === undefined) return reply;
    this.doubted = { doubt, frame: heard.frame };
    return { ...reply, doubt: true };
  }

  giveUp(): BusFailure {
    return this.framing.giveUp();
  }

  mistakable({ unit, request }: Ask<Unit, Request>, now: number): boolean {
    return this.framing.mistakable(unit, request, now);
  }

  probe({ unit, request }: Ask<Unit, Request>, now: number): Ask<Unit, Request> {
    return { unit, request: this.spelling.probe(request, unit, now) };
  }

  believe(): void {
    if (this.doubted) this.framing.believe?.(this.doubted.doubt, this.doubted.frame);
  }

  restart(): void {
    this.framing.restart();
  }
}
