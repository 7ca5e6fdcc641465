import type { EntryBody } from "../../feed/format/body.ts";
import type { Entry } from "../../feed/format/entry.ts";
import type { Vkey } from "../../feed/format/note.ts";
import type { Frontier, Subtree } from "../../feed/format/tree.ts";
import type { Journal } from "./journal.ts";
import type { CosignatureLine, Cosigned, Pointers, Sealed } from "./state.ts";
import type { TwinNotes, TwinSealed } from "./twin-notes.ts";

/** What a journal can be asked, by the process that holds it or by a reader beside it. Sizes are tree sizes. */
export interface JournalReader extends Pick<Journal, "origin" | "head" | "read"> {
  /** The log keys that entry 0 and the rotations name, as the journal was when it was opened. */
  readonly keys: readonly Vkey[];
  /** What was signed of the SM3 twin; undefined where entry 0 names none. */
  readonly twins: TwinNotes | undefined;
  /** Those of them that sign now. */
  readonly inForce: readonly Vkey[];
  /** Hash of a perfect subtree, from at most 128 stored hashes. */
  readonly subtree: Subtree;
  frontierAt(size: number): Frontier;
  rootAt(size: number): Buffer;
  latestCheckpoint(): Sealed | undefined;
  checkpointAt(size: number): Sealed | undefined;
  /** Stored checkpoints with size > `fromSize`, ascending. */
  checkpoints(fromSize: number, atMost: number): readonly Sealed[];
  cosignatures(size: number): readonly CosignatureLine[];
  /** Cosigned checkpoints with size > `fromSize`, ascending. */
  cosigned(fromSize: number, atMost: number): readonly Cosigned[];
  /** The largest size the witness has cosigned, as far as it was told here; 0 at first. */
  witnessed(): number;
  /** The largest size the mirror holds durably; entries below it may be pruned one day. */
  mirrored(): number;
  /** Entries of a rare type, any but "frame", from number `from` on. */
  ofType(type: Exclude<EntryBody["type"], "frame">, from: number): Iterable<Entry>;
  /** The newest entry of a type and, where given, of a device; null: of none. */
  lastOfType(type: EntryBody["type"], dev?: string | null, code?: string): Entry | undefined;
  close(): void;
}

/** The journal of the process that holds it. */
export interface OpenJournal extends JournalReader, Journal {
  /**
   * Stores a signed checkpoint. MUST be durable before it returns. E_JOURNAL_FORK where the size is not above every
   * stored one or the root is not that of the entries.
   */
  keepCheckpoint(sealed: Sealed): void;
  /** Stores a signed checkpoint of the twin, durable before it returns. */
  keepTwin(sealed: TwinSealed): void;
  /** Stores cosignature lines of an own checkpoint and moves the pointers forward, in one transaction; never back. */
  cosign(size: number, lines: readonly CosignatureLine[], pointers: Pointers): void;
  /**
   * Hashes all entries again, `portion` of them at each step, and compares them with what was signed and with the head.
   * Yields the tree so far; entries that are appended meanwhile wait for the next time. Throws Fault E_JOURNAL_CORRUPT
   * naming the first entries concerned, and what reading throws.
   */
  recheck(portion: number): Generator<Frontier, Frontier, void>;
  /**
   * Where checkpoints cover more entries than are here (a lost tail): the size up to which they must come back from the
   * mirror before anything can be appended. Undefined in a whole journal.
   */
  lostUpTo(): number | undefined;
  /**
   * Appends the exact bytes of entries that came back from the mirror, and the own note that covers them. Entries that
   * are here already must be the same. Returns how many were added. Throws Fault E_JOURNAL_FORK where they do not
   * continue this journal, or the note is not ours or not of their root.
   */
  restore(entries: readonly Buffer[], note: Buffer): number;
}
