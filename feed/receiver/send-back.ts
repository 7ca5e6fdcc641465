import { gzipSync } from "node:zlib";
import { encodeBundle } from "../format/bundle.ts";
import { emptyFrontier, type Frontier, leafHash, pushLeaf } from "../format/tree.ts";
import type { Ledger } from "./ledger.ts";

const AT_MOST = 256;
/** One question, which anyone who may write as the gateway can repeat, is answered with no more than this. */
const BUNDLES = 16;

/**
 * Sends a gateway that lost its tail its own entries from `from` on, at most 16 bundles: for more it asks again. They are
 * cut at its own signed trees and carry all that is needed to check them; `old` is 0 because nothing was witnessed there.
 */
export async function sendBack(
  ledger: Ledger,
  frontierAt: FrontierAt,
  origin: string,
  from: number,
  send: (bundle: Buffer) => Promise<void>,
): Promise<void> {
  const { mirrored } = await ledger.holding(origin);
  if (mirrored === undefined || from >= mirrored.size) return;
  let frontier = await frontierAt(origin, from);
  for (let sent = 0; sent < BUNDLES && frontier.size < mirrored.size; sent++) {
    const start: Frontier = frontier;
    const sizes = await ledger.treesBetween(origin, start.size, mirrored.size);
    const to = sizes.findLast((size) => size <= start.size + AT_MOST) ?? sizes[0] ?? mirrored.size;
    const tree = await ledger.tree(origin, to);
    const entries = await ledger.entries(origin, start.size, to);
    if (tree === undefined || entries.length < to - start.size) return;
    const { size, stack } = start;
    const bundle = encodeBundle({ old: 0, proof: [], from: size, frontier: stack, entries, note: tree.note });
    await send(gzipSync(bundle, { level: 3 }));
    for (const bytes of entries) frontier = pushLeaf(frontier, leafHash(bytes));
  }
}

/** The frontier of the first `size` entries of a log, all of which are held. */
export type FrontierAt = (origin: string, size: number) => Promise<Frontier>;

/** A frontier is remembered every so many entries. */
const STRIDE = 65_536;

/**
 * Computed from the hashes, of which nothing ever changes: from the beginning once, afterwards from what is remembered. So one
 * question costs no more than a stride, and a whole log that is asked for again is read through a bounded number of times.
 */
export function frontiersOf(ledger: Pick<Ledger, "hashes">, stride: number = STRIDE): FrontierAt {
  const remembered = new Map<string, Frontier[]>();
  return async (origin, size) => {
    const marks = remembered.get(origin) ?? [];
    remembered.set(origin, marks);
    let frontier = marks[Math.min(marks.length, Math.floor(size / stride)) - 1] ?? emptyFrontier;
    while (frontier.size < size) {
      const hashes = await ledger.hashes(origin, frontier.size, Math.min(size, frontier.size + 4096));
      if (hashes.size === 0) throw new RangeError(`entry ${frontier.size} of ${origin} is not held`);
      for (const leaf of hashes.values()) {
        frontier = pushLeaf(frontier, leaf);
        if (frontier.size === (marks.length + 1) * stride) marks.push(frontier);
      }
    }
    return frontier;
  };
}
