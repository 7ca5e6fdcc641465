import { setImmediate as turn } from "node:timers/promises";
import type { ToleranceId } from "../derive/difference.ts";
import type { Finding } from "../format/faults.ts";
import type { Millis } from "../format/vocabulary.ts";
import { type Computed, judge, type Open } from "./derived-judging.ts";
import { isPicked } from "./draw.ts";
import type { Gateway } from "./gateway.ts";
import type { Ledger } from "./ledger.ts";
import type { Asked } from "./recount.ts";
import { makeStretches } from "./stretches.ts";

export interface RecomputingParts {
  readonly ledger: Pick<
    Ledger,
    "holding" | "entries" | "computed" | "checks" | "refuse" | "recomputed" | "setRecomputed"
  >;
  /** What of theirs was waiting when a receiver stopped is gone on with at once. */
  readonly gateways?: readonly Gateway[];
  /** Of the derived entries and the amendments, 0 to 1. */
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
  /** Leaves the rest for later. */
  stop(): Promise<void>;
}

interface Place {
  readonly gateway: Gateway;
  readonly asked: Asked;
  readonly open: Open;
  /** Entries below it are done with. */
  next: number;
  /** As far as the ledger says so. */
  written: number;
}

const portion = 1024;

export function startRecomputing(parts: RecomputingParts): Recomputing {
  const { ledger, share, gateways = [] } = parts;
  const places = new Map<string, Place>();
  const stopping = new AbortController();
  const { signal } = stopping;
  const due = new Map<string, { readonly gateway: Gateway; readonly before: number | undefined }>();
  let running: Promise<void> | undefined;
  const placeOf = async (gateway: Gateway, before: number | undefined): Promise<Place> => {
    const origin = gateway.log.name;
    const known = places.get(origin);
    if (known) return known;
    const size = before ?? (await ledger.holding(origin)).mirrored?.size ?? 0;
    const next = (await ledger.recomputed(origin)) ?? size;
    // Whatever comes from now on is not forgotten, even if it is not got to before the next start.
    await ledger.setRecomputed(origin, next);
    const asked = { ledger, origin, stretches: makeStretches(ledger, origin), signal };
    const place = { gateway, asked, open: new Map(), next, written: next };
    places.set(origin, place);
    return place;
  };
  const work = async (): Promise<void> => {
    await turn();
    for (let [first] = due; first !== undefined && !signal.aborted; [first] = due) {
      const [origin, { gateway, before }] = first;
      due.delete(origin);
      const place = await placeOf(gateway, before);
      await advance(place, parts);
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
        if (due.size > 0 && !signal.aborted) begin();
      });
  };
  const idle = async (): Promise<void> => {
    while (running !== undefined) await running;
  };
  if (share > 0) for (const gateway of gateways) due.set(gateway.log.name, { gateway, before: undefined });
  if (due.size > 0) begin();
  return {
    mirrored: (gateway, before) => {
      if (share === 0 || signal.aborted) return;
      if (!due.has(gateway.log.name)) due.set(gateway.log.name, { gateway, before });
      begin();
    },
    idle,
    stop: async () => {
      const isWell = !signal.aborted;
      stopping.abort();
      await idle();
      if (isWell) for (const place of places.values()) await note(place, ledger);
    },
  };
}

/** Portion by portion to the end of what is here: memory does not grow with what is left to do. */
async function advance(place: Place, { ledger, now, differs, tolerances, ...draw }: RecomputingParts): Promise<void> {
  const { gateway, asked, open } = place;
  const { origin, signal } = asked;
  const isDrawn = ({ hash }: Computed): boolean => isPicked(hash, draw);
  const size = (await ledger.holding(origin)).mirrored?.size ?? 0;
  while (place.next < size && !signal.aborted) {
    const to = Math.min(place.next + portion, size);
    for (const leaf of await ledger.computed(origin, place.next, to)) {
      for (const { leaf: wrong, finding } of await judge(leaf, open, isDrawn, asked, tolerances)) {
        // The same again after a stop before it was noted down is not another.
        await ledger.refuse({ time: now(), gateway: gateway.id, ...finding, note: wrong.bytes, once: true });
        differs(gateway.id, finding);
      }
      if (signal.aborted) return;
    }
    place.next = to;
    if (place.next - place.written >= portion) await note(place, ledger);
    await turn();
  }
}

/** After a restart it begins where this says: with the first entry whose finding is open. */
async function note(place: Place, ledger: Pick<Ledger, "setRecomputed">): Promise<void> {
  const below = Math.min(place.next, ...[...place.open.values()].map(({ since }) => since));
  if (below > place.written) await ledger.setRecomputed(place.asked.origin, below);
  place.written = Math.max(place.written, below);
}
