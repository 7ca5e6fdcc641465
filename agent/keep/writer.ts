import type { EntryBody } from "../../feed/format/body.ts";
import { makeEntry, noPrev } from "../../feed/format/entry.ts";
import { Fault } from "../../feed/format/faults.ts";
import { type Frontier, pushLeaf, rootOf } from "../../feed/format/tree.ts";
import type { Step } from "./database.ts";
import { monthName } from "./files.ts";
import type { Head } from "./journal.ts";
import type { Leaves } from "./leaves.ts";
import type { Kept } from "./month.ts";
import type { Quota } from "./quota.ts";
import { saltSource } from "./salt.ts";
import { tilesCompletedBy } from "./tiles.ts";

/** The one place that writes entries. The tree in memory changes only after the transaction that changed it on disk. */
export interface Writer {
  head(): Head;
  frontier(): Frontier;
  make(bodies: readonly EntryBody[]): Kept[];
  keep(step: Step, kept: readonly Kept[]): void;
  /** Runs another write; after a failure whose outcome is unknown everything is refused until the journal is opened again. */
  guarded<T>(work: () => T): T;
}

/**
 * On a full disk SQLite has undone the transaction for certain, and while another program writes it does not begin one.
 * After anything else it may have taken effect or not.
 */
const UNDONE: readonly string[] = ["E_JOURNAL_FULL", "E_JOURNAL_BUSY"];

export function writerOn(leaves: Leaves, quota: Quota, start: Frontier): Writer {
  const salt = saltSource();
  let frontier = start;
  let prev = leaves.read(start.size - 1, start.size)[0]?.hash ?? noPrev;
  let head: Head | undefined;
  let broken: unknown;

  const guarded = <T>(work: () => T): T => {
    if (broken !== undefined) {
      throw new Fault("E_JOURNAL_IO", "an earlier write failed; open the journal again", { cause: broken });
    }
    try {
      return work();
    } catch (error) {
      if (!(error instanceof Fault && UNDONE.includes(error.code))) broken = error;
      throw error;
    }
  };

  /** By the first entry of the transaction. Should the clock step back, the newest month goes on. */
  const turnTo = (t: string): void => {
    const name = monthName(t);
    if (name <= leaves.newest().name) return;
    quota.expectRoomForMonth();
    leaves.begin(name, frontier);
    quota.recount();
    quota.apply();
  };

  return {
    guarded,
    frontier: () => frontier,
    head: () => {
      head ??= { size: frontier.size, root: rootOf(frontier) };
      return head;
    },
    make: (bodies) => {
      let before = prev;
      return bodies.map((body, i) => {
        const entry = makeEntry(body, frontier.size + i, before, salt());
        before = entry.hash;
        return { entry, type: body.type, t: body.t };
      });
    },
    keep: (step, kept) =>
      guarded(() => {
        const [first] = kept;
        if (first === undefined) return;
        turnTo(first.t);
        const month = leaves.newest();
        frontier = month.db.transaction(step, () => {
          let grown = frontier;
          for (const { entry } of kept) {
            for (const tile of tilesCompletedBy(grown, entry.hash)) month.putTile(tile);
            grown = pushLeaf(grown, entry.hash);
          }
          month.put(kept, grown);
          return grown;
        });
        prev = kept.at(-1)?.entry.hash ?? prev;
        head = undefined;
      }),
  };
}
