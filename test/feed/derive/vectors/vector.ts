import type { ConstantSetId } from "../../../../feed/derive/constants.ts";

/** One worked number of a formula. */
export interface Vector {
  readonly formula: string;
  readonly set: ConstantSetId;
  readonly inputs: Readonly<Record<string, string>>;
  /** Compared in the places it is written with, half away from zero. */
  readonly value: string;
  /** The expression before the standard's rounding, where the formula has one. */
  readonly unrounded?: string;
  /** "acceptance": the number stands in the source. "computed": worked from the formula by hand, apart from this code. */
  readonly kind: "acceptance" | "computed";
  readonly from: string;
}

type Row = readonly [formula: string, inputs: Readonly<Record<string, string>>, value: string, unrounded?: string];

/** Rows of one constant set and one source. */
export const vectorsOf = (
  set: ConstantSetId,
  kind: Vector["kind"],
  from: string,
  rows: readonly Row[],
): readonly Vector[] =>
  rows.map(([formula, inputs, value, unrounded]) => ({
    formula,
    set,
    inputs,
    value,
    kind,
    from,
    ...(unrounded === undefined ? {} : { unrounded }),
  }));
