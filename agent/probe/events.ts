import type { WordOrder } from "../../drivers/profile.ts";
import type { Finding, Outcome } from "./findings.ts";
import type { Named } from "./identity.ts";
import type { Guess, Reading } from "./values.ts";

/** What a probe tells, one after the other, as it learns it; with `--json` one line each. */
export type ProbeEvent =
  | { readonly is: "line"; readonly line: string }
  /** Something that takes a while. */
  | { readonly is: "trying"; readonly what: string }
  | Answers
  | { readonly is: "identity"; readonly unit: string; readonly named: readonly Named[] }
  | PointEvent
  | RegistersEvent
  /** A value without word orders: of a meter, of a module. */
  | { readonly is: "value"; readonly id: string; readonly text: string; readonly unit: string }
  | ({ readonly is: "finding" } & Finding)
  | { readonly is: "end"; readonly outcome: Outcome };

export interface Answers {
  readonly is: "answers";
  readonly unit: string;
  readonly asked: number;
  readonly answered: number;
  /** From the question to the last byte of the answer. */
  readonly ms: { readonly median: number; readonly least: number; readonly most: number };
}

/** A point of a profile, in all byte orders. */
export interface PointEvent {
  readonly is: "point";
  readonly id: string;
  /** "40101 (holding:100)" */
  readonly at: string;
  readonly type: string;
  readonly unit: string;
  /** What the profile says. */
  readonly order: WordOrder;
  readonly readings: readonly Reading[];
}

/** Registers of which nothing is known. */
export interface RegistersEvent {
  readonly is: "registers";
  readonly at: string;
  readonly hex: string;
  readonly guesses: readonly Guess[];
}

export type Tell = (event: ProbeEvent) => void;

/** Times of several answers; of none, none. */
export function answersOf(unit: string, asked: number, times: readonly number[]): Answers {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (index: number): number => round(sorted[index] ?? 0);
  const ms = { median: at(Math.floor((sorted.length - 1) / 2)), least: at(0), most: at(sorted.length - 1) };
  return { is: "answers", unit, asked, answered: sorted.length, ms };
}

const round = (ms: number): number => Math.round(ms * 10) / 10;
