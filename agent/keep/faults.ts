import type { FaultRow } from "../../feed/format/faults.ts";

/** Everything that can stop the keeping of entries. Exit statuses follow sysexits.h where it has a fitting one. */
export const keepFaults = {
  E_JOURNAL_EXISTS: {
    consequence: "nothing is made; what is there stays as it is",
    hint: "A journal is never overwritten: run the one that is there. A new generation takes a new `site.origin` first: see agent/README.md.",
    exit: 73,
  },
  E_JOURNAL_MISSING: {
    consequence: "nothing is started; a new history is never begun in its place",
    hint: "Check the path. Restore the folder from a backup; without one, a new generation takes a new `site.origin` first: see agent/README.md.",
    exit: 66,
  },
  E_JOURNAL_ORIGIN: {
    consequence: "nothing is started or written; the journal goes on under its own name only",
    hint: "Write the origin of the journal as `site.origin` again. A new generation takes a new `state` folder and `cems-agent init` as well: see agent/README.md.",
    exit: 78,
  },
  E_JOURNAL_CORRUPT: {
    consequence:
      "found at a start: nothing is started or written; found by the daily check: an event entry says where, and keeping goes on; found by an export: nothing is exported",
    hint: "Keep the folder as evidence and check the disk. Restore a backup; the mirror holds what it acknowledged.",
    exit: 65,
  },
  E_LOG_ENDED: {
    consequence: "nothing is added: the log stays as it was closed; `run` sends what the service lacks, and ends",
    hint: "A log that was closed stays closed. The registry authorises a new generation, which `init --after` begins: see agent/README.md.",
    exit: 73,
  },
  E_JOURNAL_HELD: {
    consequence: "nothing is started; the other process goes on",
    hint: "Another agent has this journal open. Stop it first.",
    exit: 75,
  },
  E_JOURNAL_BUSY: {
    consequence: "the write is not done and changed nothing; whatever was acknowledged is kept",
    hint: "Another program has the file open for writing. End it; read an export or a copy instead.",
    exit: 75,
  },
  E_JOURNAL_FULL: {
    consequence:
      "the entries are not kept and the agent stops; all earlier ones are kept, and it goes on after them when it is started with room",
    hint: "Free space on the disk or raise the quota. Entries the mirror does not hold are never removed.",
    exit: 74,
  },
  E_JOURNAL_IO: {
    consequence:
      "after a failed write the journal is closed to writing until it is opened again; whatever was acknowledged is kept; at `init`: nothing is made",
    hint: "Check the disk, the mount options and the owner of the folder.",
    exit: 71,
  },
  E_JOURNAL_FORK: {
    consequence: "nothing is signed: it would contradict a checkpoint that was signed before",
    hint: "The journal is older than what it signed. Fetch the lost entries from the mirror; else a new generation takes a new `site.origin` first: see agent/README.md.",
    exit: 76,
  },
  E_JOURNAL_REFUSED: {
    consequence: "the change is not kept",
    hint: "A rule of the journal was broken by the program itself. Report it with the log.",
    exit: 70,
  },
  E_KEY_EXISTS: {
    consequence: "no key is made; the one that is there stays as it is",
    hint: "A key signs one history and is never overwritten. Restore its journal; else a new generation takes a new `site.origin` first: see agent/README.md.",
    exit: 73,
  },
  E_KEY_MISSING: {
    consequence: "nothing is started",
    hint: "Check the path and restore the key; a journal takes no other. Without a backup, a new generation takes a new `site.origin` first: see agent/README.md.",
    exit: 78,
  },
  E_KEY_MODE: {
    consequence: "nothing is started",
    hint: "Only its owner may read the key: chmod 0400.",
    exit: 77,
  },
  E_KEY_BAD: {
    consequence: "nothing is signed",
    hint: "The file (PKCS #8 PEM) or the token must hold the key that the first entry of the journal names; a token must take the PIN.",
    exit: 78,
  },
  E_EXPORT_EXISTS: {
    consequence: "nothing is written",
    hint: "Name a folder that is empty or not there yet.",
    exit: 73,
  },
  E_EXPORT_FAILED: {
    consequence: "nothing is exported; what was begun is removed; the journal is as it was",
    hint: "Check the folder that --out names: free space, owner and mount options.",
    exit: 73,
  },
  E_EXPORT_NOTHING: {
    consequence: "nothing is written",
    hint: "No checkpoint covers the range yet. Ask for another range, or wait for the next checkpoint.",
    exit: 66,
  },
  E_EXPORT_PRUNED: {
    consequence: "nothing is written",
    hint: "The polls of that time are no longer here. Ask for later entries, or have the service export them: it holds all.",
    exit: 66,
  },
  E_PRUNE_MONTH: {
    consequence: "nothing is removed",
    hint: "Name a month (of UTC) that is over and that the journal has, such as --month 2025-10.",
    exit: 64,
  },
  E_PRUNE_EARLY: {
    consequence: "nothing is removed",
    hint: "Polls may go once the mirror holds them, their months are certified and countersigned, and `retain` months have passed.",
    exit: 75,
  },
} as const satisfies Record<string, FaultRow>;
export type KeepFaultCode = keyof typeof keepFaults;
