import { gzipSync } from "node:zlib";
import { encodeBundle, encodeCommit } from "../../feed/format/bundle.ts";
import { consistencyProof, type Subtree } from "../../feed/format/tree.ts";
import type { Sealed } from "../keep/state.ts";
import type { Shelf } from "./shelf.ts";

export interface Packed {
  readonly payload: Buffer;
  readonly gzip: boolean;
  /** Entries up to this size are in it. */
  readonly to: number;
}

export const packRule = { entries: 256, bytes: 256 * 1024, plainBelow: 4096 } as const;

/** The body of the commit lane: the newest checkpoint and the proof that it extends what was witnessed. */
export function packCommit(shelf: Shelf, newest: Sealed, witnessed: number): Buffer {
  return encodeCommit({ old: witnessed, proof: proof(witnessed, newest.size, shelf.subtree), note: newest.note });
}

/**
 * A bundle that begins at `from` and ends at a stored checkpoint: the farthest within 256 entries and 256 KB, or the next
 * one if even that is farther. Undefined where no checkpoint lies beyond `from`.
 */
export function packBundle(shelf: Shelf, from: number, below: number, witnessed: number): Packed | undefined {
  const ahead = shelf.checkpoints(from, packRule.entries);
  let candidates = ahead.filter(({ size }) => size - from <= packRule.entries && size <= below);
  const [next] = ahead;
  if (next === undefined) return undefined;
  if (candidates.length === 0) candidates = [next];
  for (;;) {
    const packed = pack(shelf, from, candidates.at(-1) ?? next, witnessed);
    if (packed.payload.length <= packRule.bytes || candidates.length === 1) return packed;
    candidates = candidates.slice(0, Math.ceil(candidates.length / 2));
  }
}

function pack(shelf: Shelf, from: number, checkpoint: Sealed, witnessed: number): Packed {
  const { size, note } = checkpoint;
  const plain = encodeBundle({
    old: witnessed,
    proof: proof(witnessed, size, shelf.subtree),
    from,
    frontier: [...shelf.frontierAt(from).stack],
    entries: shelf.read(from, size).map(({ bytes }) => bytes),
    note,
  });
  if (plain.length < packRule.plainBelow) return { payload: plain, gzip: false, to: size };
  return { payload: gzipSync(plain, { level: 1 }), gzip: true, to: size };
}

/** The proof links the smaller tree to the larger; from nothing, or to itself, there is nothing to prove. */
function proof(a: number, b: number, subtree: Subtree): Buffer[] {
  const [small, large] = a < b ? [a, b] : [b, a];
  return small === 0 || small === large ? [] : consistencyProof(small, large, subtree);
}
