import type { Decimal } from "../decimal.ts";
import { type Absent, absent } from "../outcome.ts";
import { mean, numbersIn } from "../statistics.ts";
import type { Gap } from "./substituted.ts";

/** The mean of the valid values on either side of a gap: both are needed. */
export function meanOfNeighbours(
  gap: Gap,
): { readonly ok: true; readonly value: Decimal; readonly before: string; readonly after: string } | Absent {
  const { before, after } = gap;
  if (before === undefined) return absent("derive.history", "no valid value before the gap");
  if (after === undefined) return absent("derive.history", "no valid value after the gap yet");
  const values = numbersIn([before, after]);
  const value = values && mean(values);
  return value === undefined ? absent("derive.not-a-number") : { ok: true, value, before, after };
}
