import type { Instant } from "../feed/format/vocabulary.ts";
import type { BusFaultCode } from "./faults.ts";

/** A read request on a Modbus line. `start` is the 0-based PDU address; `count` is registers (FC 3, 4) or bits (FC 1, 2). */
export interface ReadRequest {
  readonly functionCode: 1 | 2 | 3 | 4;
  readonly start: number;
  readonly count: number;
}

/** One question and its answer, as they were on the wire: unit id + PDU, without CRC or MBAP header. */
export interface Exchange {
  readonly unit: number;
  readonly request: ReadRequest;
  /** The validated reply (unit id, function code, byte count, data); absent when there was none. */
  readonly reply?: Buffer;
  /** Why there is no usable reply. An exception reply has both `reply` and `failure`. */
  readonly failure?: BusFailure;
  /** When the request was handed to the line. */
  readonly sent: Instant;
  /** When the last byte of the reply had arrived, or the wait was given up. */
  readonly received: Instant;
}

export interface BusFailure {
  readonly code: BusFaultCode;
  readonly detail: string;
  /** Modbus exception code, for E_BUS_EXCEPTION. */
  readonly exception?: number;
}

/**
 * One physical line. `transact` MUST keep one request at a time on the line whatever the unit id, MUST NOT return a reply
 * that belongs to another request, MUST return failures as values, and MUST settle when `signal` aborts.
 */
export interface Bus {
  readonly line: string;
  transact(unit: number, request: ReadRequest, options?: TransactOptions): Promise<Exchange>;
  counters(): BusCounters;
  close(): Promise<void>;
}

export interface TransactOptions {
  /** How long the device itself may take to begin its answer, in ms, above the time on the wire. */
  readonly deviceMs?: number;
  readonly signal?: AbortSignal;
}

/** What happened on a line since it was opened; counts only. */
export interface BusCounters {
  readonly requests: number;
  readonly replies: number;
  readonly failures: Readonly<Partial<Record<BusFaultCode, number>>>;
  readonly discardedBytes: number;
  readonly quarantines: number;
  readonly rebuilds: number;
}

/** What the device said at one point, not yet judged. `raw` is the number before scaling; text only for string points. */
export type Sample =
  | { readonly point: string; readonly raw: number | bigint | string }
  | { readonly point: string; readonly failure: BusFailure };

/** One poll of one device: every exchange as it was, and what it says at each point. */
export interface Poll {
  readonly exchanges: readonly Exchange[];
  readonly samples: readonly Sample[];
}

/** Asks one device. `reads` is the plan: `poll` makes exactly these requests, in this order. */
export interface Driver {
  readonly reads: readonly ReadRequest[];
  poll(signal?: AbortSignal): Promise<Poll>;
}
