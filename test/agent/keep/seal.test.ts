import { expect, test } from "vitest";
import { openJournal } from "../../../agent/keep/open.ts";
import { seal, sealDue, sealRule } from "../../../agent/keep/seal.ts";
import { checkpointText } from "../../../feed/format/checkpoint.ts";
import { openNote } from "../../../feed/format/note.ts";
import { millis, seconds } from "../../../feed/format/vocabulary.ts";
import { event, events, faultOf, makeJournal, newSigner, origin } from "./kit.ts";

const at = (ms: number) => millis(ms);

test("a checkpoint is due after 64 entries, 256 KB or 10 seconds, and never later than a minute", () => {
  expect(sealDue({ bytes: 0, entries: 0, since: at(0) }, at(1e9))).toBe(false);
  expect(sealDue({ bytes: 0, entries: 1, since: at(0) }, at(9_999))).toBe(false);
  expect(sealDue({ bytes: 0, entries: 1, since: at(0) }, at(10_000))).toBe(true);
  expect(sealDue({ bytes: 0, entries: 63, since: at(0) }, at(0))).toBe(false);
  expect(sealDue({ bytes: 0, entries: 64, since: at(0) }, at(0))).toBe(true);
  expect(sealDue({ bytes: 262_143, entries: 1, since: at(0) }, at(0))).toBe(false);
  expect(sealDue({ bytes: 262_144, entries: 1, since: at(0) }, at(0))).toBe(true);
  const lazy = { ...sealRule, within: seconds(3600) };
  expect(sealDue({ bytes: 0, entries: 1, since: at(0) }, at(59_999), lazy)).toBe(false);
  expect(sealDue({ bytes: 0, entries: 1, since: at(0) }, at(60_000), lazy)).toBe(true);
});

test("the note is a signed checkpoint of all entries, and it is stored", () => {
  const { journal, signer, dir } = makeJournal();
  journal.append(...events(5));
  const sealed = seal(journal, signer);
  const opened = openNote(sealed?.note ?? Buffer.alloc(0), [signer.vkey]);
  expect(opened).toMatchObject({ ok: true, value: { text: checkpointText({ origin, ...journal.head() }) } });
  journal.close();
  const again = openJournal(dir);
  expect(again.latestCheckpoint()).toEqual(sealed);
  expect(again.checkpointAt(6)).toEqual(sealed);
  again.close();
});

test("one size never gets two notes", () => {
  const { journal, signer } = makeJournal();
  expect(seal(journal, signer)?.size).toBe(1);
  expect(seal(journal, signer)).toBeUndefined();
  journal.append(event(1));
  expect(seal(journal, signer)?.size).toBe(2);
  expect(journal.checkpoints(0, 10).map(({ size }) => size)).toEqual([1, 2]);
  journal.close();
});

test("a checkpoint of another tree, or not above the newest, is not kept", () => {
  const { journal, signer } = makeJournal();
  journal.append(...events(3));
  const sealed = seal(journal, signer);
  if (sealed === undefined) throw new Error("no checkpoint");
  expect(faultOf(() => journal.keepCheckpoint(sealed))).toBe("E_JOURNAL_FORK");
  expect(faultOf(() => journal.keepCheckpoint({ ...sealed, size: 2 }))).toBe("E_JOURNAL_FORK");
  journal.append(event(9));
  expect(faultOf(() => journal.keepCheckpoint({ ...sealed, size: 5 }))).toBe("E_JOURNAL_FORK");
  expect(seal(journal, signer)?.size).toBe(5);
  journal.close();
});

test("a key that entry 0 does not name signs nothing", () => {
  const { journal } = makeJournal();
  expect(faultOf(() => seal(journal, newSigner()))).toBe("E_KEY_BAD");
  expect(journal.latestCheckpoint()).toBeUndefined();
  journal.close();
});

test("cosignatures are kept once and pointers only move forward", () => {
  const { journal, signer, dir } = makeJournal();
  for (let i = 0; i < 3; i++) {
    journal.append(event(i));
    seal(journal, signer);
  }
  const line = (time: number, name = "w1.example") => ({ name, time, line: `\u2014 ${name} ${time}` });
  journal.cosign(3, [line(100), line(101, "m1.example")], { witnessed: 3, mirrored: 3 });
  journal.cosign(3, [line(200)], {});
  journal.cosign(2, [line(90)], { witnessed: 2, mirrored: 2 });
  expect(() => journal.cosign(99, [], { witnessed: 99 })).toThrow(RangeError);
  expect([journal.witnessed(), journal.mirrored()]).toEqual([3, 3]);
  journal.close();
  const again = openJournal(dir);
  expect([again.witnessed(), again.mirrored()]).toEqual([3, 3]);
  expect(again.cosignatures(3)).toEqual([line(100), line(101, "m1.example")]);
  expect(again.cosignatures(2)).toEqual([line(90)]);
  expect(again.cosignatures(1)).toEqual([]);
  again.close();
});
