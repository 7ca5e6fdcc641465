import type { ReadingTuple } from "../format/reading.ts";
import { readingSchema } from "../format/schema.ts";

export type Readings = Readonly<Record<string, ReadingTuple>>;

/** What an amendment of a period puts in the place of what was said, by channel; words of another kind put nothing. */
export function amended(value: string): Readings {
  try {
    const read: unknown = JSON.parse(value);
    if (typeof read !== "object" || read === null) return {};
    return Object.fromEntries(Object.entries(read).filter(([, one]) => readingSchema.safeParse(one).success));
  } catch {
    return {};
  }
}

/** The readings of a period as they stand with an amendment over them. */
export const overlaid = (said: Readings, value: string): Readings => ({ ...said, ...amended(value) });
