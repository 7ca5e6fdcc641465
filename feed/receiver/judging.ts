import type { ConfigBody } from "../format/body.ts";
import { type ChecksState, type EntryChecks, makeEntryChecks, newChecksState } from "../format/checks/checks.ts";
import type { KnownConfigs } from "../format/checks/config.ts";
import type { EntryFinding, Upper } from "../format/checks/finding.ts";
import type { Tolerances } from "../format/checks/tolerances.ts";
import type { StoredEntry } from "../format/entry.ts";
import { type CheckCode, good, type Result, severityOf } from "../format/faults.ts";
import { leafHash } from "../format/tree.ts";
import type { VerifiedLeaf } from "../format/verify.ts";
import type { Vkey } from "../format/vkey.ts";
import type { Gateway } from "./gateway.ts";
import type { Change, Ledger, Refusal, Tree } from "./ledger.ts";

export interface JudgingParts {
  readonly ledger: Pick<Ledger, "checked" | "entries" | "tree" | "witnessedFrom">;
  /** The service's own cosigners: only its own word bounds a time here. */
  readonly witnesses: readonly Vkey[];
  readonly tolerances?: Partial<Tolerances>;
}

/** A message whose entries are about to be part of what is here without a gap. */
export interface Judged {
  readonly gateway: Gateway;
  /** What the message itself brings, in order. */
  readonly leaves: readonly VerifiedLeaf[];
  /** Sizes that were here without a gap, and will be. */
  readonly from: number;
  readonly to: number;
  readonly tree: Tree;
  readonly witnessed: number;
  /** Unix ms: when the tree will be witnessed. */
  readonly now: number;
}

/** Checks 13 to 16 on entries in the order of the log: a finding refuses, remarks are kept with what is accepted. */
export interface Judging {
  judge(judged: Judged): Promise<Result<NonNullable<Change["checked"]>>>;
}

/** Logs whose maps are kept read; the others' are read again. */
const mostLogs = 500;
const portion = 1024;

