/** What goes into the averages of a channel, and what comes out. */

import type { Period } from "../../format/body.ts";
import type { Flag } from "../../format/vocabulary.ts";
import type { Outcome } from "../outcome.ts";
import type { Offset } from "./calendar.ts";
import type { Regime } from "./regimes.ts";

export interface Channel {
  readonly id: string;
  readonly regime: Regime;
  readonly offset: Offset;
  /** Milliseconds from one sample to the next, when all goes well: it says how many a period can have. */
  readonly interval: number;
  /** Places a period's value is rounded to, half up; the next level and the total take the rounded value. Without: 40. */
  readonly places?: number;
  /** The channel whose value is each sample's `weight`: the means are Σ(value × weight) / Σ weight. */
  readonly weightedBy?: string;
  /** The values are a rate: so much in each `per` milliseconds. Periods then have a total beside their mean. */
  readonly total?: { readonly per: number };
}

/** One value of a channel, as an entry of the journal has it. */
export interface Sample {
  /** Unix milliseconds by the wall clock. */
  readonly t: number;
  /** A decimal string; null where there is none. */
  readonly value: string | null;
  readonly flag: Flag;
  readonly reason?: string;
  /** A decimal string, not below zero; a sample without one is not valid in a channel that is weighted. */
  readonly weight?: string | null;
  /** The number of its entry. */
  readonly entry: number;
}

export type Flags = Readonly<Record<Flag, number>>;

/** A period that is over. */
export interface Closed {
  readonly channel: string;
  readonly period: Period;
  /** Unix milliseconds. */
  readonly start: number;
  readonly value: Outcome;
  readonly flag: Flag;
  /** Parts are samples, or the shorter periods the regime makes this one of. */
  readonly counts: {
    /** How many parts there could be. */
    readonly expected: number;
    readonly arrived: number;
    /** How many the value is made of. */
    readonly valid: number;
    /** How many the reach of a failed calibration took out. */
    readonly invalidated: number;
    readonly flags: Flags;
  };
  /** Valid of expected parts, at most 1, four places. */
  readonly coverage: string;
  /** Milliseconds the plant ran: all but what samples with flag F stand for. */
  readonly running: number;
  /** The least and the greatest valid sample. */
  readonly min: string | null;
  readonly max: string | null;
  /** The first and the last entry among all parts, valid or not. */
  readonly from: number | null;
  readonly to: number | null;
  readonly weightedBy?: string;
  /** The mean weight of the valid parts: with it this period weighs in the next. */
  readonly weight?: string;
  /** Mean rate × time for an hour or less, the sum of the valid parts' totals for longer periods. */
  readonly total?: Outcome;
}
