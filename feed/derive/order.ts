/** The indexes of what has no cycle, each after those it needs; and the indexes around one cycle, if there is any. */
export function inOrderOf(items: readonly { readonly id: string; readonly needs: readonly string[] }[]): {
  readonly sorted: readonly number[];
  readonly cycle: readonly number[];
} {
  const indexOf = new Map(items.map(({ id }, index) => [id, index]));
  const sorted: number[] = [];
  const done = new Set<number>();
  let cycle: readonly number[] = [];
  const visit = (index: number, trail: readonly number[]): boolean => {
    if (done.has(index)) return true;
    if (trail.includes(index)) {
      if (cycle.length === 0) cycle = trail.slice(trail.indexOf(index));
      return false;
    }
    const needs = (items[index]?.needs ?? []).flatMap((id) => indexOf.get(id) ?? []);
    if (!needs.every((need) => visit(need, [...trail, index]))) return false;
    done.add(index);
    sorted.push(index);
    return true;
  };
  for (const index of items.keys()) visit(index, []);
  return { sorted, cycle };
}
