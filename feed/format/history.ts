import type { Checkpoint } from "./checkpoint.ts";
import type { Finding } from "./faults.ts";
import { emptyFrontier, rootOf, verifyConsistency } from "./tree.ts";

/** The size and root of a tree. */
export interface Head {
  readonly size: number;
  readonly root: Buffer;
}

/** What this side has seen of a log. */
export interface History {
  /** The largest tree witnessed; undefined before the first. */
  readonly witnessed: Head | undefined;
  /** Roots of smaller trees witnessed earlier, so that a message which crossed an acknowledgement still verifies. */
  readonly rootAt?: (size: number) => Buffer | undefined;
}

/** Roots of the signed tree itself, known because its entries from `from` on are here. */
export interface Within {
  readonly from: number;
  readonly roots: ReadonlyMap<number, Buffer>;
}

/**
 * Whether a signed tree and the trees witnessed before are one history. `proof` links `old` and the tree, the smaller
 * first. CP_FORK, CP_ROLLBACK, CP_INCONSISTENT; CP_CONFLICT where `old` is no tree this side knows: nothing is proven and
 * nothing is refuted.
 */
export function checkHistory(
  tree: Checkpoint,
  old: number,
  proof: readonly Buffer[],
  history: History,
  within?: Within,
): Finding | undefined {
  const { witnessed } = history;
  const seen = tree.size === witnessed?.size ? witnessed.root : history.rootAt?.(tree.size);
  if (seen !== undefined && !seen.equals(tree.root)) return found("CP_FORK", tree, "another root was witnessed");
  const smaller = tree.size < (witnessed?.size ?? 0);
  // Whoever plays an old message again shows a tree that was witnessed: that is neither news nor a rollback.
  if (seen !== undefined) return undefined;
  if (smaller && (within === undefined || old <= tree.size)) {
    return found("CP_ROLLBACK", tree, `${witnessed?.size} was witnessed`);
  }
  const oldRoot = rootOfOld(old, history);
  if (oldRoot === undefined) return found("CP_CONFLICT", tree, `old ${old}; ${witnessed?.size ?? 0} was witnessed`);
  if (!linked(tree, { size: old, root: oldRoot }, proof, within)) {
    return found("CP_INCONSISTENT", tree, `it does not extend ${old}`);
  }
  if (witnessed === undefined || smaller || old === witnessed.size) return undefined;
  const root = within?.roots.get(witnessed.size);
  if (root === undefined) return found("CP_CONFLICT", tree, `old ${old}; ${witnessed.size} was witnessed`);
  return root.equals(witnessed.root)
    ? undefined
    : found("CP_INCONSISTENT", tree, `it does not extend ${witnessed.size}`);
}

function rootOfOld(old: number, { witnessed, rootAt }: History): Buffer | undefined {
  if (old === 0) return rootOf(emptyFrontier);
  return old === witnessed?.size ? witnessed.root : rootAt?.(old);
}

function linked(tree: Head, old: Head, proof: readonly Buffer[], within: Within | undefined): boolean {
  if (proof.length === 0 && within !== undefined && within.from === old.size) {
    return within.roots.get(old.size)?.equals(old.root) === true;
  }
  if (old.size <= tree.size) return verifyConsistency(old.size, tree.size, old.root, tree.root, proof);
  return verifyConsistency(tree.size, old.size, tree.root, old.root, proof);
}

function found(code: Finding["code"], tree: Head, detail: string): Finding {
  return { code, detail: `tree of ${tree.size}: ${detail}` };
}
