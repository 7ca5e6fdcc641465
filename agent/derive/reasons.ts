import { endOf } from "../../feed/derive/average/calendar.ts";
import { firstApart, isIn, type Proof, spanText, within } from "../../feed/derive/calibration/proof.ts";
import { measuredUnder } from "../../feed/derive/declared.ts";
import type { Declared } from "../../feed/derive/deriving.ts";
import type { DerivedBody } from "../../feed/format/body.ts";

/** Why one channel of a closed period comes out otherwise than it stood since entry `told`. */
export type Because = (channel: string, period: Pick<DerivedBody, "period" | "start">, told: number) => string;

const late = "readings of this period came after it was closed";

/** A check that was told of since is the reason; where there is none, what was read is another. */
export function reasons(channels: readonly Declared[], proof: Proof, offset: number): Because {
  const measured = measuredUnder(channels);
  return (channel, { period, start }, told) => {
    const from = Date.parse(start);
    const to = endOf(period, from, offset / 60_000);
    for (const one of measured(channel)) {
      const was = within(proof.spans(one, told), from, to);
      const now = within(proof.spans(one), from, to);
      if (firstApart(was, now) === Number.POSITIVE_INFINITY) continue;
      const taken = proof.spans(one).find((span) => span.from < to && span.to > from && !covers(was, span, from, to));
      return taken === undefined ? `a check of ${one} that passed proves what was measured` : spanText(one, taken);
    }
    return late;
  };
}

const covers = (
  spans: ReturnType<typeof within>,
  span: { readonly from: number; readonly to: number },
  from: number,
  to: number,
): boolean => {
  const [a, b] = [Math.max(span.from, from), Math.min(span.to, to)];
  const cuts = [a, ...spans.flatMap((one) => [one.from, one.to])].filter((t) => t >= a && t < b);
  return cuts.every((t) => isIn(spans, t));
};
