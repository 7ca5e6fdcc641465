import { checkpointText } from "../../feed/format/checkpoint.ts";
import { Fault } from "../../feed/format/faults.ts";
import { type Signer, signNote } from "../../feed/format/note.ts";
import { pushSm3, sm3RootOf, twinOrigin } from "../../feed/format/sm/tree.ts";
import { emptyFrontier, type Frontier, leafHash } from "../../feed/format/tree.ts";
import type { JournalReader, OpenJournal } from "./open-journal.ts";
import type { TwinNotes } from "./twin-notes.ts";

const PAGE = 500;

/** Throws Fault E_KEY_BAD where entry 0 does not name this key for the twin. */
export function expectTwinKeyOf({ twins }: Pick<JournalReader, "twins">, { vkey }: Signer): TwinNotes {
  if (twins?.key.text === vkey.text) return twins;
  throw new Fault("E_KEY_BAD", `${vkey.text} is not the key of this journal's twin`);
}

/**
 * Signs the SM3 twin at every size at which the log was signed and the twin was not yet; durable before it returns. The
 * twin is made when it is signed, of the bytes that are kept: who has none pays nothing for it, and a power cut between the
 * two signatures is made good here. Entries of a lost tail wait until they are back. E_JOURNAL_CORRUPT, E_KEY_BAD.
 */
export function sealTwin(journal: OpenJournal, signer: Signer): void {
  const twins = expectTwinKeyOf(journal, signer);
  const here = journal.head().size;
  let tree = twins.upTo(Number.MAX_SAFE_INTEGER)?.tree ?? emptyFrontier;
  for (;;) {
    const page = journal.checkpoints(tree.size, PAGE).filter(({ size }) => size <= here);
    if (page.length === 0) return;
    for (const { size } of page) {
      tree = twinGrown(journal, tree, size);
      const text = checkpointText({ origin: twinOrigin(journal.origin), size, root: sm3RootOf(tree) });
      journal.keepTwin({ tree, note: Buffer.from(signNote(text, signer)) });
    }
  }
}

/** The twin tree at any size that a checkpoint covers. */
export function twinAt(journal: JournalReader, twins: TwinNotes, size: number): Frontier {
  return twinGrown(journal, twins.upTo(size)?.tree ?? emptyFrontier, size);
}

function twinGrown(journal: JournalReader, from: Frontier, to: number): Frontier {
  let tree = from;
  while (tree.size < to) {
    const entries = journal.read(tree.size, Math.min(to, tree.size + PAGE));
    if (entries.length === 0) throw new Fault("E_JOURNAL_CORRUPT", `entry ${tree.size} is missing`);
    for (const { seq, bytes, hash } of entries) {
      // What the log does not vouch for is not signed a second time either.
      if (seq !== tree.size || !leafHash(bytes).equals(hash)) {
        throw new Fault("E_JOURNAL_CORRUPT", `entry ${tree.size} is not what was kept`);
      }
      tree = pushSm3(tree, bytes);
    }
  }
  return tree;
}
