import { createHmac } from "node:crypto";
import { setImmediate as turn } from "node:timers/promises";
import { differenceText, type ToleranceId, tolerances } from "../derive/difference.ts";
import type { StoredEntry } from "../format/entry.ts";
import { Fault, type Finding } from "../format/faults.ts";
import type { Millis } from "../format/vocabulary.ts";
import type { Gateway } from "./examine.ts";
import type { Leaf, Ledger } from "./ledger.ts";
import { type AmendEntry, type DerivedEntry, recount, recountAmended } from "./recount.ts";
import type { ServiceKeys } from "./witness.ts";

export interface RecomputingParts {
  readonly ledger: Pick<Ledger, "holding" | "entries" | "computed" | "checks" | "refuse">;
  /** Of the derived entries, 0 to 1. */
  readonly share: number;
  readonly tolerances: ToleranceId;
  readonly secret: Buffer;
  now(): Millis;
  /** An entry that says what its own entries do not give. */
  differs(gateway: string, finding: Finding): void;
  /** The ledger failed; nothing more is recomputed. */
  failed(fault: unknown): void;
}

/** Recomputes behind what is received: it waits for messages, never they for it. */
export interface Recomputing {
  /** Every entry of the gateway up to its mirrored size is here; `before` is what that size was. */
  mirrored(gateway: Gateway, before: number): void;
  /** When everything that was there to do is done. */
  idle(): Promise<void>;
  /** Leaves the rest undone. */
  stop(): Promise<void>;
}

interface Place {
  readonly gateway: Gateway;
  /** Entries below it are done with. */
  next: number;
  /** Findings of entries that an honest plant is about to amend, by number, until the log has gone on. */
  readonly open: Map<number, Open>;
}

interface Open {
  readonly leaf: Computed;
  readonly finding: Finding;
  /** Unix ms, by the plant's clock. */
  readonly until: number;
}

const portion = 1024;
/** A plant looks each minute for readings that came late, and needs a while for a month of them. */
const patience = 10 * 60_000;
const mostOpen = 1000;
/** Channels that a finding names; the entry has the others. */
const named = 4;

export function startRecomputing(parts: RecomputingParts): Recomputing {
  const places = new Map<string, Place>();
  const stopping = new AbortController();
  const { signal } = stopping;
  let news = false;
  let running: Promise<void> | undefined;
  const work = async (): Promise<void> => {
    while (news && !signal.aborted) {
      news = false;
      await turn();
      for (const place of places.values()) await advance(place, parts, signal);
    }
  };
  const begin = (): void => {
    running ??= work()
      .catch((fault: unknown) => {
        stopping.abort();
        parts.failed(fault);
      })
      .finally(() => {
        running = undefined;
        if (news && !signal.aborted) begin();
      });
  };
  const idle = async (): Promise<void> => {
    while (running !== undefined) await running;
  };
  return {
    mirrored: (gateway, before) => {
      if (parts.share === 0 || signal.aborted) return;
      if (!places.has(gateway.log.name)) places.set(gateway.log.name, { gateway, next: before, open: new Map() });
      news = true;
      begin();
    },
    idle,
    stop: () => {
      stopping.abort();
      return idle();
    },
  };
}

/** Portion by portion to the end of what is here: memory does not grow with what is left to do. */
async function advance(place: Place, parts: RecomputingParts, signal: AbortSignal): Promise<void> {
  const origin = place.gateway.log.name;
  const size = (await parts.ledger.holding(origin)).mirrored?.size ?? 0;
  while (place.next < size && !signal.aborted) {
    const to = Math.min(place.next + portion, size);
    for (const leaf of await parts.ledger.computed(origin, place.next, to)) {
      if (signal.aborted) return;
      await step(leaf, place, parts, signal);
    }
    place.next = to;
    await turn();
  }
}

/**
 * Whether an entry is among the share. The secret makes it a draw that a plant cannot foresee: it chooses the salt of each of
 * its entries, and could otherwise try salts until a false one is passed over.
 */
export function isPicked(hash: Buffer, { secret, share }: Pick<RecomputingParts, "secret" | "share">): boolean {
  return createHmac("sha256", secret).update(hash).digest().readUIntBE(0, 6) < share * 2 ** 48;
}

/** The same for one service at any time, and nobody else's: an Ed25519 signature (RFC 8032) that is never given away. */
export const secretOf = ({ control }: Pick<ServiceKeys, "control">): Buffer =>
  control.sign(Buffer.from("cems-recompute/v1\n"));

type Computed = Omit<Leaf, "readings">;

async function step(leaf: Computed, place: Place, parts: RecomputingParts, signal: AbortSignal): Promise<void> {
  const entry = JSON.parse(leaf.bytes.toString("utf8")) as StoredEntry;
  if (entry.type === "amend") place.open.delete(entry.ref);
  for (const [seq, { leaf, finding, until }] of place.open) {
    if (Date.parse(entry.t) < until && place.open.size <= mostOpen) break;
    place.open.delete(seq);
    await tell(leaf, finding, place, parts);
  }
  if ((entry.type !== "derived" && entry.type !== "amend") || !isPicked(leaf.hash, parts)) return;
  const wrong = await wrongWith(entry, place, parts, signal);
  if (wrong === undefined || signal.aborted) return;
  const finding: Finding = { code: "DERIVED_DIFFERS", detail: `entry ${entry.seq}, ${wrong.text}` };
  const of = entry.type === "amend" ? entry.ref : entry.seq;
  if (wrong.tooLate) place.open.set(of, { leaf, finding, until: Date.parse(entry.t) + patience });
  else await tell(leaf, finding, place, parts);
}

async function tell(
  { bytes }: Computed,
  finding: Finding,
  { gateway }: Place,
  { ledger, now, differs }: RecomputingParts,
): Promise<void> {
  await ledger.refuse({ time: now(), gateway: gateway.id, ...finding, note: bytes });
  differs(gateway.id, finding);
}

async function wrongWith(
  entry: DerivedEntry | AmendEntry,
  { gateway }: Place,
  { ledger, tolerances: id }: RecomputingParts,
  signal: AbortSignal,
): Promise<{ readonly text: string; readonly tooLate: boolean } | undefined> {
  const origin = gateway.log.name;
  try {
    const compared =
      entry.type === "derived"
        ? { entry, again: await recount(ledger, origin, entry, tolerances[id], signal) }
        : await recountAmended(ledger, origin, entry, tolerances[id], signal);
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
    return {
      text: `${of}: it cannot be recomputed: ${error instanceof Error ? error.message : String(error)}`,
      tooLate: false,
    };
  }
}
