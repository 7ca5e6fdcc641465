/** What an agent did since it started, for the last line of its log and for whoever asks how it goes. Readings, not entries. */
export interface Tally {
  /** Readings that polls gave, with a value or with a reason why there is none. */
  taken: number;
  /** Of these, readings that are durable in the journal. */
  kept: number;
  /** Readings without a value. */
  missing: number;
  /** Slots of the grid that a slow device or line let pass. */
  skippedSlots: number;
}

export const newTally = (): Tally => ({ taken: 0, kept: 0, missing: 0, skippedSlots: 0 });
