import type { OpenJournal } from "../keep/open-journal.ts";

/** What sending needs of the journal: to read what is sealed, and to note what the other side has signed. */
export type Shelf = Pick<
  OpenJournal,
  | "origin"
  | "keys"
  | "head"
  | "read"
  | "rootAt"
  | "subtree"
  | "frontierAt"
  | "latestCheckpoint"
  | "checkpointAt"
  | "checkpoints"
  | "cosignatures"
  | "cosign"
  | "witnessed"
  | "mirrored"
  | "restore"
>;
