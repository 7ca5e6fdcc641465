import type { Flag } from "../../feed/format/vocabulary.ts";

/** One value as the receiver verified it; `at` is the entry's own time in Unix milliseconds. */
export interface Shown {
  readonly channel: string;
  readonly value: string | null;
  readonly unit: string;
  readonly flag: Flag;
  readonly reason?: string | undefined;
  readonly at: number;
  readonly proof: string;
}

const columns = ["point", "value", "unit", "flag", "age", "proof"] as const;
const rightAligned = new Set(["value", "age"]);

/** The table a person reads: one row a point, in the order of first appearance. `now` in Unix milliseconds. */
export function renderTable(rows: Iterable<Shown>, now: number): string {
  const cells = [...rows].map((row) => [
    row.channel,
    row.value ?? "-",
    row.unit,
    row.reason ? `${row.flag} ${row.reason}` : row.flag,
    ageOf(now - row.at),
    row.proof,
  ]);
  const widths = columns.map((name, i) => Math.max(name.length, ...cells.map((row) => [...(row[i] ?? "")].length)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, i) => {
        const pad = " ".repeat(Math.max(0, (widths[i] ?? 0) - [...cell].length));
        return rightAligned.has(columns[i] ?? "") ? pad + cell : cell + pad;
      })
      .join("  ")
      .trimEnd();
  return [line(columns), widths.map((width) => "─".repeat(width)).join("  "), ...cells.map(line)].join("\n");
}

const ageOf = (ms: number): string =>
  ms < 60_000 ? `${(Math.max(0, ms) / 1000).toFixed(1)} s` : `${Math.floor(ms / 60_000)} min`;
