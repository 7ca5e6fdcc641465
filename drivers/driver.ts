import type { Instant } from "../feed/format/vocabulary.ts";
import type { BusFaultCode } from "./faults.ts";

/** A question to a device on a Modbus line. Whatever is not one of these is refused, so that nothing is ever written. */
export type ReadRequest = RegisterRead | ServerIdRead | IdentityRead | CustomRead;

/** A read of registers or bits. `start` is the 0-based PDU address; `count` is registers (FC 3, 4) or bits (FC 1, 2). */
export interface RegisterRead {
  readonly functionCode: 1 | 2 | 3 | 4;
  readonly start: number;
  readonly count: number;
}

/** Report Server ID (Modbus Application Protocol V1.1b3, 6.13): what the device says of itself, in its own form. */
export interface ServerIdRead {
  readonly functionCode: 17;
}

/** Read Device Identification (Modbus Application Protocol V1.1b3, 6.21): function 43, MEI type 14. */
export interface IdentityRead {
  readonly functionCode: 43;
  /** 1: basic, 2: regular, 3: extended, each from `object` on; 4: the one object. */
  readonly access: 1 | 2 | 3 | 4;
  /** 0 to 255; 0 is the vendor's name. */
  readonly object: number;
}

/** A read by a function of the maker's own, as a profile names it. */
export interface CustomRead {
  readonly functionCode: UserDefinedFunction;
  /** What follows the function code, in hexadecimal; at most 16 bytes. */
  readonly data: string;
  /** Bytes of the good reply between the function code and the CRC, 1 to 252. */
  readonly replyBytes: number;
}

/** Function codes left to makers (Modbus Application Protocol V1.1b3, 5): 65 to 72 and 100 to 110. */
export type UserDefinedFunction =
  | (65 | 66 | 67 | 68 | 69 | 70 | 71 | 72)
  | (100 | 101 | 102 | 103 | 104 | 105 | 106 | 107 | 108 | 109 | 110);

/** One question and its answer, as they were on the wire: unit id + PDU, without CRC or MBAP header. */
export interface Exchange {
  readonly unit: number;
  readonly request: ReadRequest;
  /** The validated reply (unit id and PDU: for registers function code, byte count, data); absent when there was none. */
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
  readonly reads: readonly RegisterRead[];
  poll(signal?: AbortSignal): Promise<Poll>;
}
