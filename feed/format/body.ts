import type { ReadingTuple } from "./reading.ts";

/**
 * What an entry says, by type, before the journal numbers and chains it. Times are `YYYY-MM-DDTHH:MM:SS.mmmZ`, hashes and
 * keys base64, quantities decimal strings; every number is a whole number within 2^53-1.
 */
export type EntryBody =
  | GenesisBody
  | ConfigBody
  | BootBody
  | FrameBody
  | DerivedBody
  | EventBody
  | AnchorBody
  | ManualBody
  | DocBody
  | AmendBody
  | RotateBody
  | CertBody
  | GapBody
  | PruneBody
  | EndBody;

interface Timed {
  readonly t: string;
}

/** Source of the time and the bound of its error in ms; -1 where no bound is known. */
export type ClockTuple = readonly ["nts" | "ntp" | "ptp" | "gnss" | "rtc" | "none", number];
/** [size, base64 root] of a tree. */
export type HeadTuple = readonly [number, string];

/** Entry 0. `after` names the log that this one continues. */
export interface GenesisBody extends Timed {
  readonly type: "genesis";
  readonly origin: string;
  readonly gen: number;
  readonly hash: "sha256";
  readonly twin: "sm3" | null;
  /** Verifier keys of the log, as text. */
  readonly keys: readonly string[];
  readonly plant: string;
  readonly stack: string;
  readonly dev: { readonly sn: string; readonly model: string; readonly tpm: string };
  readonly sw: { readonly name: string; readonly ver: string; readonly sha256: string };
  readonly after: null | {
    readonly origin: string;
    readonly size: number;
    readonly root: string;
    readonly auth: string;
  };
}

/** The whole active map: of one device where `dev` stands, of the site otherwise. `sha256` is of the settings file. */
export interface ConfigBody extends Timed {
  readonly type: "config";
  /** Channel: [unit of measure, source "<unit>:<fc>:<start hex4>:<type>:<order>", scale "k" or "r0:r1:e0:e1", places]. */
  readonly points: { readonly [channel: string]: readonly [string, string, string, number] };
  readonly sha256: string;
  readonly by: string;
  readonly why?: string;
  readonly dev?: string;
  readonly profile?: string;
  /** The questions of one poll in order, settings last: [unit id, function code, start, count] on Modbus, in words elsewhere. */
  readonly reads?: readonly (readonly [number, number, number, number] | string)[];
  /** How each derived channel of `points` is made; only in the config of the whole site. */
  readonly derive?: { readonly [channel: string]: Derivation };
  /** Beside `derive`: minutes that the site's days begin before those of UTC. */
  readonly east?: number;
  /** Beside `derive`: measured channels whose zero and span checks are judged. */
  readonly calibrate?: { readonly [channel: string]: Calibration };
}

/** How the zero and span checks of one measured channel are told, judged, and what they leave proven. */
export type Calibration = {
  readonly rules: "part-75" | "hj75";
  /** A monitor of Part 75, or an instrument of HJ 75. */
  readonly kind: string;
  /** Span or full scale, in the unit of the channel. */
  readonly scale: string;
  /** [reason beside flag C that tells of the check, what the instrument ought to say]. */
  readonly zero?: readonly [string, string];
  readonly span?: readonly [string, string];
  /** A check is read from so many samples in a row that lie so near to each other. */
  readonly samples: number;
  readonly spread: string;
  /** Left out: checks take no value away. */
  readonly timer?: {
    /** Milliseconds that a pass proves what follows it. */
    readonly lasts: number;
    /** Where what a failure takes away begins. */
    readonly reach: "last-pass" | "failure";
    /** When the first of the declarations was made that go on from each other: it counts as a pass of every point. */
    readonly since: string;
  };
};

/** Averaging periods; each begins at a whole one of the site's own time zone. */
export type Period = "minute" | "half-hour" | "hour" | "day" | "month";

/** How one derived channel is made. What is computed `at` one period is then carried to the longer ones. */
export type Derivation = {
  /** Id of a formula; "mean" is the input itself. */
  readonly formula: string;
  /** Input by its name in the formula: a channel, or "=" and the decimal of a parameter. */
  readonly in: { readonly [input: string]: string };
  /** The formula is applied to the inputs' means over this period. */
  readonly at: Period;
  /** Milliseconds between two readings of a measured channel: how many a minute can have. */
  readonly every?: number;
  /**
   * Milliseconds: readings with a time of their own (`own.t` of the frame) count at it where it is so near to the frame's, and
   * not at all where it is farther. Left out: they count when they came.
   */
  readonly own?: number;
  /** A period is N where at least this share of its parts is, 0 to 1; left out, the regime says. */
  readonly normal?: string;
  /** A period in which the plant stood still is F, where the regime alone would call it D. */
  readonly stopped?: "F";
  /** What a longer period is made of. */
  readonly longer: "mean" | "sum";
  /** Channel that the longer means are weighted with. */
  readonly weight?: string;
  /** Names of the set of constants and of the rules of validity. */
  readonly constants: string;
  readonly regime: string;
};

