import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { type Bundle, encodeBundle, encodeCommit } from "../../../feed/format/bundle.ts";
import { checkpointText } from "../../../feed/format/checkpoint.ts";
import { type Entry, type EntryBody, makeEntry, noPrev } from "../../../feed/format/entry.ts";
import { newKeyPem, type Signer, signerFromPem, signNote } from "../../../feed/format/note.ts";
import {
  consistencyProof,
  emptyFrontier,
  frontierAt,
  nodeHash,
  pushLeaf,
  rootOf,
  type Subtree,
} from "../../../feed/format/tree.ts";

/** A log in memory that can be made to lie: every part of a message can be changed before it is signed. */
export interface TestLog {
  readonly signer: Signer;
  readonly entries: Entry[];
  add(count: number): void;
  addBody(body: EntryBody): void;
  root(size: number): Buffer;
  note(size: number, changed?: { readonly origin?: string; readonly root?: Buffer; readonly signer?: Signer }): Buffer;
  commit(old: number, size: number): Buffer;
  /** Entries [from, to) under the tree of `to`; `old` defaults to `from`. */
  bundle(from: number, to: number, changed?: Partial<Bundle>): Buffer;
}

export const origin = "test.example.cn/log/p-s-g1/1";

export function testLog(signer: Signer = signerFromPem(origin, 1, newKeyPem()), seed = ""): TestLog {
  const entries: Entry[] = [];
  const salt = (seq: number): Buffer => createHash("sha256").update(`${seed}${seq}`).digest().subarray(0, 12);
  const subtree: Subtree = (level, index) =>
    level === 0
      ? (entries[index]?.hash ?? Buffer.alloc(32))
      : nodeHash(subtree(level - 1, index * 2), subtree(level - 1, index * 2 + 1));
  const log: TestLog = {
    signer,
    entries,
    addBody: (body) => {
      const seq = entries.length;
      entries.push(makeEntry(body, seq, entries.at(-1)?.hash ?? noPrev, salt(seq)));
    },
    add: (count) => {
      for (let i = 0; i < count; i++) log.addBody(frame(entries.length));
    },
    root: (size) => rootOf(entries.slice(0, size).reduce((f, { hash }) => pushLeaf(f, hash), emptyFrontier)),
    note: (size, { origin: name = signer.vkey.name, root = log.root(size), signer: by = signer } = {}) =>
      Buffer.from(signNote(checkpointText({ origin: name, size, root }), by)),
    commit: (old, size) => encodeCommit({ old, proof: consistencyProof(old, size, subtree), note: log.note(size) }),
    bundle: (from, to, changed = {}) => {
      const old = changed.old ?? from;
      const proof = consistencyProof(Math.min(old, to), Math.max(old, to), subtree);
      const exact = entries.slice(from, to).map(({ bytes }) => bytes);
      const { stack } = frontierAt(from, subtree);
      return encodeBundle({ old, proof, from, frontier: stack, entries: exact, note: log.note(to), ...changed });
    },
  };
  return log;
}

/** A poll with two readings that tell their own number. */
export const frame = (n: number): EntryBody => ({
  type: "frame",
  t: new Date(Date.UTC(2026, 0, 1) + n * 1000).toISOString(),
  boot: "9f3c1a2e",
  mono: n * 1000,
  clk: ["none", -1],
  cfg: 0,
  raw: [""],
  data: { "cems.so2": [`${n}.0`, "N"], "cems.nox": [null, "B", "E_BUS_TIMEOUT"] },
});

export const config: EntryBody = {
  type: "config",
  t: "2026-01-01T00:00:00.000Z",
  points: {
    "cems.so2": ["mg/m3", "1:4:03e8:float32:ABCD", "1", 1],
    "cems.nox": ["mg/m3", "1:4:03ea:float32:ABCD", "1", 1],
  },
  sha256: Buffer.alloc(32).toString("base64"),
  by: "test",
};

export const zipped = (payload: Buffer): Buffer => gzipSync(payload);
