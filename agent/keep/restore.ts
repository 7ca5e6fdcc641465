import { parseCheckpoint } from "../../feed/format/checkpoint.ts";
import { type Entry, readEntry } from "../../feed/format/entry.ts";
import { Fault } from "../../feed/format/faults.ts";
import { appendLines, openNote, parseNote } from "../../feed/format/note.ts";
import { leafHash, pushLeaf, rootOf } from "../../feed/format/tree.ts";
import type { Kept } from "./month.ts";
import type { JournalReader } from "./open-journal.ts";
import type { Sealed } from "./state.ts";
import type { Writer } from "./writer.ts";

const fork = (detail: string): Fault => new Fault("E_JOURNAL_FORK", detail);

/** Our own note as it came back: signed by a key of this log. Lines of others are left out; they come with receipts. */
export function ownNote(note: Buffer, journal: Pick<JournalReader, "origin" | "keys">): Sealed {
  const opened = openNote(note, journal.keys);
  if (!opened.ok) throw fork(`the note is not ours: ${opened.problem.code} ${opened.problem.detail}`);
  const read = parseCheckpoint(opened.value.text);
  if (!read.ok || read.value.origin !== journal.origin) throw fork("the note is no checkpoint of this journal");
  const { size, root } = read.value;
  const parsed = parseNote(note);
  const own = (parsed.ok ? parsed.value.lines : []).filter(({ id, name }) =>
    opened.value.signedBy.some((key) => key.name === name && key.id.equals(id)),
  );
  const lines = own.map(({ line }) => line);
  return { size, root, note: Buffer.from(appendLines(`${opened.value.text}\n`, lines)) };
}

/**
 * Which of the entries are new here. They must follow the journal's newest without gaps; those that are here already must
 * be the same bytes; together they must give the root of the note, which is our own word that they are the right ones, and
 * of every note stored here for a size on the way. Throws Fault E_JOURNAL_FORK otherwise.
 */
export function continuation(
  journal: JournalReader,
  writer: Writer,
  entries: readonly Buffer[],
  sealed: Sealed,
): readonly Kept[] {
  const fresh: Kept[] = [];
  let frontier = writer.frontier();
  for (const bytes of entries) {
    const read = readEntry(bytes);
    if (!read.ok) throw fork(`${read.problem.code} ${read.problem.detail}`);
    const { seq, type, t } = read.value;
    if (seq < writer.head().size) {
      if (!journal.read(seq, seq + 1)[0]?.bytes.equals(bytes)) throw fork(`entry ${seq} is another one here`);
      continue;
    }
    if (seq !== frontier.size) throw fork(`entry ${seq} came where ${frontier.size} was due`);
    const entry: Entry = { seq, bytes, hash: leafHash(bytes) };
    fresh.push({ entry, type, t });
    frontier = pushLeaf(frontier, entry.hash);
    const signed = journal.checkpointAt(frontier.size);
    if (signed !== undefined && !rootOf(frontier).equals(signed.root))
      throw fork(`we signed another tree of ${frontier.size}`);
  }
  if (sealed.size > frontier.size) throw fork(`the note is of ${sealed.size}, the entries end at ${frontier.size}`);
  if (sealed.size < frontier.size && fresh.length > 0) throw fork("entries came that the note does not cover");
  const root = fresh.length > 0 ? rootOf(frontier) : journal.rootAt(sealed.size);
  if (!root.equals(sealed.root)) throw fork(`the note of ${sealed.size} is of another tree`);
  return fresh;
}
