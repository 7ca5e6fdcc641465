import { renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { syncFolder } from "../../feed/files/whole-file.ts";
import { isoTime, readEntry } from "../../feed/format/entry.ts";
import { Fault } from "../../feed/format/faults.ts";
import type { Signer } from "../../feed/format/note.ts";
import type { Millis } from "../../feed/format/vocabulary.ts";
import { holdLock, openDatabase, openReadOnly } from "./database.ts";
import { LOCK, onDisk, STATE } from "./files.ts";
import { createMonth, monthOn } from "./month.ts";
import { type JournalOptions, openJournal } from "./open.ts";
import type { OpenJournal } from "./open-journal.ts";
import { provenPages } from "./proven-pages.ts";
import { prunedRanges } from "./pruned.ts";
import { seal } from "./seal.ts";
import { stateOn } from "./state.ts";

export interface Pruning {
  readonly journal: string;
  /** Of UTC, such as 2026-10: a file of the journal. */
  readonly month: string;
  readonly options?: JournalOptions;
  readonly wall: Millis;
  signer(journal: OpenJournal): Signer;
  /** Throws where something still needs the entries, which were made in [first, last], Unix ms. */
  expectFree(journal: OpenJournal, made: { readonly first: number; readonly last: number }): void;
}

export interface Pruned {
  /** Entries [from, to) of the month. */
  readonly from: number;
  readonly to: number;
  readonly freedBytes: number;
}

const page = 500;

/**
 * Removes the polls of a month that is over, but not their hashes, nor any entry of another type: every proof that was given stays
 * provable. They are hashed once more before, and a `prune` entry is signed first. Cut short, it is done again. The journal must not
 * be held. E_PRUNE_MONTH, E_PRUNE_EARLY; and as `openJournal`.
 */
export function pruneMonth({ journal: dir, month, options, wall, signer, expectFree }: Pruning): Pruned {
  const name = `leaf-${month}.db`;
  const opened = openJournal(dir, options);
  let range: readonly [number, number];
  try {
    range = rangeOf(dir, name);
    const [from, to] = range;
    const isSaid = prunedRanges(opened).some(([first, end]) => first === from && end === to);
    if (!isSaid) {
      const mirrored = opened.mirrored();
      if (to > mirrored)
        throw new Fault("E_PRUNE_EARLY", `the mirror holds ${mirrored} entries, the month ends at ${to}`);
      expectFree(opened, { first: madeAt(opened, from), last: madeAt(opened, to - 1) });
      // What was changed must not be lost with what was signed: it is evidence.
      const proven = opened.checkpoints(to - 1, 1)[0]?.size ?? to;
      for (const _ of provenPages(opened, from, proven, page));
      const key = signer(opened);
      const root = opened.rootAt(to).toString("base64");
      opened.append({ type: "prune", t: isoTime(wall), range: [from, to], root });
      seal(opened, key);
    }
  } finally {
    opened.close();
  }
  return { from: range[0], to: range[1], freedBytes: rewrite(dir, name) };
}

/** Unix ms. */
function madeAt(journal: OpenJournal, seq: number): number {
  const [entry] = journal.read(seq, seq + 1);
  const read = entry && readEntry(entry.bytes);
  return read?.ok ? Date.parse(read.value.t) : Number.NaN;
}

/** The entries of a month that is over: the next one begins after them. E_PRUNE_MONTH. */
function rangeOf(dir: string, name: string): readonly [number, number] {
  const state = stateOn(openReadOnly(join(dir, STATE)));
  try {
    const parts = state.parts();
    const at = parts.findIndex((part) => part.name === name);
    const [part, next] = [parts[at], parts[at + 1]];
    if (part !== undefined && next !== undefined) return [part.first, next.first];
    const closed = parts.slice(0, -1).map((one) => one.name.slice(5, 12));
    throw new Fault("E_PRUNE_MONTH", `${dir} has the months ${closed.join(", ") || "none"} behind it`);
  } finally {
    state.db.close();
  }
}

/** Bytes that it freed. Made aside, whole and flushed, before it takes the name of the old file. */
function rewrite(dir: string, name: string): number {
  const lock = holdLock(join(dir, LOCK));
  try {
    const [path, aside] = [join(dir, name), join(dir, `${name}.new`)];
    openDatabase(path).close(); // the last writer to close empties the write-ahead log: none is played into the new file
    const before = onDisk(path, () => statSync(path).size);
    const old = openReadOnly(path);
    const opening = monthOn(old, name).opening();
    old.close();
    onDisk(aside, () => rmSync(aside, { force: true }));
    createMonth(aside, opening);
    const db = openDatabase(aside);
    try {
      db.prepare("ATTACH ? AS old").run(path);
      db.transaction("prune", () => {
        db.exec(`INSERT INTO leaf SELECT i, k, t, iif(k = 'frame', x'', rec), h, h3, f FROM old.leaf ORDER BY i;
                 INSERT INTO tile SELECT level, i, h FROM old.tile ORDER BY level, i;`);
      });
      db.exec("DETACH old");
    } finally {
      db.close();
    }
    return onDisk(path, () => {
      const after = statSync(aside).size;
      renameSync(aside, path);
      syncFolder(dir);
      return before - after;
    });
  } finally {
    lock.close();
  }
}
