import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Entry } from "../../feed/format/entry.ts";
import { isLocked, openReadOnly } from "./database.ts";
import { LOCK, STATE } from "./files.ts";
import { openLeaves } from "./leaves.ts";
import { expectJournal } from "./reader.ts";
import { stateOn } from "./state.ts";

/** What a process beside the agent sees of its journal: every committed entry, sealed or not yet. It writes nothing. */
export interface Following {
  /** Whether something was committed since it was asked last. Costs a look at shared memory, and holds nobody up. */
  changed(): boolean;
  /** One past the newest entry. */
  end(): number;
  /** Entries [from, to), exact bytes; fewer if the journal ends before. */
  read(from: number, to: number): readonly Entry[];
  close(): void;
}

/** Whether an agent has this journal open. */
export const isHeld = (dir: string): boolean => isLocked(join(dir, LOCK));

/** Whether a journal was begun here. */
export const isBegun = (dir: string): boolean => existsSync(join(dir, STATE));

interface Version {
  readonly data_version: number;
}

/** E_JOURNAL_MISSING, E_JOURNAL_CORRUPT, E_JOURNAL_IO. */
export function followJournal(dir: string): Following {
  expectJournal(dir);
  const state = stateOn(openReadOnly(join(dir, STATE)));
  try {
    const stateVersion = state.db.prepare<Version>("PRAGMA data_version");
    let leaves = openLeaves(dir, state, "read-only");
    const versionOf = () => leaves.newest().db.prepare<Version>("PRAGMA data_version");
    let newestVersion = versionOf();
    const versions = (): string => `${stateVersion.get()?.data_version} ${newestVersion.get()?.data_version}`;
    let seen = versions();
    return {
      changed: () => {
        const now = versions();
        if (now === seen) return false;
        seen = now;
        // A month that began since is a file of its own.
        if (state.parts().at(-1)?.name === leaves.newest().name) return true;
        const next = openLeaves(dir, state, "read-only");
        leaves.close();
        leaves = next;
        newestVersion = versionOf();
        seen = versions();
        return true;
      },
      end: () => leaves.end(),
      read: (from, to) => leaves.read(from, to),
      close: () => {
        leaves.close();
        state.db.close();
      },
    };
  } catch (error) {
    state.db.close();
    throw error;
  }
}
