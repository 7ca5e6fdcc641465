import { parseBundle, parseCommit } from "../format/bundle.ts";
import { parseCheckpoint } from "../format/checkpoint.ts";
import type { StoredEntry } from "../format/entry.ts";
import { bad, type Finding, good, type Result } from "../format/faults.ts";
import { appendLines, parseNote } from "../format/note.ts";
import { type Frontier, leafHash, rootOf } from "../format/tree.ts";
import { type Known, type VerifiedBundle, verifyBundle, verifyCommit } from "../format/verify.ts";
import type { Gateway } from "./gateway.ts";
import type { Judging } from "./judging.ts";
import type { Change, Holding, Leaf, Ledger, Tree } from "./ledger.ts";
import { advance } from "./mirror.ts";

/** What an accepted message changes, and what it left open. */
export interface Accepted {
  readonly change: Change;
  /** All of its entries, and its tree, were here already. */
  readonly duplicate: boolean;
  /** Entries missing before its own. */
  readonly gap: readonly [number, number] | undefined;
}

/** What a message is examined with. */
export interface Examining {
  readonly ledger: Ledger;
  /** Checks 13 to 16; left out: they are not made. */
  readonly judging?: Judging | undefined;
  /** Unix ms: when the tree would be witnessed. */
  readonly now: number;
}

/** Checks 1 to 12 on a commit lane's message against what is held. Nothing is kept yet. */
export async function examineCommit(
  payload: Buffer,
  gateway: Gateway,
  { ledger, now }: Examining,
): Promise<Result<Accepted>> {
  const commit = parseCommit(payload);
  if (!commit.ok) return commit;
  const { holding, known } = await holdingOf(ledger, gateway, commit.value.note, commit.value.old);
  const verified = verifyCommit(commit.value, known);
  if (!verified.ok) return verified;
  const { checkpoint, note } = verified.value;
  const change: Change = {
    seen: seenOf(holding),
    tree: { ...checkpoint, note },
    leaves: [],
    frontier: holding.frontier,
    time: now,
  };
  return good({ change, duplicate: known.rootAt?.(checkpoint.size) !== undefined, gap: undefined });
}

/** The same on a bundle, and checks 13 to 16 on what is then here without a gap; both lanes carry one format. */
export async function examineBundle(
  payload: Buffer,
  gateway: Gateway,
  { ledger, judging, now }: Examining,
): Promise<Result<Accepted>> {
  const bundle = parseBundle(payload);
  if (!bundle.ok) return bundle;
  const { from, entries } = bundle.value;
  const to = from + entries.length;
  const { holding, known } = await holdingOf(ledger, gateway, bundle.value.note, bundle.value.old);
  const stored = await ledger.hashes(gateway.log.name, from - 1, to + 1);
  const verified = verifyBundle(bundle.value, known);
  if (!verified.ok) {
    const other = entries.some((bytes, index) => stored.get(from + index)?.equals(leafHash(bytes)) === false);
    // Whoever has no signature over other entries has proven nothing about the ones that are here.
    return verified.problem.code === "ROOT_MISMATCH" && other ? bad("UNPROVEN", verified.problem.detail) : verified;
  }
  const { checkpoint, note } = verified.value;
  const leaves = verified.value.leaves.map(leafOf);
  const frontier = await advance(holding.frontier, leaves, (a, b) => ledger.hashes(gateway.log.name, a, b));
  const tree: Tree = { ...checkpoint, note: ownNote(note, gateway) };
  const problem =
    begins(gateway, verified.value) ??
    links(leaves, stored, verified.value.leaves[0]?.entry) ??
    (await linkAfter(leaves, stored, gateway, ledger)) ??
    (await whole(frontier, tree, holding, gateway, ledger));
  if (problem !== undefined) return { ok: false, problem };
  const sizes = { from: holding.frontier.size, to: frontier.size, witnessed: holding.witnessed?.size ?? 0 };
  const judged =
    judging && sizes.to > sizes.from
      ? await judging.judge({ gateway, leaves: verified.value.leaves, ...sizes, tree, now })
      : good(undefined);
  if (!judged.ok) return judged;
  const fresh = leaves.filter(({ seq }) => !stored.has(seq));
  const duplicate = fresh.length === 0 && known.rootAt?.(tree.size) !== undefined;
  const gap = frontier.size < from ? await gapBefore(from, frontier.size, gateway, ledger) : undefined;
  const change = { seen: seenOf(holding), tree, leaves: fresh, frontier, time: now, checked: judged.value };
  return good({ change, duplicate, gap });
}

const leafOf = ({
  seq,
  bytes,
  hash,
  entry,
}: {
  seq: number;
  bytes: Buffer;
  hash: Buffer;
  entry: StoredEntry;
}): Leaf => ({
  seq,
  bytes,
  hash,
  type: entry.type,
  readings: entry.type === "frame" ? Object.keys(entry.data).length : 0,
});

