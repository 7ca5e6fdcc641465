import { statSync } from "node:fs";
import { join } from "node:path";
import { Fault } from "../../feed/format/faults.ts";
import { type Frontier, frontierAt, rootOf } from "../../feed/format/tree.ts";
import { openReadOnly } from "./database.ts";
import { onDisk, STATE } from "./files.ts";
import type { Head } from "./journal.ts";
import { type Leaves, openLeaves } from "./leaves.ts";
import { logKeysOf } from "./log-keys.ts";
import type { JournalReader } from "./open-journal.ts";
import { type State, stateOn } from "./state.ts";
import { subtreeOf } from "./tiles.ts";
import { twinNotesOn } from "./twin-notes.ts";

/**
 * Opens a journal for reading, also while its agent runs. Its head is the newest signed checkpoint: what lies beyond is
 * not provable yet. E_JOURNAL_MISSING, E_JOURNAL_CORRUPT, E_JOURNAL_IO.
 */
export function readJournal(dir: string): JournalReader {
  expectJournal(dir);
  const state = stateOn(openReadOnly(join(dir, STATE)));
  try {
    const sealed = state.latest(); // before the months are opened: everything it covers is in them
    const leaves = openLeaves(dir, state, "read-only");
    const head = (): Head => ({ size: sealed?.size ?? 0, root: sealed?.root ?? rootOf({ size: 0, stack: [] }) });
    return { ...readerOn(leaves, state, head), latestCheckpoint: () => sealed };
  } catch (error) {
    state.db.close();
    throw error;
  }
}

/**
 * The state file is there from the first moment of a journal; a folder without it is none, or has lost it:
 * E_JOURNAL_MISSING. E_JOURNAL_IO where the folder cannot be looked into, which says nothing about the journal.
 */
export function expectJournal(dir: string): void {
  const path = join(dir, STATE);
  if (onDisk(path, () => statSync(path, { throwIfNoEntry: false })) === undefined)
    throw new Fault("E_JOURNAL_MISSING", `${path} is not there`);
}

/** The answers that reader and holder share. */
export function readerOn(leaves: Leaves, state: State, head: () => Head): JournalReader {
  const { origin, keys, inForce, twin } = logKeysOf(leaves);
  const subtree = subtreeOf(leaves.hashes);
  const frontier = (size: number): Frontier => {
    if (!(size >= 0 && size <= head().size)) throw new RangeError(`no tree of ${size} in a journal of ${head().size}`);
    return frontierAt(size, subtree);
  };
  return {
    origin,
    keys,
    inForce,
    twins: twin && twinNotesOn(state.db, twin),
    head,
    subtree,
    frontierAt: frontier,
    rootAt: (size) => rootOf(frontier(size)),
    read: (from, to) => leaves.read(from, Math.min(to, head().size)),
    latestCheckpoint: () => state.latest(),
    checkpointAt: (size) => state.at(size),
    checkpoints: (fromSize, atMost) => state.after(fromSize, atMost),
    cosignatures: (size) => state.cosignatures(size),
    cosigned: (fromSize, atMost) => state.cosignedAfter(fromSize, atMost),
    witnessed: () => state.pointer("witnessed"),
    mirrored: () => state.pointer("mirrored"),
    ofType: (type, from) => leaves.ofType(type, from),
    lastOfType: (type, dev, code) => leaves.lastOfType(type, dev, code),
    close: () => {
      leaves.close();
      state.db.close();
    },
  };
}
