/** Beijing time: eight hours ahead of UTC, no daylight saving since 1991 (and no logger is older). */
const ahead = 8 * 3_600_000;

/**
 * Unix ms of a DataTime, SampleTime or QN: YYYYMMDDhhmmss, with or without zzz (2005 loggers write it both ways), Beijing time.
 * Undefined for a day or an hour there is not, and for 24:00.
 */
export function beijingTime(text: string): number | undefined {
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d{3})?$/.exec(text);
  if (parts === null) return undefined;
  const [year, month, day, hour, minute, second, ms] = parts.slice(1).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (year < 1992 || month < 1 || month > 12 || hour > 23 || minute > 59 || second > 59) return undefined;
  const utc = Date.UTC(year, month - 1, day, hour, minute, second, ms);
  return new Date(utc).getUTCDate() === day ? utc - ahead : undefined;
}
