/** What is still taken for right; times in ms. The defaults are for gateways that follow a time source. */
export interface Tolerances {
  /** An entry may be this much earlier than the cosignature before it, or later than the one over it. */
  readonly bracket: number;
  /** Clock and time since boot may drift apart by this much between two frames. */
  readonly step: number;
  /** A frame may be this much earlier than the one before it. */
  readonly backward: number;
  /** Entries cosigned later than this after their time are late. */
  readonly late: number;
  /** On each day one frame at least is this near the time of its cosignature. */
  readonly drift: number;
  /** The bound of the clock's error, where the gateway knows it. */
  readonly clockError: number;
}

export const tolerances: Tolerances = {
  bracket: 5000,
  step: 2000,
  backward: 0,
  late: 15 * 60_000,
  drift: 60_000,
  clockError: 5000,
};
