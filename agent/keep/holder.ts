import type { EntryBody } from "../../feed/format/body.ts";
import { Fault } from "../../feed/format/faults.ts";
import type { Leaves } from "./leaves.ts";
import type { OpenJournal } from "./open-journal.ts";
import type { Quota } from "./quota.ts";
import { quotaWatch } from "./quota-watch.ts";
import { readerOn } from "./reader.ts";
import { recheck } from "./recheck.ts";
import { continuation, ownNote } from "./restore.ts";
import type { Sealed, State } from "./state.ts";
import type { Writer } from "./writer.ts";

export interface Parts {
  readonly leaves: Leaves;
  readonly state: State;
  readonly quota: Quota;
  readonly writer: Writer;
  /** The size up to which a lost tail must come back, or 0. */
  readonly lostUpTo: number;
  close(): void;
}

/** The journal in the hands of its one process. */
export function holderOn({ leaves, state, quota, writer, lostUpTo, close }: Parts): OpenJournal {
  const reader = readerOn(leaves, state, writer.head);
  const lost = (): number | undefined => (writer.head().size < lostUpTo ? lostUpTo : undefined);
  let isEnded = leaves.lastOfType("end") !== undefined;
  const appended = (bodies: readonly EntryBody[]) => {
    if (isEnded) throw new Fault("E_LOG_ENDED", `${reader.origin} was closed`);
    const kept = writer.make(bodies);
    writer.keep("append", kept);
    isEnded = bodies.some(({ type }) => type === "end");
    return kept.map(({ entry }) => entry);
  };
  const watch = quotaWatch(quota, state, (event) => void appended([event]));

  const keepCheckpoint = (sealed: Sealed): void => {
    const latest = state.latest()?.size ?? 0;
    if (sealed.size <= latest) throw new Fault("E_JOURNAL_FORK", `a checkpoint of ${latest} is signed already`);
    const { size, root } = writer.head();
    const own = sealed.size === size ? root : reader.rootAt(sealed.size);
    if (!own.equals(sealed.root)) throw new Fault("E_JOURNAL_FORK", `the tree of ${sealed.size} has another root`);
    writer.guarded(() => state.keepNote(sealed));
  };

  return {
    ...reader,
    close,
    lostUpTo: lost,
    keepCheckpoint,
    keepTwin: (sealed) => writer.guarded(() => reader.twins?.keep(sealed)),
    append: (...bodies) => {
      const missing = lost();
      if (missing !== undefined) {
        const detail = `entries ${writer.head().size} to ${missing - 1} are signed but not here`;
        throw new Fault("E_JOURNAL_FORK", detail);
      }
      return watch.around(bodies, () => appended(bodies));
    },
    cosign: (size, lines, pointers) => {
      if (state.at(size) === undefined) throw new RangeError(`no checkpoint of ${size} to cosign`);
      writer.guarded(() => state.cosign(size, lines, pointers));
    },
    recheck: (portion) => {
      for (const part of [leaves, state.db]) part.forget(); // a page in memory may be good, and the one on the disk not
      return recheck(leaves, state, { from: 0, ...writer.head(), portion });
    },
    restore: (entries, note) => {
      const sealed = ownNote(note, reader);
      const fresh = continuation(reader, writer, entries, sealed);
      writer.keep("restore", fresh);
      isEnded ||= fresh.some(({ type }) => type === "end");
      if (sealed.size > (state.latest()?.size ?? 0)) keepCheckpoint(sealed);
      return fresh.length;
    },
  };
}
