import { hash } from "node:crypto";

/**
 * Merkle tree of RFC 6962, section 2.1 (RFC 9162, section 2.1), over SHA-256 where nothing else is said. Sizes reach
 * 2^53-1: no 32-bit operators here.
 */

const LEAF = Buffer.from([0]);

/** Through a string: a digest that comes as a buffer has memory of its own, and takes twice the time of so small a hash. */
export const sha256 = (bytes: Buffer): Buffer => Buffer.from(hash("sha256", bytes, "binary"), "latin1");

/** In memory of its own: a hash that is a piece of the shared one keeps 8 KB of it for as long as it is kept. */
export function alone(hash: Buffer): Buffer {
  const copy = Buffer.allocUnsafeSlow(hash.length);
  hash.copy(copy);
  return copy;
}

export function leafHash(bytes: Buffer): Buffer {
  if (bytes.length >= leaf.length) return sha256(Buffer.concat([LEAF, bytes]));
  return sha256(leaf.subarray(0, 1 + bytes.copy(leaf, 1)));
}

/** Where a leaf is put together: memory of its own for each would take as long as the hash. */
const leaf = Buffer.alloc(16_385);

export function nodeHash(left: Buffer, right: Buffer): Buffer {
  const node = Buffer.allocUnsafe(1 + left.length + right.length);
  node[0] = 1;
  node.set(left, 1);
  node.set(right, 1 + left.length);
  return sha256(node);
}

/** What a tree hashes its inner nodes with: 64 bytes to 32. */
export type NodeHash = (left: Buffer, right: Buffer) => Buffer;

/** The tree of [0, size) as one root per set bit of `size`, largest subtree first. */
export interface Frontier {
  readonly size: number;
  readonly stack: readonly Buffer[];
}

export const emptyFrontier: Frontier = { size: 0, stack: [] };

export const pushLeaf = (frontier: Frontier, leaf: Buffer): Frontier => pushHash(frontier, leaf, nodeHash);

/** The same where the tree may be of another hash. */
export function pushHash(frontier: Frontier, leaf: Buffer, pair: NodeHash): Frontier {
  const stack = [...frontier.stack];
  let node = leaf;
  for (let rest = frontier.size; rest % 2 === 1; rest = (rest - 1) / 2) node = pair(stack.pop() as Buffer, node);
  stack.push(node);
  return { size: frontier.size + 1, stack };
}

/** The root; of no leaves the hash of nothing (RFC 6962, 2.1). */
export function rootOf(frontier: Frontier): Buffer {
  return fold(frontier.stack);
}

/** How many hashes the frontier of a tree has: the set bits of its size. */
export function frontierLength(size: number): number {
  return levelsOf(size).length;
}

/** The hash of the perfect subtree over leaves [index * 2^level, (index + 1) * 2^level). */
export type Subtree = (level: number, index: number) => Buffer;

export function frontierAt(size: number, subtree: Subtree): Frontier {
  return { size, stack: cover(0, size, subtree) };
}

/** PROOF(m, D[n]) of RFC 6962, 2.1.2: that the tree of n leaves extends the tree of m. Empty for m = 0 and m = n. */
export function consistencyProof(m: number, n: number, subtree: Subtree): Buffer[] {
  if (m < 0 || m > n) throw new RangeError(`no proof from ${m} to ${n}`);
  if (m === 0 || m === n) return [];
  const proof: Buffer[] = [];
  let from = 0;
  let to = n;
  let whole = true;
  while (m !== to) {
    const split = from + splitOf(to - from);
    if (m <= split) {
      proof.push(rangeRoot(split, to, subtree));
      to = split;
    } else {
      proof.push(rangeRoot(from, split, subtree));
      from = split;
      whole = false;
    }
  }
  if (!whole) proof.push(rangeRoot(from, to, subtree));
  return proof.reverse();
}