export interface BootBody extends Timed {
  readonly type: "boot";
  /** First 8 hex digits of the kernel's boot id. */
  readonly boot: string;
  readonly why: string;
  readonly clk: ClockTuple;
  /** The tree as it was found on the disk. */
  readonly head: HeadTuple;
  /** The newest tree known to be cosigned. */
  readonly wit?: HeadTuple;
  readonly tpm?: { readonly resets: number; readonly counter: number };
}

/** One poll of one device. `t` is when it was complete. */
export interface FrameBody extends Timed {
  readonly type: "frame";
  readonly boot: string;
  /** Milliseconds since boot at `t`. */
  readonly mono: number;
  readonly clk: ClockTuple;
  /** Number of the config entry under which the device was read. */
  readonly cfg: number;
  /** Each reply as it was on the wire (unit id and PDU, no CRC), in the order of the config's `reads`; "" without reply. */
  readonly raw: readonly string[];
  readonly data: { readonly [channel: string]: ReadingTuple };
  /** Only true: read from the instrument's own memory. */
  readonly hist?: boolean;
  readonly dev?: string;
  /** What a data logger says itself: its time of these values, and its flag of each. */
  readonly own?: { readonly t?: string; readonly flags: { readonly [channel: string]: string } };
  /** Aligned with `raw`: [sent, received on the monotonic clock, received in Unix time], in ms. */
  readonly at?: readonly (readonly [number, number, number])[];
}

/** Values of one closed period. `t` is when it was closed. */
export interface DerivedBody extends Timed {
  readonly type: "derived";
  readonly period: Period;
  /** Begin of the period, UTC: a whole minute. */
  readonly start: string;
  /** Number of the config entry that declares the channels. */
  readonly cfg: number;
  readonly data: { readonly [channel: string]: ReadingTuple };
  /** Of each channel: [valid, possible], in parts of the period (samples of a minute, minutes of an hour, ...). */
  readonly n: { readonly [channel: string]: readonly [number, number] };
  /** Everything it was made of lies in the entries [first, one past last]. */
  readonly of: readonly [number, number];
}

export interface EventBody extends Timed {
  readonly type: "event";
  readonly code: string;
  readonly detail: string;
  readonly dev?: string;
  /** Settings of the device, or states a logger told of, by channel: what they were (null: not known before) and what they are. */
  readonly set?: { readonly [channel: string]: readonly [string | null, string] };
  /** The zero or span check that was judged. */
  readonly check?: CheckTold;
}

/** One comparison with a reference, in the unit of the channel. `at` is when the reading was taken. */
export type CheckTold = {
  readonly channel: string;
  readonly point: "zero" | "span";
  readonly at: string;
  readonly reading: string;
  readonly reference: string;
  /** Of a check entered by hand: the number of its `manual` entry. */
  readonly of?: number;
};

/** An earlier cosignature, embedded: the entries after it were made after its time. */
export interface AnchorBody extends Timed {
  readonly type: "anchor";
  readonly boot: string;
  readonly mono: number;
  readonly size: number;
  readonly root: string;
  /** Signature lines of the note of that size. */
  readonly cosig: readonly string[];
}

/** A parameter entered by hand. `docs` are the numbers of the entries of its supporting documents. */
export interface ManualBody extends Timed {
  readonly type: "manual";
  readonly code: string;
  readonly value: string;
  readonly unit: string;
  readonly period: string;
  readonly by: string;
  readonly docs: readonly number[];
}

export interface DocBody extends Timed {
  readonly type: "doc";
  readonly name: string;
  readonly mime: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly sm3?: string;
}

/** A correction of entry `ref`, which stays as it is. */
export interface AmendBody extends Timed {
  readonly type: "amend";
  readonly ref: number;
  readonly why: string;
  readonly by: string;
  readonly value: string;
}

/** A new log key; `proof` is its own signature line over `cems-rotate/v1\n<origin>\n<seq>\n<vkey>\n`. */
export interface RotateBody extends Timed {
  readonly type: "rotate";
  readonly key: string;
  readonly proof: string;
  readonly drop: readonly string[];
}

export interface CertBody extends Timed {
  readonly type: "cert";
  readonly cert: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly sm3?: string;
}

/** An interval [from, to) of which there is nothing, and why. */
export interface GapBody extends Timed {
  readonly type: "gap";
  readonly from: string;
  readonly to: string;
  readonly why: string;
  readonly dev?: string;
}

/** Entries [range) are no longer kept here; `root` is that of the tree of the range's end. */
export interface PruneBody extends Timed {
  readonly type: "prune";
  readonly range: readonly [number, number];
  readonly root: string;
}

/** The log is closed; `next` is the origin that continues it. */
export interface EndBody extends Timed {
  readonly type: "end";
  readonly next: string | null;
  readonly why: string;
}
