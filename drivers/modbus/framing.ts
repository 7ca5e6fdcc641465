import type { BusFailure, ReadRequest } from "../driver.ts";
import type { Asked } from "./request.ts";

/** What bytes from the line meant. */
export type Heard =
  /** The pending request is answered: unit id, PDU, CRC; `doubt` if it may be a second copy of an earlier reply. */
  | { readonly is: "reply"; readonly frame: Buffer; readonly doubt?: Asked }
  /** The pending request is answered unusably. */
  | { readonly is: "bad"; readonly failure: BusFailure }
  /** A request that had been given up was answered after all; its reply is discarded. */
  | { readonly is: "late" }
  /** The byte stream itself can no longer be trusted: the transport must be rebuilt. */
  | { readonly is: "lost"; readonly failure: BusFailure };

/** How frames lie in the bytes of one kind of line. No timers and no sockets, so that it can be tested byte by byte. */
export interface Framing {
  /** Bytes thrown away: noise, stray and late frames, frames of others. */
  readonly discarded: number;
  /** Makes `asked` the pending request; returns what goes on the wire for `adu` (unit, PDU, CRC). */
  ask(asked: Asked, adu: Buffer): Buffer;
  /** Takes bytes as they arrived, in any pieces; undefined means: wait on. The chunk is only borrowed. */
  hear(chunk: Buffer, now: number): Heard | undefined;
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
