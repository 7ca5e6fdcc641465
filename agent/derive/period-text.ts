import { startOf } from "../../feed/derive/average/calendar.ts";
import type { Period } from "../../feed/format/body.ts";

/** A period as a person names it, in the site's own time. */
export interface NamedPeriod {
  readonly period: Period;
  /** Unix ms. */
  readonly start: number;
}

const form = /^(\d{4})-(\d{2})(?:-(\d{2})(?:T(\d{2})(?::(\d{2}))?)?)?(\/30m)?$/;

/** What can be written: a month, a day, an hour, a minute, a half hour. */
export const periodForms =
  "2026-10, 2026-10-01, 2026-10-01T08, 2026-10-01T08:30, or 2026-10-01T08:30/30m for a half hour";

/** `east`: minutes that the site's days begin before those of UTC. Undefined for any other text, and for days there are not. */
export function readPeriod(text: string, east: number): NamedPeriod | undefined {
  const [whole, year, month, day, hour, minute, half] = form.exec(text) ?? [];
  if (whole === undefined || (half !== undefined && minute === undefined)) return undefined;
  const [y, m, d, h, min] = [year, month, day ?? "1", hour ?? "0", minute ?? "0"].map(Number) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const local = new Date(Date.UTC(y, m - 1, d, h, min));
  const same = local.getUTCMonth() === m - 1 && local.getUTCDate() === d && local.getUTCHours() === h;
  if (!same || local.getUTCMinutes() !== min) return undefined;
  const period = periodOf({ day, hour, minute, half });
  const start = local.getTime() - east * 60_000;
  return startOf(period, start, east) === start ? { period, start } : undefined;
}

function periodOf(given: Readonly<Record<"day" | "hour" | "minute" | "half", string | undefined>>): Period {
  if (given.half !== undefined) return "half-hour";
  if (given.minute !== undefined) return "minute";
  if (given.hour !== undefined) return "hour";
  return given.day !== undefined ? "day" : "month";
}

/** The same way back. */
export function periodText({ period, start }: NamedPeriod, east: number): string {
  const local = new Date(start + east * 60_000).toISOString();
  const lengths = { month: 7, day: 10, hour: 13, minute: 16, "half-hour": 16 } as const;
  return `${local.slice(0, lengths[period])}${period === "half-hour" ? "/30m" : ""}`;
}

const moment = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})(?::(\d{2}))?(Z)?$/;
export const momentForms = "2026-10-01T08:30, 2026-10-01T08:30:15, or with Z in UTC";

/** A moment in the site's own time, or in UTC with Z; Unix ms. Undefined for any other text, and for days there are not. */
export function readMoment(text: string, east: number): number | undefined {
  const [whole, year, month, day, hour, minute, second = "0", utc] = moment.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const numbers = [year, month, day, hour, minute, second].map(Number);
  const [y = 0, m = 0, d = 0, h = 0, min = 0, s = 0] = numbers;
  const local = new Date(Date.UTC(y, m - 1, d, h, min, s));
  const same = local.toISOString().startsWith(text.replace("Z", ""));
  return same ? local.getTime() - (utc === undefined ? east * 60_000 : 0) : undefined;
}
