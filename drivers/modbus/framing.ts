import type { BusFailure, ReadRequest } from "../driver.ts";
import type { Heard } from "../line/dialect.ts";
import type { Asked } from "./request.ts";

/** What bytes from the line meant; a reply is unit id, PDU and CRC. */
export type Framed = Heard<Asked>;

/** How frames lie in the bytes of one kind of line. No timers and no sockets, so that it can be tested byte by byte. */
export interface Framing {
  /** Bytes thrown away: noise, stray and late frames, frames of others. */
  readonly discarded: number;
  /** Makes `asked` the pending request; returns what goes on the wire for `adu` (unit, PDU, CRC). */
  ask(asked: Asked, adu: Buffer): Buffer;
  /** Takes bytes as they arrived, in any pieces; undefined means: wait on. The chunk is only borrowed. */
  hear(chunk: Buffer, now: number): Framed | undefined;
  /** The pending request is awaited no longer; says what was wrong as far as the bytes tell. */
  giveUp(): BusFailure;
  /** Whether the reply to this request could be mistaken for one that is still to come. */
  mistakable(unit: number, request: ReadRequest, now: number): boolean;
  /** Whether, besides, a reply of its length came a moment ago, of which this one could be taken for a copy. */
  recent(unit: number, request: ReadRequest, now: number): boolean;
  /** A doubted reply is taken for true after all. */
  believe(doubt: Asked, frame: Buffer): void;
  /** Whether a frame has begun that holds up all that follow it. */
  readonly stuck: boolean;
  /** A new transport: what was half received is gone. */
  restart(): void;
}
