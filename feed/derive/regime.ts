import type { Derivation, Period } from "../format/body.ts";
import { type Regime, regimes, type Share } from "./average/regimes.ts";

export const regimeNamed = (id: string): Regime | undefined => regimes.find((regime) => regime.id === id);

/** The rules of one channel: its regime, with what its declaration puts in their place. Undefined where there is no such regime. */
export function regimeOf({
  regime,
  normal,
  stopped,
}: Pick<Derivation, "regime" | "normal" | "stopped">): Regime | undefined {
  const rules = regimeNamed(regime);
  if (rules === undefined || (normal === undefined && stopped === undefined)) return rules;
  const flag = {
    ...rules.flag,
    ...(normal !== undefined && { normal: shareOf(normal), source: "the site's own", verified: false }),
    ...(stopped !== undefined && rules.flag.stopped && { stopped: { ...rules.flag.stopped, applies: true } }),
  };
  return { ...rules, flag };
}

/** "0.75" as [75, 100]. */
function shareOf(text: string): Share {
  const [whole = "0", part = ""] = text.split(".");
  return [Number(whole + part), 10 ** part.length];
}

/** Parts of one period of which any is enough: what a formula gave is one value, whatever it was made of. */
const single = { kind: "count", least: 1 } as const;

/**
 * The same rules for a channel whose values come one in each `at`: its shortest period holds that one value, and periods
 * made of anything shorter are made of it. Undefined where the regime has no such period.
 */
export function regimeFrom({ levels, ...regime }: Regime, at: Period): Regime | undefined {
  const index = levels.findIndex(({ period }) => period === at);
  const first = levels[index];
  if (first === undefined) return undefined;
  const periods = levels.slice(index).map(({ period }) => period);
  const longer = levels
    .slice(index + 1)
    .map((level) =>
      level.from === "sample" || !periods.includes(level.from) ? { ...level, from: "sample" as const } : level,
    );
  return { ...regime, levels: [{ ...first, from: "sample", rule: single }, ...longer] };
}
