/**
 * The periods of averaging, on Unix milliseconds and a fixed offset from UTC. A period is known by its start (HJ 212-2017,
 * C.16 to C.18: `DataTime` is the start) and holds its start and not its end.
 */
import type { Period } from "../../format/body.ts";

/** From short to long. */
export const periods = ["minute", "half-hour", "hour", "day", "month"] as const satisfies readonly Period[];

/** Minutes east of UTC. A site has one, for good: rules that speak of a day mean the same 24 hours all year. */
export type Offset = number;
/** +08:00, which HJ 212 means wherever it writes a time. */
export const china: Offset = 480;

const minute = 60_000;
const lengths = { minute, "half-hour": 30 * minute, hour: 60 * minute, day: 1440 * minute } as const;

const monthStart = (local: number, months: number): number => {
  const date = new Date(local);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months);
};

/** The start of the period that holds `t`. */
export function startOf(period: Period, t: number, offset: Offset): number {
  const local = t + offset * minute;
  if (period === "month") return monthStart(local, 0) - offset * minute;
  return Math.floor(local / lengths[period]) * lengths[period] - offset * minute;
}

/** The end of the period that starts at `start`: the start of the next. */
export function endOf(period: Period, start: number, offset: Offset): number {
  if (period === "month") return monthStart(start + offset * minute, 1) - offset * minute;
  return start + lengths[period];
}

/** Milliseconds of the period that starts at `start`. */
export const lengthOf = (period: Period, start: number, offset: Offset): number => endOf(period, start, offset) - start;

/** Whether the period that starts at `start` is a February (HJ 75 asks fewer days of it). */
export const isFebruary = (start: number, offset: Offset): boolean =>
  new Date(start + offset * minute).getUTCMonth() === 1;
