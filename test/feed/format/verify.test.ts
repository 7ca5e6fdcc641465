import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Bundle, encodeBundle, encodeCommit, parseBundle, parseCommit } from "../../../feed/format/bundle.ts";
import { makeEntry, noPrev, type StoredEntry } from "../../../feed/format/entry.ts";
import { cosignatureLine, signNote } from "../../../feed/format/note.ts";
import { leafHash, rootOf } from "../../../feed/format/tree.ts";
import { type Known, verifyBundle, verifyCommit } from "../../../feed/format/verify.ts";
import { control, known, logOf, logSigner, origin, sampleLog, testSigner, witness } from "./sample-log.ts";

const log = sampleLog(60);
const fork = sampleLog(60, "b");
const sizes = fc.tuple(fc.nat(60), fc.nat(60), fc.nat(60)).map((three) => three.sort((a, b) => a - b));

const codeOf = (bundle: Bundle, what: Known): string | undefined => {
  const read = verifyBundle(bundle, what);
  return read.ok ? undefined : read.problem.code;
};
const rehung = (change: (entries: Buffer[]) => void, bundle = log.bundle(7, 7, 12)): Bundle => {
  const entries = [...bundle.entries];
  change(entries);
  return { ...bundle, entries };
};

describe("a bundle verifies", () => {
  it("at every witnessed size, start and end, with the entries it brought", () => {
    fc.assert(
      fc.property(sizes, ([witnessed, from, size]) => {
        fc.pre((from as number) < (size as number));
        const bundle = log.bundle(witnessed as number, from as number, size as number);
        const read = verifyBundle(bundle, known(log, witnessed as number));
        if (!read.ok) throw new Error(`${read.problem.code} ${read.problem.detail}`);
        expect(read.value.checkpoint.size).toBe(size);
        expect(read.value.from).toBe(from);
        expect(rootOf(read.value.frontier).equals(log.root(size as number))).toBe(true);
        expect(read.value.leaves.map((leaf) => leaf.hash)).toEqual(
          log.entries.slice(from, size).map((entry) => entry.hash),
        );
        expect(read.value.leaves.map((leaf) => (leaf.entry as StoredEntry).seq)).toEqual(
          log.entries.slice(from, size).map((entry) => entry.seq),
        );
      }),
    );
  });

  it("below a tree that was committed before, by the proof that it is a part of it", () => {
    fc.assert(
      fc.property(sizes, ([from, size, witnessed]) => {
        fc.pre((from as number) < (size as number));
        const bundle = log.bundle(witnessed as number, from as number, size as number);
        expect(codeOf(bundle, known(log, witnessed as number))).toBeUndefined();
      }),
    );
  });

  it("without hashes, where it starts at the witnessed size and the other side holds the frontier", () => {
    const bare = { ...log.bundle(7, 7, 12), proof: [], frontier: [] };
    expect(codeOf(bare, { ...known(log, 7), frontier: log.frontier(7) })).toBeUndefined();
    expect(codeOf(bare, known(log, 7))).toBe("ROOT_MISMATCH");
    expect(codeOf(bare, { ...known(log, 7), frontier: log.frontier(6) })).toBe("ROOT_MISMATCH");
  });

  it("when its acknowledgement was still on the way: the old size is one witnessed earlier", () => {
    const late = { ...known(log, 20), rootAt: (size: number) => (size === 10 ? log.root(10) : undefined) };
    expect(codeOf(log.bundle(10, 20, 30), late)).toBeUndefined();
    expect(codeOf(log.bundle(10, 15, 30), late)).toBeUndefined();
    expect(codeOf(log.bundle(10, 22, 30), late)).toBe("CP_CONFLICT");
    expect(codeOf(log.bundle(9, 20, 30), late)).toBe("CP_CONFLICT");
  });

  it("when it comes a second time", () => {
    expect(codeOf(log.bundle(7, 7, 12), known(log, 12))).toBeUndefined();
    const later = { ...known(log, 30), rootAt: (size: number) => (size === 12 ? log.root(12) : undefined) };
    expect(codeOf(log.bundle(7, 7, 12), later)).toBeUndefined();
  });
});

