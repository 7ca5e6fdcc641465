import { Fault } from "../../feed/format/faults.ts";
import type { Vkey } from "../../feed/format/note.ts";
import { type Frontier, frontierLength } from "../../feed/format/tree.ts";
import { blobOf, type Database } from "./database.ts";

/** A signed checkpoint of the SM3 twin and the whole tree under it. */
export interface TwinSealed {
  readonly tree: Frontier;
  readonly note: Buffer;
}

/** The checkpoints of the twin, at sizes of checkpoints of the log itself. */
export interface TwinNotes {
  /** The SM2 key that entry 0 names. */
  readonly key: Vkey;
  /** The newest of size <= `size`. */
  upTo(size: number): TwinSealed | undefined;
  /** Those with size > `size`, ascending. */
  after(size: number, atMost: number): TwinSealed[];
  keep(sealed: TwinSealed): void;
}

interface Row {
  readonly size: number;
  readonly stack: Buffer;
  readonly note: Buffer;
}

export function twinNotesOn(db: Database, key: Vkey): TwinNotes {
  const upTo = db.prepare<Row>("SELECT size, stack, note FROM twin WHERE size <= ? ORDER BY size DESC LIMIT 1");
  const after = db.prepare<Row>("SELECT size, stack, note FROM twin WHERE size > ? ORDER BY size LIMIT ?");
  const insert = db.prepare("INSERT INTO twin(size, stack, note) VALUES(?, ?, ?)");
  return {
    key,
    upTo: (size) => upTo.all(size).map(sealedOf)[0],
    after: (size, atMost) => after.all(size, atMost).map(sealedOf),
    keep: ({ tree, note }) => db.transaction("seal", () => insert.run(tree.size, Buffer.concat(tree.stack), note)),
  };
}

function sealedOf({ size, stack, note }: Row): TwinSealed {
  const at = `the twin's checkpoint of ${size}`;
  const bytes = blobOf(stack, at);
  const count = frontierLength(size);
  if (bytes.length !== count * 32) throw new Fault("E_JOURNAL_CORRUPT", `${at} has ${bytes.length} bytes of hashes`);
  const hashes = Array.from({ length: count }, (_, i) => bytes.subarray(i * 32, (i + 1) * 32));
  return { tree: { size, stack: hashes }, note: blobOf(note, at) };
}
