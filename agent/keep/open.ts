import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { makeFolders } from "../../feed/files/folders.ts";
import { syncFolder } from "../../feed/files/whole-file.ts";
import type { GenesisBody } from "../../feed/format/body.ts";
import { checkpointText } from "../../feed/format/checkpoint.ts";
import { makeEntry, noPrev } from "../../feed/format/entry.ts";
import { Fault } from "../../feed/format/faults.ts";
import { openNote } from "../../feed/format/note.ts";
import { emptyFrontier, type Frontier, pushLeaf } from "../../feed/format/tree.ts";
import { type CommitHook, holdLock, openDatabase } from "./database.ts";
import { LOCK, monthName, onDisk, STATE } from "./files.ts";
import { holderOn } from "./holder.ts";
import { type Leaves, openLeaves } from "./leaves.ts";
import { createMonth, frontierHash, monthOn } from "./month.ts";
import type { JournalReader, OpenJournal } from "./open-journal.ts";
import { quotaOf, walPagesOf } from "./quota.ts";
import { expectJournal, readerOn } from "./reader.ts";
import { recheck, toTheEnd } from "./recheck.ts";
import { saltSource } from "./salt.ts";
import { createState, stateOn } from "./state.ts";
import { writerOn } from "./writer.ts";

export interface JournalOptions {
  /** Bytes the folder may hold, write-ahead logs included. Unlimited where it is left out. */
  readonly quotaBytes?: number | undefined;
  /** Called around every commit; tests cut the power in it. */
  readonly hook?: CommitHook | undefined;
}

/**
 * Begins a history: a folder that MUST NOT hold anything, entry 0 in it, durable. Made aside and renamed, so that it is
 * there wholly or not at all. E_JOURNAL_EXISTS, E_JOURNAL_FULL, E_JOURNAL_IO.
 */
export function createJournal(dir: string, options: JournalOptions & { readonly genesis: GenesisBody }): OpenJournal {
  const path = resolve(dir);
  const taken = new Fault("E_JOURNAL_EXISTS", `${path} is not empty`);
  onDisk(path, () => {
    if (existsSync(path) && readdirSync(path).length > 0) throw taken;
    makeFolders(dirname(path));
    const aside = mkdtempSync(`${path}.new-`);
    try {
      layFiles(aside, options.genesis);
      syncFolder(aside);
      renameSync(aside, path);
      syncFolder(dirname(path));
    } catch (error) {
      rmSync(aside, { recursive: true, force: true });
      const code = error instanceof Error && "code" in error ? error.code : undefined;
      throw code === "ENOTEMPTY" || code === "EEXIST" ? taken : error;
    }
  });
  return openJournal(path, options);
}

function layFiles(dir: string, genesis: GenesisBody): void {
  const name = monthName(genesis.t);
  createMonth(join(dir, name), emptyFrontier);
  const month = monthOn(openDatabase(join(dir, name)), name);
  try {
    const entry = makeEntry(genesis, 0, noPrev, saltSource()());
    month.db.transaction("create", () => {
      month.put([{ entry, type: genesis.type, t: genesis.t }], pushLeaf(emptyFrontier, entry.hash));
    });
  } finally {
    month.db.close();
  }
  createState(join(dir, STATE));
  const state = stateOn(openDatabase(join(dir, STATE)));
  try {
    state.register({ name, first: 0 });
  } finally {
    state.db.close();
  }
}

/**
 * Opens the journal that is there and holds it until `close`. What the mirror does not hold is hashed again first.
 * E_JOURNAL_MISSING, E_JOURNAL_HELD, E_JOURNAL_BUSY, E_JOURNAL_CORRUPT, E_JOURNAL_IO.
 */
export function openJournal(dir: string, options: JournalOptions = {}): OpenJournal {
  expectJournal(dir);
  const opened: { close(): void }[] = [];
  const closeAll = (): void => {
    for (const part of opened.splice(0).reverse()) part.close();
  };
  try {
    opened.push(holdLock(join(dir, LOCK)));
    const write = { hook: options.hook, walPages: walPagesOf(options.quotaBytes) };
    const state = stateOn(openDatabase(join(dir, STATE), write));
    opened.push(state.db);
    const leaves = openLeaves(dir, state, write);
    opened.push(leaves);
    const found = readerOn(leaves, state, () => ({ size: leaves.end(), root: noPrev }));
    const lostUpTo = lostTail(leaves, found);
    const from = lostUpTo > 0 ? 0 : found.mirrored();
    const frontier = toTheEnd(recheck(leaves, state, { from, size: leaves.end(), portion: 1000 }));
    if (lostUpTo === 0) expectStored(leaves, frontier);
    expectSigned(found);
    const quota = quotaOf(dir, options.quotaBytes, leaves, state);
    quota.apply();
    return holderOn({ leaves, state, quota, writer: writerOn(leaves, quota, frontier), lostUpTo, close: closeAll });
  } catch (error) {
    closeAll();
    throw error;
  }
}

/** The size of the newest checkpoint if entries that it covers are gone, 0 otherwise. */
function lostTail(leaves: Leaves, journal: JournalReader): number {
  const signed = journal.latestCheckpoint()?.size ?? 0;
  return signed > leaves.end() ? signed : 0;
}

function expectStored(leaves: Leaves, rebuilt: Frontier): void {
  if (leaves.newest().stored()?.equals(frontierHash(rebuilt))) return;
  throw new Fault("E_JOURNAL_CORRUPT", `the last transaction did not leave this tree of ${rebuilt.size}`);
}

function expectSigned(journal: JournalReader): void {
  const latest = journal.latestCheckpoint();
  if (latest === undefined) return;
  const note = openNote(latest.note, journal.keys);
  const text = checkpointText({ origin: journal.origin, size: latest.size, root: latest.root });
  if (!note.ok || note.value.text !== text) {
    throw new Fault("E_JOURNAL_CORRUPT", `the note of ${latest.size} is not one that this journal signed`);
  }
}
