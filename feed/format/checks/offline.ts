import type { ConfigBody } from "../body.ts";
import type { Checkpoint } from "../checkpoint.ts";
import type { VisitedLeaf } from "../leaves.ts";
import type { Policy } from "../policy.ts";
import type { Findings } from "../report.ts";
import { type Frontier, rootOf } from "../tree.ts";
import { type EntryChecks, makeEntryChecks, newChecksState } from "./checks.ts";
import type { Upper } from "./finding.ts";
import type { Tolerances } from "./tolerances.ts";

/** A checkpoint and its verified cosignatures. */
export interface CosignedHead {
  readonly checkpoint: Checkpoint;
  /** Times are Unix seconds. */
  readonly cosigned: readonly { readonly time: number }[];
}

/** Checks 13 to 16 on entries read one after the other. */
export interface OfflineJudge {
  visit(leaf: VisitedLeaf, before: Frontier): void;
  end(): void;
  unjudged(): number;
}

/** An anchor embeds a tree of a moment ago; of trees longer ago only those of the checkpoints are known. */
const remembered = 16_384;

/** Findings go to `findings`. Everything is judged as of the log whose checkpoints these are. */
export function judgeEntries(
  heads: readonly CosignedHead[],
  policy: Policy,
  findings: Findings,
  options: { readonly genesis?: Buffer; readonly tolerances?: Partial<Tolerances> },
): OfflineJudge {
  const origin = heads[0]?.checkpoint.origin ?? policy.logs[0]?.name ?? "";
  const upper = uppers(heads);
  const signed = new Map(heads.map(({ checkpoint }) => [checkpoint.size, checkpoint.root]));
  const trees: Frontier[] = [];
  const maps = new Map<number, ConfigBody>();
  let checks: EntryChecks | undefined;
  let first = 0;
  let last: Buffer | undefined;
  const rootAt = (size: number): Buffer | undefined => {
    const tree = trees[size % remembered];
    return tree?.size === size ? rootOf(tree) : signed.get(size);
  };
  const configAt = (seq: number): ConfigBody | "other" | undefined =>
    maps.get(seq) ?? (seq < first ? undefined : "other");

  const begin = (size: number): EntryChecks => {
    first = size;
    const witnesses = policy.witnesses.map(({ vkey }) => vkey);
    const { genesis, tolerances } = options;
    const context = { origin, witnesses, rootAt, configAt, ...(tolerances && { tolerances }), genesis };
    return makeEntryChecks(context, newChecksState(size));
  };
  return {
    visit: (leaf, before) => {
      checks ??= begin(before.size);
      trees[before.size % remembered] = before;
      for (const { code, detail, seq } of checks.take(leaf, upper(leaf.entry.seq)))
        findings.add({ code, detail }, seq, leaf.bytes);
      if (leaf.entry.type === "config") maps.set(leaf.entry.seq, leaf.entry);
      last = leaf.bytes;
    },
    end: () => {
      for (const { code, detail, seq } of checks?.end() ?? []) findings.add({ code, detail }, seq, last);
    },
    unjudged: () => checks?.unjudged() ?? 0,
  };
}

/** Of each entry, asked for in order, the smallest cosigned tree that holds it, with its earliest cosignature. */
function uppers(heads: readonly CosignedHead[]): (seq: number) => Upper | undefined {
  const trees = heads
    .filter(({ cosigned }) => cosigned.length > 0)
    .map(({ checkpoint: { size }, cosigned }) => ({ size, time: 1000 * Math.min(...cosigned.map(({ time }) => time)) }))
    .sort((a, b) => a.size - b.size);
  let at = 0;
  return (seq) => {
    while (at < trees.length && (trees[at]?.size ?? 0) <= seq) at += 1;
    return trees[at];
  };
}
