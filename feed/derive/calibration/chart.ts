import { type Decimal, decimal, rounded } from "../decimal.ts";
import type { Absent } from "../outcome.ts";
import { type Charted, inputs, type Signal, signals } from "./charts.ts";
import { type Cusum, cusum, cusumConstants, cusumStart } from "./cusum.ts";
import { type Ewma, ewma, ewmaConstants, ewmaStart } from "./ewma.ts";
import type { KnownCheck } from "./proof.ts";
import { type Shewhart, shewhart, shewhartStart } from "./shewhart.ts";

/** One check on the three charts of QAL3: d = reading - reference, and the sums and the mean after it. Decimal strings. */
export interface ChartRow {
  readonly t: number;
  readonly entry: number;
  readonly reading: string;
  readonly reference: string;
  readonly d: string;
  readonly cusum: Cusum;
  readonly ewma: Ewma;
  readonly signals: readonly Signal[];
}

/** `s`: the standard deviation of the instrument (sAMS), in the unit of the channel. Checks count in the order of their times. */
export function chart(
  checks: readonly KnownCheck[],
  s: string,
): { readonly ok: true; readonly rows: readonly ChartRow[] } | Absent {
  let state: { shewhart: Shewhart; cusum: Cusum; ewma: Ewma } = {
    shewhart: shewhartStart,
    cusum: cusumStart,
    ewma: ewmaStart,
  };
  const given = inputs("0", s);
  if (!given.ok) return given;
  const rows: ChartRow[] = [];
  for (const { t, seq, reading, reference } of checks.toSorted((a, b) => a.t - b.t || a.seq - b.seq)) {
    const d = decimal(reading).minus(reference).toFixed();
    const all = [shewhart(state.shewhart, d, s), cusum(state.cusum, d, s), ewma(state.ewma, d, s)] as const;
    const failed = all.find((one): one is Absent => !one.ok);
    if (failed) return failed;
    const [a, b, c] = all as readonly [Charted<Shewhart>, Charted<Cusum>, Charted<Ewma>];
    state = { shewhart: a.state, cusum: b.state, ewma: c.state };
    rows.push({
      t,
      entry: seq,
      reading,
      reference,
      d,
      cusum: b.state,
      ewma: c.state,
      signals: [...a.signals, ...b.signals, ...c.signals],
    });
  }
  return { ok: true, rows };
}

/** Whether a signal asks for more than attention. */
export const asksForAction = (signal: Signal): boolean => signals[signal].consequence !== "warn";

/** Limits of the charts for `s`, and where their numbers are from. */
export function limitsFor(s: Decimal) {
  const { hx, kx, hs, ks } = cusumConstants;
  const { lambda, width } = ewmaConstants;
  const share = decimal(lambda).div(decimal("2").minus(lambda));
  return {
    shewhart: { warn: s.times("2").toFixed(), act: s.times("3").toFixed() },
    cusum: {
      hx: s.times(hx).toFixed(),
      kx: s.times(kx).toFixed(),
      hs: s.times(s).times(hs).toFixed(),
      ks: s.times(s).times(ks).toFixed(),
      source: cusumConstants.source,
      verified: cusumConstants.verified,
    },
    ewma: {
      lambda,
      limit: rounded(s.times(width).times(share.sqrt()), 12).toFixed(), // a root, which its comparison does not need
      source: ewmaConstants.source,
      verified: ewmaConstants.verified,
    },
  };
}
