import type { Flag, Instant, Millis } from "../feed/format/vocabulary.ts";
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

/** The answer to one question, as it was on the wire. */
export interface Exchange {
  /** The validated reply as it is kept: on Modbus unit id and PDU, without CRC or header. Absent when there was none. */
  readonly reply?: Buffer;
  /** Why there is no usable reply. A refusal (a Modbus exception, an error reply) has both `reply` and `failure`. */
  readonly failure?: BusFailure;
  /** When the question was handed to the line, or the probe before it that left no chance to ask it. */
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
 * One physical line. `transact` MUST keep one question at a time on the line whatever the device, MUST NOT return a reply
 * that belongs to another question, MUST return failures as values, and MUST settle when `signal` aborts.
 */
export interface Bus<Q> {
  readonly line: string;
  transact(question: Q, options?: TransactOptions): Promise<Exchange>;
  counters(): BusCounters;
  close(): Promise<void>;
}

export interface TransactOptions {
  /** How long the device itself may take to begin its answer, in ms, above the time on the wire. */
  readonly deviceMs?: number;
  /** Of questions that wait for the line the one that is due first goes first: ms since boot, as `Instant.mono`. */
  readonly due?: Millis;
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

/** What a point decodes to: 64-bit integers are bigint, strings are text, everything else is a number. */
export type Raw = number | bigint | string;

/** What a data logger itself says of a value: its letter, and what that means where anybody says so. */
export interface OwnFlag {
  readonly letter: string;
  readonly flag: Flag | undefined;
}

/** What the device said at one point, not yet judged. `raw` is the number before scaling; text only for string points. */
export type Sample = { readonly point: string; readonly own?: OwnFlag } & (
  | { readonly raw: Raw }
  | { readonly failure: BusFailure }
);

/** A question as the configuration entry keeps it: [unit id, function code, start, count] on Modbus, in words elsewhere. */
export type Read = readonly [number, number, number, number] | string;

/** One poll of one device: every exchange as it was, in the order of `reads`, and what it says at each point. */
export interface Poll {
  /** The plan it was made by. Exchanges are fewer where the last ones, the settings, were not asked this time. */
  readonly reads: readonly Read[];
  readonly exchanges: readonly Exchange[];
  readonly samples: readonly Sample[];
  /** The device's own time of these values, Unix ms, where it sends one. */
  readonly time?: number;
}

export interface PollOptions {
  /** Until when it should be done, ms since boot. */
  readonly due?: Millis;
  /** Whether the device's settings are read too. */
  readonly settings?: boolean;
  readonly signal?: AbortSignal;
}

/** Asks one device. `reads` is the plan of a poll with settings; a device that refuses a block gets another plan. */
export interface Driver {
  readonly reads: readonly Read[];
  /** Before the first poll: the plan of an earlier run is gone on with, if it is this plan divided further; else nothing changes. */
  resume(reads: readonly Read[]): void;
  poll(options?: PollOptions): Promise<Poll>;
}

/** What a device sent unasked. */
export interface Push extends Poll {
  /** To be called once it is kept: the device may then forget it. */
  acknowledge(): void;
}

/** What is known of a device that pushes from an earlier run. */
export interface Earlier {
  /** Its states by the id of their point, as decimals; a word for one that could not be read. */
  readonly states: ReadonlyMap<string, string>;
  /** The newest messages that were kept, oldest first. */
  readonly frames: readonly Buffer[];
}

/** A device that pushes. */
export interface Source {
  readonly reads: readonly Read[];
  /** Points of which there is none when nothing comes. */
  readonly expected: readonly string[];
  /** Before `start`: what holds until it says otherwise, and what it may send again. */
  recall(earlier: Earlier): void;
  /** From now on each push goes to `sink`, as it comes. */
  start(sink: (push: Push) => void): void;
}
