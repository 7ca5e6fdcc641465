/** The state of a channel's averages as plain JSON, to be kept anywhere and taken up again at any moment. */
import { z } from "zod";
import type { Flag } from "../../format/vocabulary.ts";
import { type NoValue, noValue } from "../outcome.ts";
import { periods } from "./calendar.ts";
import { type Exact, exact, written, zero } from "./exact.ts";
import type { Quarters, Tally } from "./tally.ts";

const whole = z.number().int().safe();
const count = whole.nonnegative();
/** The sums of a month of weighted values have more digits than any value, and an end all the same. */
const mostDigits = 999;
const digits = z
  .string()
  .max(mostDigits)
  .refine((text) => exact(text, mostDigits) !== undefined, "not a decimal number");
const four = z.array(count).length(4);

const TallyState = z.strictObject({
  start: whole,
  length: count,
  arrived: count,
  valid: count,
  invalidated: count,
  flags: z.strictObject({ N: count, F: count, M: count, S: count, D: count, C: count, T: count, B: count }),
  sum: digits,
  weight: digits,
  total: digits,
  min: digits.nullable(),
  max: digits.nullable(),
  from: whole.nullable(),
  to: whole.nullable(),
  stopped: count,
  why: z
    .enum(Object.keys(noValue) as [NoValue, ...NoValue[]])
    .nullable()
    .default(null),
  quarters: z
    .strictObject({ arrived: four, stopped: four, valid: four, first: whole.nullable(), last: whole.nullable() })
    .optional(),
});
export type TallyState = z.infer<typeof TallyState>;

/** For text from outside: `parse(JSON.parse(text))`. */
export const AveragesState = z.strictObject({
  channel: z.string(),
  levels: z.array(
    z.strictObject({
      period: z.enum(periods),
      /** The start of the first period that is not closed. */
      next: whole,
      open: z.array(TallyState),
    }),
  ),
});
export type AveragesState = z.infer<typeof AveragesState>;

const copied = ({ arrived, stopped, valid, ...ends }: Quarters): Quarters => ({
  arrived: [...arrived],
  stopped: [...stopped],
  valid: [...valid],
  ...ends,
});

export function tallyState(tally: Tally): TallyState {
  const { flags, sum, weight, total, min, max, quarters } = tally;
  return {
    ...tally,
    flags: { ...flags },
    sum: written(sum),
    weight: written(weight),
    total: written(total),
    min: min === null ? null : written(min),
    max: max === null ? null : written(max),
    ...(quarters !== undefined && { quarters: copied(quarters) }),
  } as TallyState;
}

const number = (text: string): Exact => exact(text, mostDigits) ?? zero;

export function tallyOf(state: TallyState): Tally {
  const { sum, weight, total, min, max, quarters, ...counters } = state;
  const flags: Record<Flag, number> = { ...state.flags };
  return {
    ...counters,
    flags,
    sum: number(sum),
    weight: number(weight),
    total: number(total),
    min: min === null ? null : number(min),
    max: max === null ? null : number(max),
    ...(quarters === undefined ? {} : { quarters: copied(quarters) }),
  };
}