/** The note with the log's own lines alone: whoever else added some on the way is not ours to keep. */
function ownNote(raw: Buffer, { log }: Gateway): Buffer {
  const note = parseNote(raw);
  if (!note.ok) return raw;
  const own = note.value.lines.filter((line) =>
    log.keys.some(({ vkey }) => vkey.name === line.name && vkey.id.equals(line.id)),
  );
  const lines = own.map(({ line }) => line);
  return Buffer.from(appendLines(`${note.value.text}\n`, lines));
}

const seenOf = ({ witnessed, mirrored }: Holding): Change["seen"] => ({
  witnessed: witnessed?.size ?? 0,
  mirrored: mirrored?.size ?? 0,
});

/** What is known of the log, with the roots of the two sizes that the message speaks of. */
async function holdingOf(
  ledger: Ledger,
  { log }: Gateway,
  note: Buffer,
  old: number,
): Promise<{ readonly holding: Holding; readonly known: Known }> {
  const holding = await ledger.holding(log.name);
  const parsed = parseNote(note);
  const checkpoint = parsed.ok ? parseCheckpoint(parsed.value.text) : parsed;
  const roots = new Map<number, Buffer>();
  for (const size of [old, ...(checkpoint.ok ? [checkpoint.value.size] : [])]) {
    const tree = await ledger.tree(log.name, size);
    if (tree) roots.set(size, tree.root);
  }
  const { witnessed, frontier } = holding;
  const known: Known = {
    origin: log.name,
    logKeys: log.keys.map(({ vkey }) => vkey),
    epochs: log.keys,
    witnessed,
    rootAt: (size) => roots.get(size),
  };
  return { holding, known: frontier.size > 0 && frontier.size === witnessed?.size ? { ...known, frontier } : known };
}

/** Entry 0, where it is among these, against the registered one. */
function begins({ log }: Gateway, { from, leaves }: VerifiedBundle): Finding | undefined {
  if (log.genesis === undefined || from > 0 || leaves[0]?.hash.equals(log.genesis)) return undefined;
  return { code: "GENESIS_BAD", detail: `entry 0 of ${log.name} is not the registered one` };
}

/** The entries against those that are here: the same bytes where both have one, and chained to the one before. */
function links(
  leaves: readonly Leaf[],
  stored: ReadonlyMap<number, Buffer>,
  first: StoredEntry | undefined,
): Finding | undefined {
  const other = leaves.find(({ seq, hash }) => stored.get(seq)?.equals(hash) === false);
  if (other) return { code: "CP_FORK", detail: `entry ${other.seq} is another one, and both are signed` };
  const before = first && stored.get(first.seq - 1);
  return before === undefined || first?.prev === before.toString("base64")
    ? undefined
    : { code: "PREV_MISMATCH", detail: `entry ${first?.seq} names another predecessor` };
}

/** The entry after them, where it came earlier, must name the last of them. */
async function linkAfter(
  leaves: readonly Leaf[],
  stored: ReadonlyMap<number, Buffer>,
  { log }: Gateway,
  ledger: Ledger,
): Promise<Finding | undefined> {
  const last = leaves.at(-1);
  if (last === undefined || stored.has(last.seq) || !stored.has(last.seq + 1)) return undefined;
  const [next] = await ledger.entries(log.name, last.seq + 1, last.seq + 2);
  const { prev } = JSON.parse(next?.toString("utf8") ?? "{}") as { prev?: string };
  return prev === last.hash.toString("base64")
    ? undefined
    : { code: "PREV_MISMATCH", detail: `entry ${last.seq + 1} names another predecessor` };
}

/** The entries that are then here without a gap, against the signed tree of their size: what M1 is about to say. */
async function whole(
  frontier: Frontier,
  tree: Tree,
  { frontier: before }: Holding,
  { log }: Gateway,
  ledger: Ledger,
): Promise<Finding | undefined> {
  if (frontier.size === before.size) return undefined;
  const signed = frontier.size === tree.size ? tree : await ledger.tree(log.name, frontier.size);
  return signed?.root.equals(rootOf(frontier))
    ? undefined
    : { code: "CP_FORK", detail: `entries to ${frontier.size} do not give the tree that was signed for them` };
}

/** The missing range that ends where these entries begin, or earlier. */
async function gapBefore(
  from: number,
  mirrored: number,
  { log }: Gateway,
  ledger: Ledger,
): Promise<readonly [number, number]> {
  let end = from;
  for (;;) {
    const begin = Math.max(mirrored, end - 1024);
    const held = await ledger.hashes(log.name, begin, end);
    while (end > begin && held.has(end - 1)) end -= 1;
    if (end > begin || end === mirrored) return [mirrored, end];
  }
}
