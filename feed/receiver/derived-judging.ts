import { differenceText, type ToleranceId, tolerances } from "../derive/difference.ts";
import { overlaid, type Readings } from "../derive/overlaid.ts";
import type { StoredEntry } from "../format/entry.ts";
import { Fault, type Finding } from "../format/faults.ts";
import type { Leaf } from "./ledger.ts";
import { type AmendEntry, type Asked, type DerivedEntry, recount, recountAmended } from "./recount.ts";

export type Computed = Omit<Leaf, "readings">;

/** Findings of entries that an honest plant is about to amend, by the number of the derived entry, until the log has gone on. */
export type Open = Map<number, Awaited>;

interface Awaited {
  readonly leaf: Computed;
  readonly finding: Finding;
  /** The entry that was found first. */
  readonly since: number;
  /** Unix ms, by the plant's clock. */
  readonly until: number;
  /** What was said of the period since. */
  readonly said: Readings;
}

export interface Told {
  readonly leaf: Computed;
  readonly finding: Finding;
}

/** A plant looks each few minutes for readings that came late, and needs a while for many of them. */
const patience = 10 * 60_000;
const mostOpen = 1000;
/** Channels that a finding names; the entry has the others. */
const named = 4;

/**
 * Judges a derived entry or an amendment, if it is among those that `isDrawn` or settles what is open. Whatever is to be told
 * comes back: also what was open and had its time. An amendment settles a finding only where what then stands is right.
 */
export async function judge(
  leaf: Computed,
  open: Open,
  isDrawn: (leaf: Computed) => boolean,
  asked: Asked,
  within: ToleranceId,
): Promise<readonly Told[]> {
  const entry = JSON.parse(leaf.bytes.toString("utf8")) as StoredEntry;
  const told: Told[] = [];
  const was = entry.type === "amend" ? open.get(entry.ref) : undefined;
  for (const [seq, one] of open) {
    if (Date.parse(entry.t) < one.until && open.size <= mostOpen) break;
    if (one === was) continue;
    open.delete(seq);
    told.push(one);
  }
  if ((entry.type !== "derived" && entry.type !== "amend") || (was === undefined && !isDrawn(leaf))) return told;
  const wrong = await wrongWith(entry, was?.said ?? {}, asked, within);
  if (asked.signal.aborted) return told;
  const ref = entry.type === "amend" ? entry.ref : entry.seq;
  open.delete(ref);
  if (wrong === undefined) return told;
  const finding: Finding = { code: "DERIVED_DIFFERS", detail: `entry ${entry.seq}, ${wrong.text}` };
  if (!wrong.tooLate) return [...told, { leaf, finding }];
  const said = entry.type === "amend" ? overlaid(was?.said ?? {}, entry.value) : entry.data;
  open.set(ref, { leaf, finding, since: was?.since ?? leaf.seq, until: Date.parse(entry.t) + patience, said });
  return told;
}

async function wrongWith(
  entry: DerivedEntry | AmendEntry,
  before: Readings,
  asked: Asked,
  id: ToleranceId,
): Promise<{ readonly text: string; readonly tooLate: boolean } | undefined> {
  try {
    const compared =
      entry.type === "derived"
        ? { entry, again: await recount(asked, entry, tolerances[id]) }
        : await recountAmended(asked, entry, before, tolerances[id]);
    if (compared === undefined) return undefined;
    const { again } = compared;
    const about = `${entry.type === "amend" ? "amending " : ""}${compared.entry.period} ${compared.entry.start}: `;
    if (typeof again === "string") return { text: `${about}${again}`, tooLate: false };
    const { differences, tooLate } = again;
    if (differences.length === 0) return undefined;
    const more = differences.length > named ? [`and ${differences.length - named} more`] : [];
    return { text: about + [...differences.slice(0, named).map(differenceText), ...more].join("; "), tooLate };
  } catch (error) {
    // What a plant declares must not stop the receiver; a ledger that fails must.
    if (error instanceof Fault) throw error;
    const of = entry.type === "derived" ? `${entry.period} ${entry.start}` : `amending entry ${entry.ref}`;
    const why = error instanceof Error ? error.message : String(error);
    return { text: `${of}: it cannot be recomputed: ${why}`, tooLate: false };
  }
}
