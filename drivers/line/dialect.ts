import type { BusFailure } from "../driver.ts";

/** What bytes from the line meant. `Doubt` is how one says of a reply that it may be a second copy: by its question, or at all. */
export type Heard<Doubt = true> =
  /** The pending question is answered by `frame`; with `failure` it is a refusal. */
  | { readonly is: "reply"; readonly frame: Buffer; readonly failure?: BusFailure; readonly doubt?: Doubt }
  /** The pending question is answered unusably. */
  | { readonly is: "bad"; readonly failure: BusFailure }
  /** A question that had been given up was answered after all; its reply is discarded. */
  | { readonly is: "late" }
  /** The byte stream itself can no longer be trusted: the transport must be rebuilt. */
  | { readonly is: "lost"; readonly failure: BusFailure };

/**
 * How questions and answers of one protocol lie in the bytes of a line, and whose answer is whose. No timers and no sockets, so that
 * it can be tested byte by byte. Times are ms of performance.now.
 */
export interface Dialect<Q> {
  /** Bytes thrown away: noise, stray and late frames, frames of others. */
  readonly discarded: number;
  /** Whether a frame has begun that holds up all that follow it. */
  readonly stuck: boolean;
  /** Why this question may not go to a device, or undefined. Only reads may. */
  refusal(question: Q): string | undefined;
  /** How long the answer may take from the moment the question is handed to the line: time on the wire, device and margin, ms. */
  waitMs(question: Q, deviceMs: number): number;
  /** Makes `question` the pending one; returns what goes on the wire. @throws Fault E_BUS_REFUSED for what is no read */
  ask(question: Q, at: number, until: number): Buffer;
  /** Takes bytes as they arrived, in any pieces; undefined means: wait on. The chunk is only borrowed. */
  hear(chunk: Buffer, now: number): Heard | undefined;
  /** The pending question is awaited no longer; says what was wrong as far as the bytes tell. */
  giveUp(): BusFailure;
  /** Whether the answer to this question could be mistaken for one that is still to come. */
  mistakable(question: Q, now: number): boolean;
  /** A question whose answer cannot be mistaken for one to `question`, and puts everything asked before behind us. */
  probe(question: Q, now: number): Q;
  /** The reply doubted last is taken for true after all. */
  believe(): void;
  /** A new transport: what was half received is gone. */
  restart(): void;
}
