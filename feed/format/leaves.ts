import { parseCanonical } from "./canonical.ts";
import { checkEntry, noPrev, readEntry, type StoredEntry } from "./entry.ts";
import type { Findings } from "./report.ts";
import { makeScanner } from "./scan/scan.ts";
import { pushSm3, sm3RootOf } from "./sm/tree.ts";
import { alone, emptyFrontier, type Frontier, frontierLength, leafHash, pushLeaf, rootOf } from "./tree.ts";

/** Far above the length of an entry (2.6): of a longer line only so much is held, and that is refused. */
const heldOfLine = 1_048_576;

/** Lines of a file read in chunks, each good until the next is asked for; `ended` is false for a last line without line end. */
export function* linesOf(chunks: Iterable<Buffer>): Generator<{ readonly bytes: Buffer; readonly ended: boolean }> {
  let pieces: Buffer[] = [];
  let held = 0;
  for (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(0x0a); end >= 0; end = chunk.indexOf(0x0a, from)) {
      const piece = chunk.subarray(from, end);
      yield { bytes: pieces.length === 0 ? piece : Buffer.concat([...pieces, piece]), ended: true };
      pieces = [];
      held = 0;
      from = end + 1;
    }
    if (from < chunk.length && held < heldOfLine) {
      pieces.push(Buffer.from(chunk.subarray(from))); // the chunk may be read over
      held += chunk.length - from;
    }
  }
  if (pieces.length > 0) yield { bytes: Buffer.concat(pieces), ended: false };
}

/** What to start from, and at which sizes and indexes to remember roots and leaf hashes. */
export interface Wanted {
  readonly frontier: { readonly size?: number; readonly stack: readonly Buffer[] } | "broken" | undefined;
  readonly sizes: ReadonlySet<number>;
  readonly indexes: ReadonlySet<number>;
  /** The same for the SM3 twin tree, where it is asked for. */
  readonly twin?: Pick<Wanted, "frontier" | "sizes">;
  /** Called for each entry that stands in its place, with the tree before it. */
  visit?(leaf: VisitedLeaf, before: Frontier): void;
  /** Called for each that is one, wherever it stands. */
  take?(entry: StoredEntry): void;
}

export interface VisitedLeaf {
  readonly bytes: Buffer;
  readonly hash: Buffer;
  readonly entry: StoredEntry;
}

export interface ReadLeaves {
  readonly first: number;
  readonly tree: Frontier;
  readonly roots: ReadonlyMap<number, Buffer>;
  readonly twinRoots: ReadonlyMap<number, Buffer>;
  readonly hashes: ReadonlyMap<number, Buffer>;
}

type Line = { readonly bytes: Buffer; readonly ended: boolean };

/**
 * Reads all entries: canonical, of their schema, numbered, chained; and builds the tree over them. Undefined where the
 * frontier does not fit the first entry (CERT_RANGE): then there is no tree to compare with, and no place for any of them.
 */
export function readLeaves(lines: Iterable<Line>, findings: Findings, wanted: Wanted): ReadLeaves | undefined {
  const roots = new Map<number, Buffer>();
  const hashes = new Map<number, Buffer>();
  const twinRoots = new Map<number, Buffer>();
  let twin: Frontier | undefined;
  let first: number | undefined;
  let isLost = false;
  let tree = emptyFrontier;
  let prev: Buffer | undefined;
  const scan = makeScanner();
  const sizes = [...wanted.sizes].sort((a, b) => a - b);
  let next = 0;
  const remember = (): void => {
    while (next < sizes.length && (sizes[next] as number) < tree.size) next++;
    if (sizes[next] === tree.size) roots.set(tree.size, alone(rootOf(tree)));
    if (twin !== undefined && wanted.twin?.sizes.has(tree.size)) twinRoots.set(tree.size, sm3RootOf(twin));
  };
  for (const { bytes, ended } of lines) {
    if (first === undefined) {
      const start = isLost ? undefined : startAt(bytes, wanted, findings);
      if (start === undefined) {
        isLost = true;
        const read = readEntry(bytes);
        if (read.ok) wanted.take?.(read.value);
        continue;
      }
      first = start.size;
      tree = start;
      prev = first === 0 ? noPrev : undefined;
      twin = twinAt(first, wanted, findings);
      remember();
    }
    if (!ended) findings.add({ code: "REC_NONCANON", detail: "the last line has no line end" }, tree.size);
    const scanned = scan(bytes);
    const isNext = scanned?.seq === tree.size && (prev === undefined || prev.equals(scanned.before));
    const entry = isNext ? (scanned as StoredEntry) : checkLine(bytes, tree.size, prev, findings);
    prev = leafHash(bytes);
    if (entry?.seq === tree.size) wanted.visit?.({ bytes, hash: prev, entry }, tree);
    if (entry !== undefined) wanted.take?.(entry);
    if (wanted.indexes.has(tree.size)) hashes.set(tree.size, alone(prev));
    tree = pushLeaf(tree, prev);
    if (twin !== undefined) twin = pushSm3(twin, bytes);
    remember();
  }
  if (isLost) return undefined;
  if (first === undefined) remember();
  return { first: first ?? 0, tree, roots, hashes, twinRoots };
}

function startAt(bytes: Buffer, { frontier }: Wanted, findings: Findings): Frontier | undefined {
  if (frontier === undefined) return emptyFrontier;
  const value = parseCanonical(bytes);
  const seq = value.ok ? memberOf(value.value, "seq") : undefined;
  const size = typeof seq === "number" && seq >= 0 ? seq : 0;
  if (frontier !== "broken" && frontier.stack.length === frontierLength(size) && (frontier.size ?? size) === size) {
    return { size, stack: frontier.stack };
  }
  findings.add({ code: "CERT_RANGE", detail: `open.frontier is not of the ${size} entries before the first` }, size);
  return undefined;
}

/** The twin tree before the first entry; undefined where nobody asks for it, or where it does not fit (CERT_RANGE). */
function twinAt(size: number, { twin }: Wanted, findings: Findings): Frontier | undefined {
  if (twin === undefined) return undefined;
  if (size === 0) return emptyFrontier;
  const { frontier } = twin;
  if (frontier !== undefined && frontier !== "broken" && frontier.stack.length === frontierLength(size)) {
    return { size, stack: frontier.stack };
  }
  findings.add(
    { code: "CERT_RANGE", detail: `open-sm3.frontier is not of the ${size} entries before the first` },
    size,
  );
  return undefined;
}

/** The entry, where it is one; that it stands in its place is another question. */
function checkLine(bytes: Buffer, want: number, prev: Buffer | undefined, findings: Findings): StoredEntry | undefined {
  const value = parseCanonical(bytes);
  if (!value.ok) {
    findings.add({ ...value.problem, detail: `entry ${want}: ${value.problem.detail}` }, want, bytes);
    return undefined;
  }
  const entry = checkEntry(value.value);
  if (!entry.ok) findings.add({ ...entry.problem, detail: `entry ${want}: ${entry.problem.detail}` }, want, bytes);
  const seq = memberOf(value.value, "seq");
  if (seq !== want) {
    const gap = typeof seq === "number" && seq > want;
    findings.add({ code: gap ? "SEQ_GAP" : "SEQ_ORDER", detail: `entry ${want} says ${String(seq)}` }, want, bytes);
  }
  if (prev !== undefined && memberOf(value.value, "prev") !== prev.toString("base64")) {
    findings.add({ code: "PREV_MISMATCH", detail: `entry ${want} names another predecessor` }, want, bytes);
  }
  return entry.ok ? entry.value : undefined;
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
