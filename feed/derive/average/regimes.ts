/**
 * When a mean may be given: the rules of each regime as data, each with its source. `verified: false` marks a number that
 * was not compared with the text of the standard: a site that has the text overrides it. Nothing here is code: a site's own
 * regime is another object of this form.
 */

import type { Period } from "../../format/body.ts";
import type { Flag } from "../../format/vocabulary.ts";

/** A share as a fraction, because 2/3 has no decimal form. */
export type Share = readonly [number, number];

export type Rule =
  /** At least so many valid parts; `february` of them in a February. */
  | { readonly kind: "count"; readonly least: number; readonly february?: number }
  /** At least this share of the parts that could be there is valid. */
  | { readonly kind: "share"; readonly least: Share }
  /** At most so many parts are lost; those of a plant that stood still are not lost. */
  | { readonly kind: "discarded"; readonly most: number }
  /** A valid part in each quarter in which the plant ran; with a check (C or M) in the period, two parts so many ms apart. */
  | { readonly kind: "quadrants"; readonly apart: number };

export interface Sourced {
  readonly source: string;
  readonly verified: boolean;
}

export interface Level extends Sourced {
  readonly period: Period;
  /** What the mean is made of: the samples, or the means of a shorter period of the same regime. */
  readonly from: "sample" | Period;
  readonly rule: Rule;
}

export interface Regime {
  readonly id: string;
  readonly title: { readonly en: string; readonly zh: string };
  /** Shorter periods first. */
  readonly levels: readonly Level[];
  /** Flags whose values enter a mean. */
  readonly valid: readonly Flag[];
  /** A period is N when at least this share of its parts is; otherwise it gets this flag, or the most frequent other one. */
  readonly flag: Sourced & {
    readonly normal: Share;
    readonly otherwise: "D" | "most-frequent";
    /** Where `applies`, a period of which at least this share stood still is F before it is D. */
    readonly stopped?: Sourced & { readonly least: Share; readonly applies: boolean };
  };
  /** What a rate is multiplied with for the total of an hour or less: the whole period, or the time the plant ran. */
  readonly time: "whole" | "running";
}

const hj212 = "HJ 212-2017, Annex D.2";
const none = "no rule in the regulation";

export const hj: Regime = {
  id: "hj",
  title: { en: "HJ 75 and HJ 212", zh: "HJ 75 与 HJ 212" },
  levels: [
    { period: "minute", from: "sample", rule: { kind: "count", least: 12 }, source: hj212, verified: true },
    { period: "hour", from: "minute", rule: { kind: "count", least: 45 }, source: hj212, verified: true },
    { period: "day", from: "hour", rule: { kind: "count", least: 20 }, source: hj212, verified: true },
    {
      period: "month",
      from: "day",
      rule: { kind: "count", least: 25, february: 23 },
      source: "HJ 76-2017, Appendix B, by a summary of it",
      verified: false,
    },
  ],
  valid: ["N"],
  flag: {
    normal: [3, 4],
    otherwise: "D",
    source: "HJ 212-2017, C.16 and C.17, notes",
    verified: true,
    stopped: {
      least: [3, 4],
      applies: false,
      source:
        "HJ 212-2017, Table 8 has F for what is stopped; with which share of F a period is F stands nowhere in it",
      verified: false,
    },
  },
  time: "whole",
};

export const part75: Regime = {
  id: "part-75",
  title: { en: "40 CFR Part 75", zh: "美国 40 CFR Part 75" },
  levels: [
    { period: "minute", from: "sample", rule: { kind: "count", least: 1 }, source: none, verified: false },
    {
      period: "hour",
      from: "sample",
      rule: { kind: "quadrants", apart: 15 * 60_000 },
      source: "40 CFR 75.10(d)(1)",
      verified: false,
    },
    { period: "day", from: "hour", rule: { kind: "count", least: 1 }, source: none, verified: false },
    { period: "month", from: "day", rule: { kind: "count", least: 1 }, source: none, verified: false },
  ],
  valid: ["N"],
  flag: { normal: [0, 1], otherwise: "most-frequent", source: none, verified: false },
  time: "running",
};

export const mrr: Regime = {
  id: "eu-mrr",
  title: { en: "EU 2018/2066, continuous measurement", zh: "欧盟 2018/2066 连续监测" },
  levels: [
    { period: "minute", from: "sample", rule: { kind: "count", least: 1 }, source: none, verified: false },
    {
      period: "hour",
      from: "sample",
      rule: { kind: "share", least: [4, 5] },
      source: "Regulation (EU) 2018/2066, Article 44",
      verified: true,
    },
    { period: "day", from: "hour", rule: { kind: "count", least: 1 }, source: none, verified: false },
    { period: "month", from: "day", rule: { kind: "count", least: 1 }, source: none, verified: false },
  ],
  valid: ["N"],
  flag: { normal: [0, 1], otherwise: "most-frequent", source: none, verified: false },
  time: "whole",
};

const twoThirds = { kind: "share", least: [2, 3] } as const;
const en17255 = "EN 17255-1: short-term average of first-level data";

export const ied: Regime = {
  id: "eu-ied",
  title: { en: "EN 17255 and IED Annex VI", zh: "欧盟 EN 17255 与 IED 附件六" },
  levels: [
    { period: "minute", from: "sample", rule: twoThirds, source: en17255, verified: false },
    { period: "half-hour", from: "minute", rule: twoThirds, source: en17255, verified: false },
    { period: "hour", from: "minute", rule: twoThirds, source: en17255, verified: false },
    {
      period: "day",
      from: "half-hour",
      rule: { kind: "discarded", most: 5 },
      source: "Directive 2010/75/EU, Annex VI, Part 8",
      verified: true,
    },
    { period: "month", from: "day", rule: { kind: "count", least: 1 }, source: none, verified: false },
  ],
  valid: ["N"],
  flag: { normal: [0, 1], otherwise: "most-frequent", source: none, verified: false },
  time: "whole",
};

export const regimes: readonly Regime[] = [hj, part75, mrr, ied];
