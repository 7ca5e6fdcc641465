import type { Planned } from "./asked.ts";
import type { Read } from "./driver.ts";

/**
 * The plan that asks exactly `reads`, in their order, if `plan` can be divided into it; undefined if `reads` come from another plan. Each
 * block is either asked as it is or in its halves, so there is one way at most.
 */
export function dividedAs<Q>(plan: readonly Planned<Q>[], reads: readonly Read[]): readonly Planned<Q>[] | undefined {
  const wanted = reads.map((read) => JSON.stringify(read));
  const found: Planned<Q>[] = [];
  const take = (planned: Planned<Q>): boolean => {
    if (JSON.stringify(planned.read) === wanted[found.length]) return found.push(planned) > 0;
    const halves = planned.halves?.() ?? [];
    return halves.length > 0 && halves.every(take);
  };
  return plan.every(take) && found.length === wanted.length ? found : undefined;
}
