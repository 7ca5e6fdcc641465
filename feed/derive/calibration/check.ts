/**
 * One comparison of an instrument with a reference: zero or span gas, a reference signal, a zero mirror.
 * `t` is in Unix milliseconds, when the reading was taken; `reading` and `reference` are decimal strings in the unit of the
 * channel.
 */
export interface Check {
  readonly channel: string;
  readonly point: Point;
  readonly t: number;
  readonly reading: string;
  readonly reference: string;
  /** Seen in the samples' status, or entered by an operator. */
  readonly origin: "status" | "hand";
}
export type Point = "zero" | "span";

/** "adjust" passes, and asks for an adjustment before the next check; "fail" is out of control. */
export type Verdict = "pass" | "adjust" | "fail";

/** A number of a rule, and where it was read. `verified` is false while nobody of us has seen the standard's own text. */
export interface Sourced {
  readonly source: string;
  readonly verified: boolean;
}
