import { cpSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openJournal } from "../../../agent/keep/open.ts";
import type { OpenJournal } from "../../../agent/keep/open-journal.ts";
import { seal } from "../../../agent/keep/seal.ts";
import { checkpointText } from "../../../feed/format/checkpoint.ts";
import { appendLines, cosignatureLine, newKeyPem, signerFromPem, signNote } from "../../../feed/format/note.ts";
import { tempDir } from "../../support/temporary.ts";
import { event, events, faultOf, makeJournal, october, openWhole, origin, type TestJournal, tamper } from "./kit.ts";

interface Mirror {
  readonly entries: readonly Buffer[];
  readonly notes: ReadonlyMap<number, Buffer>;
}

/** 21 entries, checkpoints at 11 and 21; what a mirror would hold of it. */
function mirrored(): TestJournal & { readonly mirror: Mirror } {
  const made = makeJournal();
  for (const first of [1, 20]) {
    made.journal.append(...events(10, first));
    seal(made.journal, made.signer);
  }
  const entries = made.journal.read(0, 100).map(({ bytes }) => bytes);
  const notes = new Map(made.journal.checkpoints(0, 10).map(({ size, note }) => [size, note]));
  made.journal.close();
  return { ...made, mirror: { entries, notes } };
}

const open = (dir: string): OpenJournal => {
  const journal = openJournal(dir);
  onTestFinished(() => journal.close());
  return journal;
};
const cutTail = (dir: string, from: number): void => tamper(join(dir, october), `DELETE FROM leaf WHERE i >= ${from}`);
const note = ({ mirror }: { readonly mirror: Mirror }, size: number): Buffer => mirror.notes.get(size) as Buffer;

test("a lost tail opens, refuses to append or seal, and comes back byte for byte", () => {
  const made = mirrored();
  cutTail(made.dir, 8);
  const journal = open(made.dir);
  expect(journal.lostUpTo()).toBe(21);
  expect(faultOf(() => journal.append(event(99)))).toBe("E_JOURNAL_FORK");
  expect(faultOf(() => seal(journal, made.signer))).toBe("E_JOURNAL_FORK");
  expect(journal.restore(made.mirror.entries.slice(5, 11), note(made, 11))).toBe(3);
  expect(journal.lostUpTo()).toBe(21);
  expect(journal.restore(made.mirror.entries.slice(11), note(made, 21))).toBe(10);
  expect(journal.lostUpTo()).toBeUndefined();
  expect(journal.read(0, 100).map(({ bytes }) => bytes)).toEqual(made.mirror.entries);
  journal.append(event(99));
  expect(seal(journal, made.signer)?.size).toBe(22);
  journal.close();
  expect(faultOf(() => openWhole(made.dir).close())).toBeUndefined();
});

test("a journal restored from an old backup takes entries and notes it never knew", () => {
  const { journal: first, dir, signer } = makeJournal();
  first.append(...events(10, 1));
  seal(first, signer);
  first.close();
  const backup = join(tempDir(), "backup");
  cpSync(dir, backup, { recursive: true });
  const later = open(dir);
  later.append(...events(10, 20));
  const sealed = seal(later, signer);
  if (sealed === undefined) throw new Error("no checkpoint");
  const entries = later.read(0, 100).map(({ bytes }) => bytes);

  const journal = open(backup);
  expect(journal.lostUpTo()).toBeUndefined();
  const witness = signerFromPem("w1.example", 4, newKeyPem());
  const text = checkpointText({ origin, size: 21, root: sealed.root });
  const cosigned = appendLines(sealed.note.toString(), [cosignatureLine(text, witness, 1_800_000_000)]);
  expect(journal.restore(entries.slice(11), Buffer.from(cosigned))).toBe(10);
  expect(journal.checkpointAt(21)?.note).toEqual(sealed.note); // our own line alone
  expect(journal.restore(entries, sealed.note)).toBe(0);
  expect(seal(journal, signer)).toBeUndefined();
});

test.each([
  ["entries with a hole", (m: Mirror) => [m.entries.slice(12), 21] as const],
  ["entries that end before the note", (m: Mirror) => [m.entries.slice(8, 15), 21] as const],
  ["entries that the note does not cover", (m: Mirror) => [m.entries.slice(8, 15), 11] as const],
  ["a changed entry", (m: Mirror) => [changed(m.entries.slice(8), 3), 21] as const],
  ["another entry where one is", (m: Mirror) => [changed(m.entries.slice(5), 0), 21] as const],
])("%s change nothing", (_, offer) => {
  const made = mirrored();
  cutTail(made.dir, 8);
  const journal = open(made.dir);
  const [entries, size] = offer(made.mirror);
  expect(faultOf(() => journal.restore(entries, note(made, size)))).toBe("E_JOURNAL_FORK");
  expect(journal.head().size).toBe(8);
  expect(journal.restore(made.mirror.entries.slice(8), note(made, 21))).toBe(13);
});

test("a note of a stranger brings nothing back", () => {
  const made = mirrored();
  const stranger = mirrored();
  cutTail(made.dir, 8);
  const journal = open(made.dir);
  expect(faultOf(() => journal.restore(made.mirror.entries.slice(8), note(stranger, 21)))).toBe("E_JOURNAL_FORK");
  expect(journal.head().size).toBe(8);
});

test("our own note of another tree brings nothing back", () => {
  const made = mirrored();
  cutTail(made.dir, 8);
  tamper(join(made.dir, "state.db"), "DELETE FROM cp WHERE size = 11");
  const journal = open(made.dir);
  const wrong = signNote(checkpointText({ origin, size: 11, root: Buffer.alloc(32, 1) }), made.signer);
  expect(faultOf(() => journal.restore(made.mirror.entries.slice(8, 11), Buffer.from(wrong)))).toBe("E_JOURNAL_FORK");
  const foreign = signNote(`${note(made, 11).toString().split("\n\n")[0]?.replace(origin, "other")}\n`, made.signer);
  expect(faultOf(() => journal.restore(made.mirror.entries.slice(8, 11), Buffer.from(foreign)))).toBe("E_JOURNAL_FORK");
  expect(journal.head().size).toBe(8);
});

function changed(entries: readonly Buffer[], index: number): Buffer[] {
  const swap = (bytes: Buffer) => Buffer.from(bytes.toString().replace("TEST", "TSET"));
  return entries.map((bytes, i) => (i === index ? swap(bytes) : bytes));
}
