/** The words every part shares: units in types, HJ 212 data flags, instants. */

declare const unit: unique symbol;
/** A duration in milliseconds. `seconds(15)` compiles where a bare 15 does not. */
export type Millis = number & { readonly [unit]: "ms" };
export const millis = (n: number): Millis => n as Millis;
export const seconds = (n: number): Millis => millis(n * 1000);

/**
 * Data flags of HJ 212-2017, 6.6.4.2 (flue gas): the letter that travels with every value.
 * A missing value never carries N.
 */
export const flags = {
  N: "normal",
  F: "stopped",
  M: "maintenance",
  S: "set by hand",
  D: "instrument fault",
  C: "calibration",
  T: "over range",
  B: "communication fault",
} as const;
export type Flag = keyof typeof flags;

/** One moment on both clocks: `wall` in Unix milliseconds (may step), `mono` in milliseconds since boot (never steps). */
export interface Instant {
  readonly wall: Millis;
  readonly mono: Millis;
}
