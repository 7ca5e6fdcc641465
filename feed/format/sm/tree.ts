import { emptyFrontier, type Frontier, pushHash } from "../tree.ts";
import { sm3 } from "./sm2.ts";

/**
 * The twin tree: RFC 6962, section 2.1, over the same entry bytes with SM3 in place of SHA-256, so that nothing of a
 * verification under national suites hangs on another hash.
 */

const LEAF = Buffer.from([0]);
const NODE = Buffer.from([1]);

export const sm3LeafHash = (bytes: Buffer): Buffer => sm3(Buffer.concat([LEAF, bytes]));
export const sm3NodeHash = (left: Buffer, right: Buffer): Buffer => sm3(Buffer.concat([NODE, left, right]));

/** The twin tree with one more entry. */
export const pushSm3 = (frontier: Frontier, bytes: Buffer): Frontier =>
  pushHash(frontier, sm3LeafHash(bytes), sm3NodeHash);

/** The root; of no leaves the hash of nothing. */
export function sm3RootOf({ stack }: Frontier): Buffer {
  if (stack.length === 0) return sm3(Buffer.alloc(0));
  return stack.reduceRight((right, left) => sm3NodeHash(left, right));
}

/** The root of the twin tree of these entries. */
export const sm3RootOfAll = (entries: Iterable<Buffer>): Buffer => {
  let tree = emptyFrontier;
  for (const bytes of entries) tree = pushSm3(tree, bytes);
  return sm3RootOf(tree);
};

/** The origin of the twin of a log, and the name of its key. */
export const twinOrigin = (origin: string): string => `${origin}/sm3`;
