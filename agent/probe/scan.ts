import { spellSettings } from "../../config/line-text.ts";
import type { AskedLine, Surroundings } from "./conversation.ts";
import type { Finding } from "./findings.ts";
import { type Row, type Scanner, scannersFor } from "./scanners.ts";

/** What a scan tells; with `--json` one line each. */
export type ScanEvent =
  /** First of all: how long it may take at most, and how much longer for each device that answers. */
  | { readonly is: "bound"; readonly ms: number; readonly eachFoundMs: number; readonly questions: number }
  | { readonly is: "progress"; readonly done: number; readonly of: number; readonly at: string; readonly found: number }
  | ScanRow
  | ({ readonly is: "finding" } & Finding)
  | {
      readonly is: "end";
      readonly found: number;
      readonly asked: number;
      readonly of: number;
      readonly stopped: boolean;
    };

/** Who answered. */
export interface ScanRow extends Row {
  readonly is: "found";
  /** Serial settings it answers at; empty where there are none. */
  readonly settings: string;
}

export interface ScanAsked {
  /** The line in each of the settings that are tried. */
  readonly lines: readonly AskedLine[];
  readonly units: readonly number[];
}

/** How long it may take, from the deadlines of its questions. Pure. */
export function scanBound(scanners: readonly Pick<Scanner, "openMs" | "unitMs" | "foundMs" | "lastMs" | "units">[]) {
  const ms = scanners.reduce(
    (sum, { openMs, unitMs, lastMs, units }) => sum + openMs + units.length * unitMs + lastMs,
    0,
  );
  const eachFoundMs = Math.max(0, ...scanners.map(({ foundMs }) => foundMs));
  return { ms: Math.ceil(ms), eachFoundMs: Math.ceil(eachFoundMs) };
}

/** Asks every unit id in every setting, one short question at a time, and no faster than the bus. Leaves nothing open. */
export async function scan(
  { lines, units }: ScanAsked,
  around: Surroundings,
  tell: (event: ScanEvent) => void,
): Promise<{ readonly found: number; readonly stopped: boolean }> {
  const { signal } = around;
  const scanners = lines.flatMap((line) => scannersFor(line, units, around));
  const of = scanners.reduce((sum, scanner) => sum + scanner.units.length, 0);
  const bound = scanBound(scanners);
  tell({ is: "bound", ...bound, questions: of });
  const began = performance.now();
  let [done, found, closed] = [0, 0, false];
  const over = (): boolean => performance.now() > began + bound.ms + found * bound.eachFoundMs;
  for (const scanner of scanners) {
    let answered = true;
    const at = settingsOf(scanner.line);
    const open = scanner.open();
    const show = (rows: readonly Row[]): void => {
      found += rows.length;
      for (const row of rows) tell({ is: "found", settings: at, ...row });
    };
    try {
      for (const unit of scanner.units) {
        if (signal.aborted || closed || over()) break;
        tell({ is: "progress", done, of, at: [`unit ${unit}`, at].filter(Boolean).join(" at "), found });
        const heard = await open.knock(unit);
        done++;
        if (heard.is === "closed") {
          tell({ is: "finding", ...heard.finding });
          closed = true;
        } else {
          answered = heard.rows.some((row) => row.unit === unit);
          show(heard.rows);
        }
      }
      if (!answered && !signal.aborted && !closed && !over()) show(await open.hearOut());
    } finally {
      await open.close();
    }
  }
  const stopped = signal.aborted;
  tell({ is: "progress", done, of, at: "", found });
  tell({ is: "end", found, asked: done, of, stopped });
  return { found, stopped };
}

const settingsOf = (line: AskedLine): string => ("path" in line ? spellSettings(line).replace(":", " ") : "");
