import { type Decimal, decimal } from "../decimal.ts";
import { type Absent, absent } from "../outcome.ts";
import { zero } from "../statistics.ts";
import { type Charted, inputs, remembered, type Signal } from "./charts.ts";

/** The differences before this one, the newest last: as many as the longest rule looks back. */
export interface Shewhart {
  readonly last: readonly string[];
}
export const shewhartStart: Shewhart = { last: [] };

const longest = 10;
const [two, three] = [decimal("2"), decimal("3")];

/**
 * One more difference on a Shewhart chart, by Westgard's rules (Clin. Chem. 27 (1981) 493; PMC3909142). A limit itself is
 * within. R-4s, which Westgard takes across two materials of one run, is taken here across two checks in a row.
 */
export function shewhart(state: Shewhart, d: string, s: string): Charted<Shewhart> | Absent {
  const input = inputs(d, s);
  if (!input.ok) return input;
  const before = state.last.slice(1 - longest).map(remembered);
  if (!before.every((value) => value !== undefined)) return absent("derive.not-a-number", "state");
  const values = [...before, input.d];
  return {
    ok: true,
    state: { last: values.slice(1 - longest).map((value) => value.toFixed()) },
    signals: signalsOf(values, input.s),
  };
}

function signalsOf(values: readonly Decimal[], s: Decimal): Signal[] {
  const all = (n: number, holds: (value: Decimal) => boolean): boolean =>
    values.length >= n && values.slice(-n).every(holds);
  const oneSide = (n: number, beyond: Decimal): boolean =>
    all(n, (value) => value.gt(beyond)) || all(n, (value) => value.lt(beyond.neg()));
  const [twice, thrice] = [s.times(two), s.times(three)];
  const [previous, last] = values.slice(-2);
  const rules: readonly (readonly [Signal, boolean])[] = [
    ["1-2s", all(1, (value) => value.abs().gt(twice))],
    ["1-3s", all(1, (value) => value.abs().gt(thrice))],
    ["2-2s", oneSide(2, twice)],
    ["R-4s", all(2, (value) => value.abs().gt(twice)) && (previous?.gt(zero) ?? false) !== (last?.gt(zero) ?? false)],
    ["4-1s", oneSide(4, s)],
    ["10-x", oneSide(10, zero)],
  ];
  return rules.filter(([, holds]) => holds).map(([signal]) => signal);
}
