import type { Raw } from "./scaled.ts";

export type Read = readonly [number, number, number, number] | string;

/** Where a channel's value lies: in the reply to the request of that number, if `decode` finds it there. */
export interface Place {
  readonly read: number;
  /** Undefined: the reply does not hold the value. */
  decode(reply: Buffer): Raw | undefined;
}

/**
 * The places a `source` names among the requests of a poll (clause 3.5), none where no request covers it. Undefined: the
 * source is of no grammar that this side reads, and nothing is judged.
 */
export type Grammar = (source: readonly string[], reads: readonly Read[]) => readonly Place[] | undefined;