describe("a bundle is refused", () => {
  it("with any single byte changed", () => {
    const now = known(log, 5);
    const payload = encodeBundle(log.bundle(5, 7, 11));
    for (let at = 0; at < payload.length; at++) {
      for (const bit of [1, 0x20, 0x80]) {
        const changed = Buffer.from(payload);
        changed[at] = (changed[at] as number) ^ bit;
        const parsed = parseBundle(changed);
        expect(parsed.ok && verifyBundle(parsed.value, now).ok, `byte ${at} ^ ${bit}`).toBe(false);
      }
    }
  });

  it.each([
    ["an entry changed", rehung((entries) => entries.splice(1, 1, Buffer.from("{}")))],
    ["an entry left out", rehung((entries) => entries.splice(1, 1))],
    ["two entries exchanged", rehung((entries) => entries.push(entries.shift() as Buffer))],
    ["an entry of another log", rehung((entries) => entries.splice(1, 1, fork.entries[8]?.bytes as Buffer))],
    ["another frontier", { ...log.bundle(7, 7, 12), frontier: log.frontier(3).stack }],
    ["another frontier of its length", { ...log.bundle(7, 7, 12), frontier: fork.frontier(7).stack }],
    ["the checkpoint of another size", { ...log.bundle(7, 7, 12), note: log.note(13) }],
  ])("with ROOT_MISMATCH for %s", (_what, bundle) => {
    expect(codeOf(bundle, known(log, 7))).toBe("ROOT_MISMATCH");
  });

  it("with CP_FORK for another root of a size already witnessed", () => {
    expect(codeOf(fork.bundle(7, 7, 12), known(log, 12))).toBe("CP_FORK");
    const later = { ...known(log, 30), rootAt: (size: number) => (size === 12 ? log.root(12) : undefined) };
    expect(codeOf(fork.bundle(7, 7, 12), later)).toBe("CP_FORK");
  });

  it("with CP_INCONSISTENT for a tree that does not extend the witnessed one", () => {
    expect(codeOf(fork.bundle(7, 7, 12), known(log, 7))).toBe("CP_INCONSISTENT");
    expect(codeOf(fork.bundle(7, 10, 12), known(log, 7))).toBe("CP_INCONSISTENT");
    expect(codeOf({ ...fork.bundle(7, 7, 12), proof: [] }, known(log, 7))).toBe("CP_INCONSISTENT");
    expect(codeOf(fork.bundle(0, 0, 12), known(log, 7))).toBe("CP_INCONSISTENT");
    expect(codeOf(fork.bundle(20, 7, 12), known(log, 20))).toBe("CP_INCONSISTENT");
  });

  it("with CP_ROLLBACK for a smaller tree that is not shown to be a part of the witnessed one", () => {
    expect(codeOf(log.bundle(7, 7, 12), known(log, 20))).toBe("CP_ROLLBACK");
    expect(codeOf(fork.bundle(0, 0, 12), known(log, 20))).toBe("CP_ROLLBACK");
  });

  it("with CP_CONFLICT for an old size nobody here witnessed", () => {
    expect(codeOf(log.bundle(5, 7, 12), known(log, 0))).toBe("CP_CONFLICT");
    expect(codeOf(log.bundle(5, 8, 12), known(log, 7))).toBe("CP_CONFLICT");
    expect(codeOf(log.bundle(30, 7, 12), known(log, 20))).toBe("CP_CONFLICT");
  });

  it("with CP_ORIGIN, KEY_UNKNOWN, SIG_BAD, CP_SYNTAX for its note", () => {
    const bundle = log.bundle(0, 0, 12);
    const now = known(log, 0);
    const text = log.text(12);
    const noted = (note: string) => codeOf({ ...bundle, note: Buffer.from(note) }, now);
    expect(codeOf(bundle, { ...now, origin: `${origin}x` })).toBe("CP_ORIGIN");
    expect(noted(signNote(text, control))).toBe("KEY_UNKNOWN");
    expect(noted(`${text}\n${cosignatureLine(text, witness, 1)}\n`)).toBe("KEY_UNKNOWN");
    expect(noted(signNote(text, { ...testSigner("x", 1), vkey: logSigner.vkey }))).toBe("SIG_BAD");
    expect(noted(signNote(`${text}\n`, logSigner))).toBe("CP_SYNTAX");
    expect(noted(text)).toBe("CP_SYNTAX");
  });

  it.each([
    ["REC_NONCANON", (body: string) => body.replace(",", ", ")],
    ["REC_SCHEMA", (body: string) => body.replace('"type":"event"', '"type":"evont"')],
    ["SEQ_ORDER", (body: string) => body.replace('"seq":9', '"seq":8')],
    ["PREV_MISMATCH", (body: string) => body.replace(/"prev":"[^"]*"/, `"prev":"${noPrev.toString("base64")}"`)],
  ])("with %s for an entry that its own log signed so", (code, change) => {
    const entries = [...log.entries.slice(0, 12)];
    const old = entries[9] as (typeof entries)[0];
    const bytes = Buffer.from(change(old.bytes.toString()));
    expect(bytes.equals(old.bytes)).toBe(false);

    entries[9] = { seq: 9, bytes, hash: leafHash(bytes) };
    const bad = logOf(entries.slice(0, 10));
    expect(codeOf(bad.bundle(0, 0, 10), known(log, 0))).toBe(code);
    expect(codeOf(bad.bundle(0, 9, 10), known(log, 0))).toBe(code);
  });

  it("with PREV_MISMATCH for a first entry that does not follow the frontier's last leaf", () => {
    const stranger = makeEntry(
      { type: "event", t: "2026-10-01T00:00:00.000Z", code: "x", detail: "" },
      7,
      noPrev,
      noPrev.subarray(0, 12),
    );
    const bad = logOf([...log.entries.slice(0, 7), stranger]);
    expect(codeOf(bad.bundle(7, 7, 8), known(log, 7))).toBe("PREV_MISMATCH");
  });
});

describe("a commit", () => {
  it("verifies between every two sizes", () => {
    fc.assert(
      fc.property(sizes, ([, old, size]) => {
        const payload = encodeCommit(log.commit(old as number, size as number));
        const parsed = parseCommit(payload);
        const read = parsed.ok ? verifyCommit(parsed.value, known(log, old as number)) : parsed;
        expect(read).toMatchObject({ ok: true, value: { checkpoint: { size } } });
      }),
    );
  });

  it("is refused with any single byte changed", () => {
    const payload = encodeCommit(log.commit(7, 12));
    for (let at = 0; at < payload.length; at++) {
      const changed = Buffer.from(payload);
      changed[at] = (changed[at] as number) ^ 1;
      const parsed = parseCommit(changed);
      expect(parsed.ok && verifyCommit(parsed.value, known(log, 7)).ok, `byte ${at}`).toBe(false);
    }
  });

  it.each([
    ["CP_CONFLICT", log.commit(5, 12), 7],
    ["CP_CONFLICT", log.commit(0, 12), 7],
    ["CP_CONFLICT", log.commit(5, 12), 0],
    ["CP_ROLLBACK", log.commit(5, 12), 20],
    ["CP_FORK", fork.commit(5, 12), 12],
    ["CP_INCONSISTENT", fork.commit(7, 12), 7],
    ["CP_INCONSISTENT", { ...log.commit(7, 12), proof: [] }, 7],
    [undefined, log.commit(5, 12), 12],
  ])("gives %s", (code, commit, witnessed) => {
    const read = verifyCommit(commit, known(log, witnessed));
    expect(read.ok ? undefined : read.problem.code).toBe(code);
  });

  it("is nothing new where that smaller tree was witnessed, and a fork where another one was", () => {
    const witnessedAt = (root: Buffer) => ({ ...known(log, 20), rootAt: () => root });
    expect(verifyCommit(log.commit(5, 12), witnessedAt(log.root(12)))).toMatchObject({ ok: true });
    const other = verifyCommit(log.commit(5, 12), witnessedAt(log.root(11)));
    expect(other).toMatchObject({ problem: { code: "CP_FORK" } });
  });
});
