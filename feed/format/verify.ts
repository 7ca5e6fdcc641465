import type { Bundle, Commit } from "./bundle.ts";
import { type Checkpoint, parseCheckpoint } from "./checkpoint.ts";
import { noPrev, readEntry, type StoredEntry } from "./entry.ts";
import { checkEpoch, type KeyEpoch } from "./epoch.ts";
import { bad, type Finding, good, type Result } from "./faults.ts";
import { checkHistory, type History } from "./history.ts";
import { openNote, parseNote, type Vkey } from "./note.ts";
import { emptyFrontier, type Frontier, frontierLength, leafHash, pushLeaf, rootOf } from "./tree.ts";

/** What this side knows of a log before a message of it arrives. */
export interface Known extends History {
  readonly origin: string;
  /** The keys of this log. */
  readonly logKeys: readonly Vkey[];
  /** The tree sizes that each of them may sign; left out: all. */
  readonly epochs?: readonly KeyEpoch[];
  /** Frontier at `witnessed.size`, for bundles that leave theirs out. */
  readonly frontier?: Frontier;
}

export interface VerifiedCheckpoint {
  readonly checkpoint: Checkpoint;
  /** What a cosignature signs. */
  readonly text: string;
  readonly note: Buffer;
}

/** An entry that a signed tree covers. */
export interface VerifiedLeaf {
  readonly seq: number;
  readonly bytes: Buffer;
  readonly hash: Buffer;
  readonly entry: StoredEntry;
}

export interface VerifiedBundle extends VerifiedCheckpoint {
  readonly from: number;
  readonly leaves: readonly VerifiedLeaf[];
  /** Frontier at the checkpoint's size. */
  readonly frontier: Frontier;
}

/** Verifies a message of the commit lane: note, origin, key, signature, and that the tree extends the one witnessed. */
export function verifyCommit(commit: Commit, known: Known): Result<VerifiedCheckpoint> {
  const head = openCheckpoint(commit.note, known);
  if (!head.ok) return head;
  const problem = checkHistory(head.value.checkpoint, commit.old, commit.proof, known);
  return problem === undefined ? head : { ok: false, problem };
}

/**
 * Verifies a bundle by itself: note, origin, key, signature; entries and frontier give the signed root; the tree extends
 * or is part of the one witnessed; every entry is canonical, of its schema, numbered and chained. Whether the entries
 * follow those already stored is the caller's to check.
 */
export function verifyBundle(bundle: Bundle, known: Known): Result<VerifiedBundle> {
  const head = openCheckpoint(bundle.note, known);
  if (!head.ok) return head;
  const { checkpoint } = head.value;
  const start = startOf(bundle, known);
  if (start === undefined) return bad("ROOT_MISMATCH", `no frontier of ${bundle.from} entries`);
  const passed = new Map<number, Buffer>();
  const asked = new Set([bundle.from, known.witnessed?.size]);
  const hashes: Buffer[] = [];
  let frontier = start;
  if (asked.has(frontier.size)) passed.set(frontier.size, rootOf(frontier));
  for (const entry of bundle.entries) {
    const hash = leafHash(entry);
    hashes.push(hash);
    frontier = pushLeaf(frontier, hash);
    if (asked.has(frontier.size)) passed.set(frontier.size, rootOf(frontier));
  }
  if (frontier.size !== checkpoint.size || !rootOf(frontier).equals(checkpoint.root)) {
    return bad("ROOT_MISMATCH", `entries ${bundle.from} to ${frontier.size}, checkpoint of ${checkpoint.size}`);
  }
  const problem = checkHistory(checkpoint, bundle.old, bundle.proof, known, { from: bundle.from, roots: passed });
  if (problem !== undefined) return { ok: false, problem };
  const leaves = readLeaves(bundle, hashes, start);
  return leaves.ok ? good({ ...head.value, from: bundle.from, leaves: leaves.value, frontier }) : leaves;
}

/** Opens a checkpoint note of a known log: CP_SYNTAX, CP_ORIGIN, KEY_UNKNOWN, SIG_BAD, KEY_EPOCH, KEY_REVOKED. */
export function openCheckpoint(
  note: Buffer,
  known: Pick<Known, "origin" | "logKeys" | "epochs">,
): Result<VerifiedCheckpoint> {
  const parsed = parseNote(note);
  if (!parsed.ok) return parsed;
  const checkpoint = parseCheckpoint(parsed.value.text);
  if (!checkpoint.ok) return checkpoint;
  const { origin } = checkpoint.value;
  if (origin !== known.origin) return bad("CP_ORIGIN", `origin ${origin}, not ${known.origin}`);
  const open = openNote(note, known.logKeys);
  if (!open.ok) return open;
  const invalid = known.epochs && checkEpoch(known.epochs, open.value.signedBy, checkpoint.value.size);
  if (invalid !== undefined) return { ok: false, problem: invalid };
  return good({ checkpoint: checkpoint.value, text: parsed.value.text, note });
}

function startOf({ from, frontier }: Bundle, known: Known): Frontier | undefined {
  if (from === 0) return emptyFrontier;
  if (frontier.length === frontierLength(from)) return { size: from, stack: frontier };
  if (frontier.length > 0) return undefined;
  return known.frontier?.size === from ? known.frontier : undefined;
}

function readLeaves(bundle: Bundle, hashes: readonly Buffer[], start: Frontier): Result<VerifiedLeaf[]> {
  const leaves: VerifiedLeaf[] = [];
  let prev = hashBefore(start);
  for (const [index, bytes] of bundle.entries.entries()) {
    const seq = bundle.from + index;
    const entry = readEntry(bytes);
    if (!entry.ok) return bad(entry.problem.code, `entry ${seq}: ${entry.problem.detail}`);
    const problem = checkPlace(entry.value, seq, prev);
    if (problem !== undefined) return { ok: false, problem };
    prev = hashes[index] as Buffer;
    leaves.push({ seq, bytes, hash: prev, entry: entry.value });
  }
  return good(leaves);
}

function checkPlace(entry: StoredEntry, seq: number, prev: Buffer | undefined): Finding | undefined {
  if (entry.seq !== seq) return { code: "SEQ_ORDER", detail: `entry ${seq} says ${entry.seq}` };
  if (prev === undefined || entry.prev === prev.toString("base64")) return undefined;
  return { code: "PREV_MISMATCH", detail: `entry ${seq} names another predecessor` };
}

/** The hash of the leaf before, where the frontier shows it: its smallest subtree is that leaf if the size is odd. */
function hashBefore({ size, stack }: Frontier): Buffer | undefined {
  if (size === 0) return noPrev;
  return size % 2 === 1 ? stack.at(-1) : undefined;
}
