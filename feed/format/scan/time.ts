import { countIn, isDigit } from "./tokens.ts";

const T = 0x54;
const Z = 0x5a;
const [DASH, COLON, POINT] = [0x2d, 0x3a, 0x2e];

/** Length of "2026-10-01T00:00:00.000Z". */
export const timeLength = 24;

/** Unix ms of a time written so at a place, from 1970 on; -1 where none stands there. */
export function timeAt(bytes: Uint8Array, at: number): number {
  for (let i = 0; i < timeLength; i++) {
    const byte = bytes[at + i] as number;
    if (i === 4 || i === 7 ? byte !== DASH : i === 13 || i === 16 ? byte !== COLON : !isOther(i, byte)) return -1;
  }
  const year = countIn(bytes, at, at + 4);
  const month = countIn(bytes, at + 5, at + 7);
  const day = countIn(bytes, at + 8, at + 10);
  const hour = countIn(bytes, at + 11, at + 13);
  const minute = countIn(bytes, at + 14, at + 16);
  const second = countIn(bytes, at + 17, at + 19);
  if (year < 1970 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return -1;
  if (hour > 23 || minute > 59 || second > 59) return -1;
  const ms = countIn(bytes, at + 20, at + 23);
  return (((daysTo(year, month) + day - 1) * 24 + hour) * 60 + minute) * 60_000 + second * 1000 + ms;
}

const isOther = (i: number, byte: number): boolean =>
  i === 10 ? byte === T : i === 19 ? byte === POINT : i === 23 ? byte === Z : isDigit(byte);

const isLeap = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
const lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;
const daysIn = (year: number, month: number): number =>
  month === 2 && isLeap(year) ? 29 : (lengths[month - 1] as number);

/** Days from 1970 to the first of a month. */
function daysTo(year: number, month: number): number {
  const before = year - 1;
  const leaps = Math.floor(before / 4) - Math.floor(before / 100) + Math.floor(before / 400) - 477;
  let days = (year - 1970) * 365 + leaps;
  for (let i = 1; i < month; i++) days += daysIn(year, i);
  return days;
}