export function makeJudging({ ledger, witnesses, tolerances }: JudgingParts): Judging {
  const maps = new Map<string, KnownConfigs>();
  const mapsOf = (origin: string): KnownConfigs => {
    const known = maps.get(origin) ?? new Map();
    maps.delete(origin);
    maps.set(origin, known);
    for (const oldest of maps.keys()) {
      if (maps.size <= mostLogs) break;
      maps.delete(oldest);
    }
    return known;
  };

  return {
    judge: async ({ gateway, leaves, from, to, tree, witnessed, now }) => {
      const origin = gateway.log.name;
      const remarks = new Remarks(now, gateway.id);
      const known = mapsOf(origin);
      const configs: KnownConfigs = new Map(known); // a refused entry must not be remembered
      const roots = new Map<number, Buffer | undefined>([[tree.size, tree.root]]);
      const maps = new Map<number, ConfigBody | "other" | undefined>();
      const configAt = (seq: number): ConfigBody | "other" | undefined => maps.get(seq);
      const rootAt = (size: number): Buffer | undefined => roots.get(size);
      const context = { origin, genesis: gateway.log.genesis, witnesses, rootAt, configAt, configs };
      const checks = makeEntryChecks({ ...context, ...(tolerances && { tolerances }) }, await stateOf(origin, from));
      const upper = await uppers(origin, from, to, tree.size > witnessed ? { size: tree.size, time: now } : undefined);
      for (let at = from; at < to; at += portion) {
        const some = await range(origin, leaves, at, Math.min(to, at + portion));
        for (const { entry } of some) await fetch(origin, entry, some, checks, configs, maps, roots);
        const wrong = take(checks, some, upper, remarks);
        if (wrong !== undefined) return { ok: false, problem: { code: wrong.code, detail: wrong.detail } };
      }
      for (const [seq, config] of configs) known.set(seq, config);
      return good({ state: JSON.stringify(checks.state()), remarks: remarks.list() });
    },
  };

  async function stateOf(origin: string, from: number): Promise<ChecksState> {
    const text = await ledger.checked(origin);
    const state = text === undefined ? newChecksState(from) : (JSON.parse(text) as ChecksState);
    return { ...state, next: from };
  }

  /** Entries that came ahead are read back: they were verified when they came. */
  async function range(origin: string, fresh: readonly VerifiedLeaf[], from: number, to: number) {
    const first = fresh[0]?.seq ?? to;
    const end = first + fresh.length;
    const own = fresh.slice(Math.max(0, from - first), Math.max(0, to - first));
    const before = first > from ? await stored(origin, from, Math.min(first, to)) : [];
    return [...before, ...own, ...(end < to ? await stored(origin, Math.max(end, from), to) : [])];
  }

  async function stored(origin: string, from: number, to: number): Promise<readonly VerifiedLeaf[]> {
    return (await ledger.entries(origin, from, to)).map((bytes, index) => {
      const entry = JSON.parse(bytes.toString("utf8")) as StoredEntry;
      return { seq: from + index, bytes, hash: leafHash(bytes), entry };
    });
  }

  /** Fetches what the checks will ask for about one entry. */
  async function fetch(
    origin: string,
    entry: StoredEntry,
    here: readonly VerifiedLeaf[],
    checks: EntryChecks,
    configs: KnownConfigs,
    maps: Map<number, ConfigBody | "other" | undefined>,
    roots: Map<number, Buffer | undefined>,
  ): Promise<void> {
    if (entry.type === "anchor" && !roots.has(entry.size))
      roots.set(entry.size, (await ledger.tree(origin, entry.size))?.root);
    const cfg = namedBy(entry, checks);
    if (cfg === undefined || cfg >= entry.seq || configs.has(cfg) || maps.has(cfg)) return;
    const at = here.find((leaf) => leaf.seq === cfg)?.entry ?? (await stored(origin, cfg, cfg + 1))[0]?.entry;
    maps.set(cfg, at === undefined ? undefined : at.type === "config" ? at : "other");
  }

  /** Of each entry the time of the smallest tree over it that was the largest once. */
  async function uppers(origin: string, from: number, to: number, own: Upper | undefined) {
    const trees = [...(await ledger.witnessedFrom(origin, from, to)), ...(own ? [own] : [])];
    let at = 0;
    return (seq: number): Upper | undefined => {
      while (at < trees.length && (trees[at]?.size ?? 0) <= seq) at += 1;
      return trees[at];
    };
  }
}

/** The configuration that an entry is held against; what comes before it in its own portion the checks know by then. */
function namedBy(entry: StoredEntry, checks: EntryChecks): number | undefined {
  if (entry.type === "frame" || entry.type === "derived") return entry.cfg;
  return entry.type === "config" ? checks.state().configs[entry.dev ?? ""] : undefined;
}

/** The first finding that refuses, if there is one; the others become remarks. */
function take(
  checks: EntryChecks,
  leaves: readonly VerifiedLeaf[],
  upper: (seq: number) => Upper | undefined,
  remarks: Remarks,
): EntryFinding | undefined {
  for (const leaf of leaves)
    for (const finding of checks.take(leaf, upper(leaf.seq))) {
      if (severityOf(finding.code) === "F") return finding;
      remarks.add(finding, leaf.bytes);
    }
  return undefined;
}

/** One remark a code and message, with the first entry concerned; a clock that stays unsynchronised is told of once. */
class Remarks {
  readonly #time: number;
  readonly #gateway: string;
  readonly #byCode = new Map<CheckCode, { finding: EntryFinding; last: number; times: number; note: Buffer }>();

  constructor(time: number, gateway: string) {
    this.#time = time;
    this.#gateway = gateway;
  }

  add(finding: EntryFinding, note: Buffer): void {
    if (finding.code === "CLOCK_UNSYNC" && finding.again) return;
    const known = this.#byCode.get(finding.code);
    if (known === undefined) this.#byCode.set(finding.code, { finding, last: finding.seq, times: 1, note });
    else Object.assign(known, { last: finding.seq, times: known.times + 1 });
  }

  list(): readonly Refusal[] {
    return [...this.#byCode.values()].map(({ finding: { code, seq, detail }, last, times, note }) => ({
      time: this.#time,
      gateway: this.#gateway,
      code,
      detail: last === seq ? detail : `${detail} (entries ${seq} to ${last}, ${times} times)`,
      note,
      times,
    }));
  }
}
