import type { Read } from "./driver.ts";

/** A question of a plan that may be asked in halves. */
interface Divisible<P> {
  readonly read: Read;
  halves?(): readonly P[];
}

/**
 * The plan that asks exactly `reads`, in their order, if `plan` can be divided into it; undefined if `reads` come from another plan. Each
 * block is either asked as it is or in its halves, so there is one way at most.
 */
export function dividedAs<P extends Divisible<P>>(
  plan: readonly P[],
  reads: readonly Read[],
): readonly P[] | undefined {
  const wanted = reads.map((read) => JSON.stringify(read));
  const found: P[] = [];
  const take = (planned: P): boolean => {
    if (JSON.stringify(planned.read) === wanted[found.length]) return found.push(planned) > 0;
    const halves = planned.halves?.() ?? [];
    return halves.length > 0 && halves.every(take);
  };
  return plan.every(take) && found.length === wanted.length ? found : undefined;
}
