import type { Sourced } from "../calibration/check.ts";
import type { Decimal } from "../decimal.ts";
import { type Absent, absent } from "../outcome.ts";
import { count, greater, hundred, numberIn, numbersIn, zero } from "../statistics.ts";
import { meanOfNeighbours } from "./neighbours.ts";
import { type Gap, type Substitution, substituted } from "./substituted.ts";

/**
 * One row of a table: it holds for a quarter whose capture is at least `fromCapture` and below `belowCapture` (percent), and
 * for gaps of more than `overHours` and up to `upToHours`. What it puts in is the highest of the last `lookBack` valid hours,
 * or with 0 the mean before and after.
 */
export interface Hj75Row extends Sourced {
  readonly id: string;
  readonly fromCapture: string;
  readonly belowCapture?: string;
  readonly overHours: number;
  readonly upToHours?: number;
  readonly lookBack: number;
}

const table5: Sourced = { source: "HJ 75-2017 table 5, from memory", verified: false };

/** Missing, out-of-control and maintenance hours. There is no row below 75 %: such a quarter has no lawful substitute here. */
export const hj75Rows: readonly Hj75Row[] = [
  { ...table5, id: "HJ75-2017-5-1", fromCapture: "90", overHours: 0, upToHours: 24, lookBack: 180 },
  { ...table5, id: "HJ75-2017-5-2", fromCapture: "90", overHours: 24, lookBack: 720 },
  { ...table5, id: "HJ75-2017-5-3", fromCapture: "75", belowCapture: "90", overHours: 0, lookBack: 2160 },
];

/** Hours of calibration, of whatever capture. */
export const hj75Calibration: readonly Hj75Row[] = [
  { ...table5, id: "HJ75-2017-calibration", fromCapture: "0", overHours: 0, lookBack: 0 },
];

/** The rule before it: gaps of up to a day, by the nearest valid values; of longer ones it says nothing here. */
export const hjt75Rows: readonly Hj75Row[] = [
  {
    source: "HJ/T 75-2007, by Scientific Data s41597-020-00665-1 table 4",
    verified: true,
    id: "HJT75-2007",
    fromCapture: "0",
    overHours: 0,
    upToHours: 24,
    lookBack: 0,
  },
];

/**
 * The substitute of each hour of a gap. `capture` is the quarter's share of valid hours in percent; `earlier` are the valid
 * hours before the gap, the newest last. A row that looks back on more hours than there are has no answer.
 */
export function hj75Substitute(
  gap: Gap,
  capture: string,
  earlier: readonly string[],
  places: number,
  rows: readonly Hj75Row[] = hj75Rows,
): Substitution {
  const share = numberIn(capture);
  if (share === undefined) return absent("derive.not-a-number", "capture");
  const row = rows.find((candidate) => holds(candidate, gap.hours, share));
  if (row === undefined) return absent("derive.no-rule", `capture ${capture} %, ${gap.hours} h`);
  if (row.lookBack === 0) return beforeAndAfter(gap, places, row.id);

  const hours = earlier.slice(-row.lookBack);
  if (hours.length < row.lookBack) return absent("derive.history", `${hours.length} of ${row.lookBack} h`);
  const values = numbersIn(hours);
  const [first = zero, ...others] = values ?? [];
  if (values === undefined) return absent("derive.not-a-number");
  const highest = others.reduce(greater, first);
  return substituted(highest, places, "extreme", row.id, { highest: highest.toFixed(), hours: String(row.lookBack) });
}

function holds(row: Hj75Row, hours: number, share: Decimal): boolean {
  const from = numberIn(row.fromCapture);
  const below = row.belowCapture === undefined ? undefined : numberIn(row.belowCapture);
  if (from === undefined || (row.belowCapture !== undefined && below === undefined)) return false;
  const inCapture = share.gte(from) && (below === undefined || share.lt(below));
  return inCapture && hours > row.overHours && hours <= (row.upToHours ?? Number.POSITIVE_INFINITY);
}

function beforeAndAfter(gap: Gap, places: number, code: string): Substitution {
  const middle = meanOfNeighbours(gap);
  if (!middle.ok) return middle;
  const { before, after, value } = middle;
  return substituted(value, places, "mean-before-after", code, { before, after });
}

/** Valid hours / hours in operation, in percent; for the capture of a quarter. */
export function captureOf(validHours: number, hours: number): { readonly ok: true; readonly value: Decimal } | Absent {
  if (!(hours > 0)) return absent("derive.division", "no hours in operation");
  if (!(validHours >= 0 && validHours <= hours && Number.isFinite(hours))) return absent("derive.range");
  return { ok: true, value: count(validHours).times(hundred).div(count(hours)) };
}
