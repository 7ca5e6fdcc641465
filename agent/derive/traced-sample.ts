import type { ReadingTuple } from "../../feed/format/reading.ts";

/** A sample as a trace shows it. */
export interface TracedSample {
  readonly entry: number;
  readonly t: string;
  readonly reading: ReadingTuple;
  readonly counted: boolean;
  /** Replies of the poll, hex. */
  readonly raw: readonly string[];
  /** Where in them the value is, and how it is scaled: 3.5 and 3.8 of feed/README.md. */
  readonly source: string;
  readonly scale: string;
}
