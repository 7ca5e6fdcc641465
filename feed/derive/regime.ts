import type { Period } from "../format/body.ts";
import { type Regime, regimes } from "./average/regimes.ts";

export const regimeNamed = (id: string): Regime | undefined => regimes.find((regime) => regime.id === id);

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
