import { checkpointText } from "../../feed/format/checkpoint.ts";
import { Fault } from "../../feed/format/faults.ts";
import { appendLines, type Signer, signatureLine, signNote } from "../../feed/format/note.ts";
import { type Millis, seconds } from "../../feed/format/vocabulary.ts";
import type { OpenJournal } from "./open-journal.ts";
import type { Sealed } from "./state.ts";

/** When a checkpoint is due. `within` is at most a minute: it is the time a plant could still change its mind. */
export interface SealRule {
  readonly entries: number;
  readonly within: Millis;
}
export const sealRule: SealRule = { entries: 64, within: seconds(10) };
const LONGEST = seconds(60);
/** What one checkpoint covers must fit into one bundle of 1 MiB (feed/README.md, 6.5); one of 256 KB is asked for (6.6). */
const LARGEST = 256 * 1024;

/** Entries beyond the newest checkpoint, their bytes, and when the first of them was kept (monotonic). */
export interface Uncovered {
  readonly entries: number;
  readonly bytes: number;
  readonly since: Millis;
}

/** Whether a checkpoint is due now: enough entries or bytes wait for one, or the first has waited long enough. */
export function sealDue({ entries, bytes, since }: Uncovered, now: Millis, rule: SealRule = sealRule): boolean {
  if (entries <= 0) return false;
  return entries >= rule.entries || bytes >= LARGEST || now - since >= Math.min(rule.within, LONGEST);
}

/** Throws Fault E_KEY_BAD for a key that is not in force: that entry 0 does not name, or that a rotation replaced. */
export function expectKeyOf({ inForce }: Pick<OpenJournal, "inForce">, { vkey }: Signer): void {
  if (!inForce.some(({ text }) => text === vkey.text)) {
    throw new Fault("E_KEY_BAD", `${vkey.text} is not a key of this journal`);
  }
}

/**
 * Signs the tree of all entries and stores the note, durable before it returns; before that nobody may see it. Undefined
 * where the newest checkpoint covers everything already: there are never two notes of one size. Throws Fault
 * E_JOURNAL_FORK rather than sign what contradicts an earlier note, E_KEY_BAD for a key that is not in force.
 * `beside`: keys that sign the same tree, as the one that was replaced.
 */
export function seal(journal: OpenJournal, signer: Signer, beside: readonly Signer[] = []): Sealed | undefined {
  expectKeyOf(journal, signer);
  const { size, root } = journal.head();
  const latest = journal.latestCheckpoint();
  if (latest !== undefined && latest.size >= size) {
    if (latest.size === size && latest.root.equals(root)) return undefined;
    throw new Fault(
      "E_JOURNAL_FORK",
      `a checkpoint of ${latest.size} is signed; the journal now holds another tree of ${size}`,
    );
  }
  const text = checkpointText({ origin: journal.origin, size, root });
  const lines = beside.map((other) => signatureLine(text, other));
  const sealed: Sealed = { size, root, note: Buffer.from(appendLines(signNote(text, signer), lines)) };
  journal.keepCheckpoint(sealed);
  return sealed;
}
