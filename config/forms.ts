import { z } from "zod";
import type { Millis } from "../feed/format/vocabulary.ts";
import { millis } from "../feed/format/vocabulary.ts";

/** The small languages of a site file: durations, times of day, sizes, names. */

const lengths = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;
const toMillis = (text: string): Millis => {
  const [, count, unit] = /^(\d+)(ms|s|m|h)$/.exec(text) ?? [];
  return millis(Number(count) * lengths[unit as keyof typeof lengths]);
};

/** A duration such as "500ms", "10s", "2m", "24h", not below `least` and not above `most`. */
export const duration = (least: string, most: string) =>
  z
    .string()
    .regex(/^\d{1,9}(ms|s|m|h)$/)
    .meta({ title: `a duration from ${least} to ${most}` })
    .transform(toMillis)
    .refine((length) => length >= toMillis(least) && length <= toMillis(most), {
      error: "out of range",
      params: { code: "E_CONFIG_RANGE", instead: `a duration from ${least} to ${most}` },
    });

/** A time of day such as "19:00", as the time since midnight. UTC like every time in the journal, so no day is short or long. */
export const timeOfDay = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/)
  .meta({ title: "a time of day, UTC, from 00:00 to 23:59" })
  .transform((text) => {
    const [hours = 0, minutes = 0] = text.split(":").map(Number);
    return millis(hours * lengths.h + minutes * lengths.m);
  });

const bytes = { MB: 1e6, GB: 1e9, TB: 1e12 } as const;
/** A size such as "500MB" or "2GB", in bytes; decimal as disks are sold. */
export const size = (least: string) => {
  const toBytes = (text: string): number => {
    const [, count, unit] = /^(\d+)(MB|GB|TB)$/.exec(text) ?? [];
    return Number(count) * bytes[unit as keyof typeof bytes];
  };
  return z
    .string()
    .regex(/^\d{1,5}(MB|GB|TB)$/)
    .meta({ title: `a size of at least ${least}, such as 2GB` })
    .transform(toBytes)
    .refine((count) => count >= toBytes(least), {
      error: "too small",
      params: { code: "E_CONFIG_RANGE", instead: `at least ${least}` },
    });
};

/** A number out of a list: baud rates and the like. */
export const oneOf = <const T extends readonly [number, ...number[]]>(numbers: T) =>
  z.literal(numbers as readonly number[] as T);

/** Becomes part of MQTT topics and of key names. */
export const name = z
  .string()
  .regex(/^[A-Za-z0-9-]{1,64}$/)
  .meta({ title: "letters, digits and -, at most 64" });
export const host = z
  .string()
  .regex(/^[A-Za-z0-9.:-]{1,253}$/)
  .meta({ title: "a host name or address" });
/** Control characters can be in no path (NUL) or make a name that nobody can type. */
export const path = z
  .string()
  .regex(/^[^\p{Cc}\p{Cs}]{1,1000}$/u)
  .meta({ title: "a path without control characters" });

/** Name of a log. */
export const ORIGIN = /^[A-Za-z0-9._/-]{1,255}$/;

/** Becomes part of a signed entry, whose strings are NFC and without control characters (feed/README.md, 2.5). */
export const words = z
  .string()
  .regex(/^[^\p{Cc}\p{Cs}]{1,64}$/u)
  .meta({ title: "1 to 64 characters, no control characters" })
  .normalize("NFC");

/** One byte, as Modbus and DCON address; what of it a line's protocol lets a device have is narrower. */
export const unitId = z.int().min(0).max(255);