/** PATH(index, D[n]) of RFC 6962, 2.1.1: the audit path, from the leaf's sibling upwards. */
export function inclusionProof(index: number, n: number, subtree: Subtree): Buffer[] {
  if (index < 0 || index >= n) throw new RangeError(`no leaf ${index} in a tree of ${n}`);
  const proof: Buffer[] = [];
  let from = 0;
  let to = n;
  while (to - from > 1) {
    const split = from + splitOf(to - from);
    if (index < split) {
      proof.push(rangeRoot(split, to, subtree));
      to = split;
    } else {
      proof.push(rangeRoot(from, split, subtree));
      from = split;
    }
  }
  return proof.reverse();
}

/** RFC 9162, 2.1.3.2. */
export function verifyInclusion(
  leaf: Buffer,
  index: number,
  n: number,
  root: Buffer,
  proof: readonly Buffer[],
): boolean {
  if (!isSize(index) || !isSize(n) || index >= n || !proof.every(isHash)) return false;
  let place = index;
  let last = n - 1;
  let node = leaf;
  for (const sibling of proof) {
    if (last === 0) return false;
    if (place % 2 === 1 || place === last) {
      node = nodeHash(sibling, node);
      [place, last] = skipLeftEdges(place, last);
    } else node = nodeHash(node, sibling);
    place = half(place);
    last = half(last);
  }
  return last === 0 && node.equals(root);
}

/** RFC 9162, 2.1.4.2; a tree of size 0 is consistent with every other, by an empty proof. */
export function verifyConsistency(
  m: number,
  n: number,
  rootM: Buffer,
  rootN: Buffer,
  proof: readonly Buffer[],
): boolean {
  if (!isSize(m) || !isSize(n) || m > n || !proof.every(isHash)) return false;
  if (m === n) return proof.length === 0 && rootM.equals(rootN);
  if (m === 0) return proof.length === 0 && rootM.equals(rootOf(emptyFrontier));
  let place = m - 1;
  let last = n - 1;
  while (place % 2 === 1) {
    place = half(place);
    last = half(last);
  }
  const [first, ...rest] = place === 0 ? [rootM, ...proof] : proof;
  if (first === undefined) return false;
  let old = first;
  let now = first;
  for (const sibling of rest) {
    if (last === 0) return false;
    if (place % 2 === 1 || place === last) {
      old = nodeHash(sibling, old);
      now = nodeHash(sibling, now);
      [place, last] = skipLeftEdges(place, last);
    } else now = nodeHash(now, sibling);
    place = half(place);
    last = half(last);
  }
  return last === 0 && old.equals(rootM) && now.equals(rootN);
}

const half = (n: number): number => Math.floor(n / 2);
const isSize = (n: number): boolean => Number.isSafeInteger(n) && n >= 0;
const isHash = (bytes: Buffer): boolean => bytes.length === 32;

/** Up to the level where the node is a right child, or the top. */
function skipLeftEdges(place: number, last: number): [number, number] {
  while (place % 2 === 0 && place !== 0) {
    place = half(place);
    last = half(last);
  }
  return [place, last];
}

/** The largest power of two smaller than n, for n > 1. */
function splitOf(n: number): number {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

/** The levels of the set bits, largest first. */
function levelsOf(size: number): number[] {
  const levels: number[] = [];
  for (let level = 0, rest = size; rest > 0; level++, rest = half(rest)) if (rest % 2 === 1) levels.unshift(level);
  return levels;
}

/** The perfect subtrees that cover [from, to), where `from` is a multiple of the first one's size. */
function cover(from: number, to: number, subtree: Subtree): Buffer[] {
  let at = from;
  return levelsOf(to - from).map((level) => {
    const node = subtree(level, at / 2 ** level);
    at += 2 ** level;
    return node;
  });
}

const rangeRoot = (from: number, to: number, subtree: Subtree): Buffer => fold(cover(from, to, subtree));

function fold(stack: readonly Buffer[]): Buffer {
  if (stack.length === 0) return sha256(Buffer.alloc(0));
  return stack.reduceRight((right, left) => nodeHash(left, right));
}
