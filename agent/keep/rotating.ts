import { existsSync, renameSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { syncFolder } from "../../feed/files/whole-file.ts";
import { isoTime } from "../../feed/format/entry.ts";
import type { Signer } from "../../feed/format/note.ts";
import { rotateBody } from "../../feed/format/rotate.ts";
import type { Millis } from "../../feed/format/vocabulary.ts";
import { onDisk } from "./files.ts";
import { createKey, loadSigner } from "./keys.ts";
import { type JournalOptions, openJournal } from "./open.ts";
import type { OpenJournal } from "./open-journal.ts";
import { seal } from "./seal.ts";

/** Where a key lies until the log has taken it up. */
export const nextKeyPath = (path: string): string => `${path}.next`;

export interface Rotation {
  readonly old: Signer;
  readonly next: Signer;
  /** The size of the tree that both sign; the new key signs all larger ones. */
  readonly from: number;
}

export interface Rotating {
  readonly journal: string;
  readonly key: string;
  readonly options?: JournalOptions;
  readonly wall: Millis;
  /** Called with what is about to happen, before anything of it is in the journal and while there are both keys. */
  prepared(rotation: Rotation, journal: OpenJournal): void;
}

/**
 * Gives a log a new key: a `rotate` entry with the new key's proof, the tree that ends with it signed by both, and the new key in
 * the place of the old one, which is then gone. An earlier attempt that was cut short is ended first. The journal must not be
 * held: E_JOURNAL_HELD; and as `openJournal`, `createKey`, `loadSigner`.
 */
export function rotateKey({ journal: dir, key, options, wall, prepared }: Rotating): Rotation {
  const nextPath = nextKeyPath(key);
  const opened = openJournal(dir, options);
  let rotation: Rotation;
  try {
    const { origin } = opened;
    const old = signerOf(key, opened);
    seal(opened, old);
    createKey(nextPath);
    const next = loadSigner(nextPath, origin);
    const seq = opened.head().size;
    rotation = { old, next, from: seq + 1 };
    prepared(rotation, opened);
    opened.append(rotateBody(origin, seq, next, [old.vkey], isoTime(wall)));
  } finally {
    opened.close();
  }
  const again = openJournal(dir, options); // it reads its keys as it opens
  try {
    seal(again, rotation.next, [rotation.old]);
  } finally {
    again.close();
  }
  takeUpKey(key);
  return rotation;
}

/** Puts the new key in the place of the old one. */
export function takeUpKey(path: string): void {
  onDisk(path, () => {
    renameSync(nextKeyPath(path), path);
    syncFolder(dirname(path));
  });
}

/**
 * The signer of a log, whose rotation may have been cut short: where the log took the new key up already, the tree that ends
 * with it is signed by both and the new key takes its place; where it did not, the new key is removed and the old one goes on.
 */
export function signerOf(path: string, journal: OpenJournal): Signer {
  const signer = loadSigner(path, journal.origin);
  if (!onDisk(path, () => existsSync(nextKeyPath(path)))) return signer;
  const next = loadSigner(nextKeyPath(path), journal.origin);
  if (journal.inForce.every(({ text }) => text !== next.vkey.text)) {
    onDisk(path, () => rmSync(nextKeyPath(path)));
    return signer;
  }
  if (journal.lostUpTo() === undefined) seal(journal, next, [signer]);
  takeUpKey(path);
  return loadSigner(path, journal.origin);
}
