import { checks } from "../format/faults.ts";
import { millis } from "../format/vocabulary.ts";
import { pause } from "../link/pause.ts";
import type { Summary } from "./ledger.ts";
import type { LedgerReader, Sizes, VerifiedReading } from "./readings.ts";

export interface TailOptions {
  readonly json: boolean;
  readonly follow: boolean;
  /** How many of the newest entries to begin with. */
  readonly last: number;
  readonly summary: boolean;
  now(): number;
  print(line: string): void;
}

/** How often the ledger is asked whether something was committed. */
const LOOK = millis(100);

/**
 * Prints what was verified: the newest entries' readings, then, with `follow`, those of each new entry as it is committed,
 * until `signal` aborts. The summary comes last.
 */
export async function tail(reader: LedgerReader, options: TailOptions, signal: AbortSignal): Promise<void> {
  const { json, follow, print } = options;
  const line = json ? JSON.stringify : (reading: VerifiedReading) => readingLine(reading, options.now());
  let place = reader.placeBefore(options.last);
  let sizes = "";
  const printNew = (): void => {
    for (let next = reader.after(place); next.place > place; next = reader.after(place)) {
      for (const reading of next.readings) print(line(reading));
      place = next.place;
    }
    const now = reader.sizes();
    if (follow && json && JSON.stringify(now) !== sizes) for (const size of now) print(JSON.stringify(size));
    sizes = JSON.stringify(now);
  };
  let version = reader.version();
  printNew();
  while (follow && !signal.aborted) {
    await pause(LOOK, signal);
    const now = reader.version();
    if (now !== version) printNew();
    version = now;
  }
  if (options.summary) {
    const summary = summaryOf(reader.summary());
    print(json ? JSON.stringify({ summary }) : summaryText(summary));
  }
}

export interface TailSummary {
  readonly entries: number;
  readonly readings: number;
  /** Entries that passed every check: all that are in the ledger. */
  readonly verified: number;
  readonly mirrored: number;
  readonly mirroredReadings: number;
  /** Messages refused, by code. */
  readonly refused: Readonly<Record<string, number>>;
  /** Messages answered with a request to send other ranges, by code. */
  readonly retries: Readonly<Record<string, number>>;
  readonly duplicates: number;
  /** Entries that stand and were remarked upon, by code. */
  readonly remarks: Readonly<Record<string, number>>;
  readonly logs: readonly Omit<Sizes, "gateway">[];
}

function summaryOf({ entries, readings, mirrored, mirroredReadings, codes, logs }: Summary): TailSummary {
  const of = (severity: string): Record<string, number> =>
    Object.fromEntries(
      Object.entries(codes).filter(
        ([code]) => code in checks && checks[code as keyof typeof checks].severity === severity,
      ),
    );
  const { DUPLICATE: duplicates = 0, ...dropped } = of("I");
  const refused = { ...of("F"), ...dropped };
  return {
    entries,
    readings,
    verified: entries,
    mirrored,
    mirroredReadings,
    refused,
    retries: of("R"),
    duplicates,
    remarks: of("W"),
    logs,
  };
}

function readingLine(
  { gateway, seq, t, channel, value, unit, flag, reason, proof, period, start }: VerifiedReading,
  now: number,
): string {
  const shown = value === null ? "-" : `${value} ${unit ?? "?"}`;
  const age = `${((now - Date.parse(t)) / 1000).toFixed(1)} s`;
  const why = reason === null ? flag : `${flag} ${reason}`;
  const of = period === undefined ? [] : [`${period} ${start}`];
  return [gateway, String(seq).padStart(8), t, channel.padEnd(24), shown.padStart(16), why, age, proof, ...of].join(
    "  ",
  );
}

function summaryText(summary: TailSummary): string {
  const list = (codes: Readonly<Record<string, number>>): string =>
    Object.entries(codes)
      .map(([code, n]) => `${code} ${n}`)
      .join(", ") || "none";
  return [
    `${summary.entries} entries with ${summary.readings} readings verified, ${summary.mirrored} entries mirrored`,
    `refused: ${list(summary.refused)}; asked again: ${list(summary.retries)}; duplicates: ${summary.duplicates}; remarks: ${list(summary.remarks)}`,
  ].join("\n");
}
