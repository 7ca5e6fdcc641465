import { type Frontier, pushLeaf } from "../format/tree.ts";

/**
 * How far all entries are here without a gap: the frontier, moved over verified entries and then over those that came
 * earlier. `held` tells the leaf hashes that are here in a range.
 */
export async function advance(
  frontier: Frontier,
  verified: readonly { readonly seq: number; readonly hash: Buffer }[],
  held: (from: number, to: number) => Promise<ReadonlyMap<number, Buffer>>,
): Promise<Frontier> {
  let now = frontier;
  for (const { seq, hash } of verified) if (seq === now.size) now = pushLeaf(now, hash);
  if (now.size === frontier.size) return frontier;
  for (;;) {
    const start = now.size;
    const more = await held(start, start + 1024);
    for (let hash = more.get(now.size); hash !== undefined; hash = more.get(now.size)) now = pushLeaf(now, hash);
    if (now.size < start + 1024) return now;
  }
}
