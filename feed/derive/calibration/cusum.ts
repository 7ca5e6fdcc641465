import { decimal } from "../decimal.ts";
import { type Absent, absent } from "../outcome.ts";
import { greater, numbersIn, zero } from "../statistics.ts";
import { type Charted, inputs, remembered, type Signal } from "./charts.ts";
import type { Sourced } from "./check.ts";

/** Multiples of s (hx, kx) and of s squared (hs, ks). */
export interface CusumConstants extends Sourced {
  readonly hx: string;
  readonly kx: string;
  readonly hs: string;
  readonly ks: string;
}
export const cusumConstants: CusumConstants = {
  source: "ABB EL3000 operating manual, page 160 (EN 14181 QAL3)",
  verified: true,
  hx: "2.85",
  kx: "0.501",
  hs: "6.90",
  ks: "1.85",
};

/** `last` is the difference before, which the first check does not have. */
export interface Cusum {
  readonly positive: string;
  readonly negative: string;
  readonly squares: string;
  readonly last?: string;
}
/** Also after an adjustment: what was summed up before it says nothing of the instrument as it is now. */
export const cusumStart: Cusum = { positive: "0", negative: "0", squares: "0" };

const half = decimal("0.5");

/**
 * One more difference on a CUSUM chart:
 *
 *     pos = max(0, pos + d - kx)    neg = max(0, neg - d - kx)    st = max(0, st + (d - d')^2 / 2 - ks)
 *
 * where d' is the difference before; the first check changes no st. A sum equal to its limit is in control. The form of st is
 * from memory. The sums are exact, whatever their number.
 */
export function cusum(
  state: Cusum,
  d: string,
  s: string,
  constants: CusumConstants = cusumConstants,
): Charted<Cusum> | Absent {
  const input = inputs(d, s);
  if (!input.ok) return input;
  const kept = [state.positive, state.negative, state.squares, state.last ?? input.d.toFixed()].map(remembered);
  const [positive, negative, squares, last] = kept;
  if (!positive || !negative || !squares || !last) return absent("derive.not-a-number", "state");

  const limits = numbersIn([constants.hx, constants.kx, constants.hs, constants.ks]);
  if (limits === undefined) return absent("derive.not-a-number", "constants");
  const [hx = zero, kx = zero, hs = zero, ks = zero] = limits;

  const square = input.s.times(input.s);
  const k = kx.times(input.s);
  const step = input.d.minus(last);
  const up = greater(zero, positive.plus(input.d).minus(k));
  const down = greater(zero, negative.minus(input.d).minus(k));
  const change = step.times(step).times(half).minus(ks.times(square));
  const unsteady = state.last === undefined ? squares : greater(zero, squares.plus(change));

  const h = hx.times(input.s);
  const rules: readonly (readonly [Signal, boolean])[] = [
    ["cusum-precision", unsteady.gt(hs.times(square))],
    ["cusum-high", up.gt(h)],
    ["cusum-low", down.gt(h)],
  ];
  return {
    ok: true,
    state: {
      positive: up.toFixed(),
      negative: down.toFixed(),
      squares: unsteady.toFixed(),
      last: input.d.toFixed(),
    },
    signals: rules.filter(([, exceeded]) => exceeded).map(([signal]) => signal),
  };
}
