import type { ConfigBody, DerivedBody } from "../format/body.ts";
import { consumption } from "./counter-input.ts";
import { channelsOf } from "./declared.ts";
import { declaredIn } from "./entries.ts";

/**
 * Declaration and period without what a totaliser counts and what is made of it: its last count before the period, and whether a
 * meter was exchanged, stand in entries of other periods. `whole`: nothing was left out.
 */
export function withoutCounts<E extends Pick<DerivedBody, "data" | "n">>(
  config: ConfigBody,
  entry: E,
): { readonly config: ConfigBody; readonly entry: E; readonly whole: boolean } {
  const counted = new Set<string>();
  for (const { id, how } of declaredIn(config))
    if (how.formula === consumption || (how.formula !== "mean" && channelsOf(how).some((one) => counted.has(one))))
      counted.add(id);
  if (counted.size === 0) return { config, entry, whole: true };
  const rest = <T>(members: Readonly<Record<string, T>>): Record<string, T> =>
    Object.fromEntries(Object.entries(members).filter(([channel]) => !counted.has(channel)));
  return {
    config: { ...config, derive: rest(config.derive ?? {}) },
    entry: { ...entry, data: rest(entry.data), n: rest(entry.n) },
    whole: false,
  };
}
