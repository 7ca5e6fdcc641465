import type { CheckCode, Finding } from "../format/faults.ts";
import type { SeenRegister } from "../format/registry.ts";
import type { Frontier } from "../format/tree.ts";

/** A signed tree whose note verified and whose history fits what was witnessed before. */
export interface Tree {
  readonly size: number;
  readonly root: Buffer;
  readonly note: Buffer;
}

/** What is held of one log. */
export interface Holding {
  /** The largest tree witnessed. */
  readonly witnessed: Tree | undefined;
  /** The largest tree of which every entry is here. */
  readonly mirrored: Tree | undefined;
  /** Frontier of the mirrored tree; empty before the first. */
  readonly frontier: Frontier;
}

/** An entry as it is kept: `type` and the count of its readings save whoever counts from reading its bytes. */
export interface Leaf {
  readonly seq: number;
  readonly bytes: Buffer;
  readonly hash: Buffer;
  readonly type: string;
  readonly readings: number;
}

export interface Change {
  /** The sizes on which the decision rests, 0 for none. */
  readonly seen: { readonly witnessed: number; readonly mirrored: number };
  /** The tree that the message carried. It becomes the witnessed one if it is the largest. */
  readonly tree: Tree;
  /** Entries that are not here yet, in order. */
  readonly leaves: readonly Leaf[];
  /** Frontier of the tree of which every entry is then here. */
  readonly frontier: Frontier;
  /** When the tree is witnessed, Unix ms, if it is larger than every one before. */
  readonly time?: number;
  /** What the checks of entries remember up to that frontier, and what they remarked upon. */
  readonly checked?: { readonly state: string; readonly remarks: readonly Refusal[] } | undefined;
}

/** A tree that was the largest when it was witnessed, and when that was, Unix ms. */
export interface Witnessed {
  readonly size: number;
  readonly time: number;
}

/** A message that was refused, or entries that were remarked upon. `note` is what the log signed and may be held against it. */
export interface Refusal {
  readonly time: number;
  readonly gateway: string;
  readonly code: CheckCode;
  readonly detail: string;
  readonly note?: Buffer | undefined;
  /** A note that is kept already is not counted again. */
  readonly once?: boolean | undefined;
  /** Entries that one remark is about; else a message counts once. */
  readonly times?: number;
}

export interface Summary {
  readonly entries: number;
  readonly readings: number;
  /** Of these, in trees of which every entry is here. */
  readonly mirrored: number;
  readonly mirroredReadings: number;
  /** Messages by the code of the check that failed; DUPLICATE among them. */
  readonly codes: Readonly<Record<string, number>>;
  readonly logs: readonly { readonly origin: string; readonly witnessed: number; readonly mirrored: number }[];
}

/**
 * What the service has witnessed and mirrored. Nothing in it is ever changed or deleted; sizes never go back.
 * `keep` MUST be one transaction that survives a power cut when it returns, and MUST change nothing and return false where
 * the holding is no longer the one in `seen`: only then may anything be cosigned. Bytes of entries that are given out MUST have the
 * hash they were kept with. Throws Fault E_LEDGER_*.
 */
export interface Ledger {
  holding(origin: string): Promise<Holding>;
  tree(origin: string, size: number): Promise<Tree | undefined>;
  /** Sizes of trees in (above, upTo], ascending, at most 1000. */
  treesBetween(origin: string, above: number, upTo: number): Promise<readonly number[]>;
  /** Leaf hashes of the entries in [from, to) that are here. */
  hashes(origin: string, from: number, to: number): Promise<ReadonlyMap<number, Buffer>>;
  /** Exact bytes of entries [from, to); fewer where one is not here. */
  entries(origin: string, from: number, to: number): Promise<readonly Buffer[]>;
  /** What was computed, entries of type derived and amend, in [from, to), in order. */
  computed(origin: string, from: number, to: number): Promise<readonly Omit<Leaf, "readings">[]>;
  /** Events of calibration checks in [from, to), in order. */
  checks(origin: string, from: number, to: number): Promise<readonly Buffer[]>;
  /** Entries below it need not be recomputed any more; undefined before the first word of it. */
  recomputed(origin: string): Promise<number | undefined>;
  setRecomputed(origin: string, below: number): Promise<void>;
  /** Trees of a size in (above, ...] from the smallest on, up to the first that reaches `upTo`. */
  witnessedFrom(origin: string, above: number, upTo: number): Promise<readonly Witnessed[]>;
  /** What the checks of entries remembered at the mirrored size. */
  checked(origin: string): Promise<string | undefined>;
  keep(origin: string, change: Change): Promise<boolean>;
  /** Counts a message under the code of its check; keeps the note that may be evidence for ever, once. */
  refuse(refusal: Refusal): Promise<void>;
  summary(): Promise<Summary>;
  /**
   * Takes note of the register in use, for ever, unless a later one, or another of its number, was used before: then it is
   * REG_ROLLBACK.
   */
  useRegister(found: SeenRegister): Promise<Finding | undefined>;
  close(): Promise<void>;
}
