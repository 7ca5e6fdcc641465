import type { StoredEntry } from "../entry.ts";
import { rotatedKey } from "../rotate.ts";
import { type AnchorContext, checkAnchor } from "./anchor.ts";
import { type ConfigAt, checkConfig, checkDerived, checkFrame, type KnownConfigs, unjudged } from "./config.ts";
import type { EntryFinding, Upper } from "./finding.ts";
import { checkTimes, driftOf, newTimeState, type TimeState } from "./times.ts";
import { type Tolerances, tolerances } from "./tolerances.ts";

/** What entries are held against besides each other. */
export interface ChecksContext extends AnchorContext {
  /** Leaf hash of the entry 0 that the log was registered with; left out: any genesis of this origin. */
  readonly genesis?: Buffer | undefined;
  readonly configAt: ConfigAt;
  readonly tolerances?: Partial<Tolerances>;
  /** Maps that were read before, kept by whoever makes checks again and again for one log. */
  readonly configs?: KnownConfigs;
}

/** What is remembered between entries: plain JSON of a few hundred bytes, whatever the length of the log. */
export interface ChecksState {
  /** Number of the next entry. */
  readonly next: number;
  readonly times: TimeState;
  /** Number of the newest configuration entry, by device; "" is the whole site. */
  readonly configs: { readonly [dev: string]: number };
  /** Number of the entry that closed the log. */
  readonly ended?: number;
}

export interface EntryChecks {
  /** Checks 13 to 16 of one entry; entries come in order and without gap. `upper` is what covers it, if anything does yet. */
  take(leaf: { readonly hash: Buffer; readonly entry: StoredEntry }, upper: Upper | undefined): readonly EntryFinding[];
  /** What only the end of a range shows. */
  end(): readonly EntryFinding[];
  state(): ChecksState;
  /** Values of the frames taken that could not be recomputed: their configuration is not at hand, or says too little. */
  unjudged(): number;
}

export const newChecksState = (next = 0): ChecksState => ({ next, times: newTimeState(), configs: {} });

/** Checks the entries from `state.next` on. `state` is not changed: what is refused can be forgotten. */
export function makeEntryChecks(context: ChecksContext, state: ChecksState = newChecksState()): EntryChecks {
  const allowed = { ...tolerances, ...context.tolerances };
  const times = structuredClone(state.times);
  const newest = new Map(Object.entries(state.configs));
  const { configAt, configs = new Map() } = context;
  let next = state.next;
  let values = 0;
  let { ended } = state;

  const byType = (entry: StoredEntry): readonly EntryFinding[] => {
    switch (entry.type) {
      case "frame": {
        const found = checkFrame(entry, configs, configAt);
        values += unjudged(entry, configs);
        return found;
      }
      case "derived":
        return checkDerived(entry, configs, configAt);
      case "config": {
        const found = checkConfig(entry, newest.get(entry.dev ?? ""), configs, configAt);
        newest.set(entry.dev ?? "", entry.seq);
        return found;
      }
      case "anchor": {
        const anchor = checkAnchor(entry, context);
        if ("wrong" in anchor) return [{ code: "ANCHOR_BAD", seq: entry.seq, detail: anchor.wrong }];
        times.anchored = Math.max(times.anchored, anchor.time ?? 0);
        return [];
      }
      case "rotate": {
        const key = rotatedKey(context.origin, entry.seq, entry);
        return key.ok ? [] : [{ code: key.problem.code, seq: entry.seq, detail: key.problem.detail }];
      }
      default:
        return [];
    }
  };
  return {
    take: ({ hash, entry }, upper) => {
      next = entry.seq + 1;
      const after = checkEnd(entry, ended);
      if (entry.type === "end") ended ??= entry.seq;
      // An anchor comes before its own time is judged: it was made after the cosignature that it holds.
      const own = byType(entry);
      return [...checkGenesis(entry, hash, context), ...after, ...own, ...checkTimes(entry, upper, times, allowed)];
    },
    end: () => driftOf(times.drift, allowed),
    unjudged: () => values,
    state: () => ({
      next,
      times: structuredClone(times),
      configs: Object.fromEntries(newest),
      ...(ended !== undefined && { ended }),
    }),
  };
}

function checkEnd({ seq, type }: StoredEntry, ended: number | undefined): readonly EntryFinding[] {
  if (ended === undefined) return [];
  return [{ code: "LOG_ENDED", seq, detail: `a ${type} entry ${seq}; entry ${ended} closed the log` }];
}

function checkGenesis(entry: StoredEntry, hash: Buffer, { origin, genesis }: ChecksContext): readonly EntryFinding[] {
  if ((entry.seq === 0) !== (entry.type === "genesis"))
    return [{ code: "GENESIS_BAD", seq: entry.seq, detail: `entry ${entry.seq} is of type ${entry.type}` }];
  if (entry.type !== "genesis") return [];
  const wrong = (detail: string): readonly EntryFinding[] => [{ code: "GENESIS_BAD", seq: 0, detail }];
  if (entry.origin !== origin) return wrong(`entry 0 begins the log ${entry.origin}, not ${origin}`);
  if (genesis === undefined || hash.equals(genesis)) return [];
  return wrong(`entry 0 has the hash ${hash.toString("base64")}, registered is ${genesis.toString("base64")}`);
}
