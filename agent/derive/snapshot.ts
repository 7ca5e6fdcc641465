import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { z } from "zod";
import { CountingState } from "../../feed/derive/average/counting-state.ts";
import { AveragesState } from "../../feed/derive/average/state.ts";
import type { Running } from "../../feed/derive/calibration/checks.ts";
import { RunningState } from "../../feed/derive/calibration/watch.ts";
import type { DerivingState } from "../../feed/derive/deriving.ts";

/** Where the averages stood: it saves reading the month again, and is worth no more. The journal alone says what is true. */
export interface Snapshot {
  /** Number of the declaring config entry. */
  readonly cfg: number;
  /** Entries below it are in. */
  readonly next: number;
  readonly state: DerivingState;
  /** Checks under way, by channel. */
  readonly checks: { readonly [channel: string]: Running };
  /** The earliest reading that came late and is not put right yet, Unix ms. */
  readonly lateSince?: number | undefined;
}

const count = z.int().min(0);
const form = z.strictObject({
  cfg: count,
  next: count,
  state: z.strictObject({ until: z.int(), channels: z.array(AveragesState), counters: z.array(CountingState) }),
  checks: z.record(z.string(), RunningState),
  lateSince: z.int().optional(),
});

/** What is there and was made for this declaration and no later tree than `size`; nothing where any of it is not so. */
export function readSnapshot(file: string, cfg: number, size: number): Snapshot | undefined {
  try {
    const read = form.safeParse(JSON.parse(readFileSync(file, "utf8")));
    return read.success && read.data.cfg === cfg && read.data.next <= size ? read.data : undefined;
  } catch {
    return undefined;
  }
}

/** As a whole or not at all; a disk that takes no more only costs the time to read the month again. */
export function writeSnapshot(file: string, snapshot: Snapshot): void {
  try {
    writeFileSync(`${file}.new`, JSON.stringify(snapshot), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  } catch {
    // the one before it still counts
  }
}
