import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { encodeCommit, parseCommit } from "../../feed/format/bundle.ts";
import { checkpointText, parseCheckpoint } from "../../feed/format/checkpoint.ts";
import { openNack } from "../../feed/format/control.ts";
import { makeEntry, noPrev, readEntry } from "../../feed/format/entry.ts";
import { verifyExport } from "../../feed/format/export.ts";
import { readExport } from "../../feed/format/export-files.ts";
import type { Result } from "../../feed/format/faults.ts";
import { appendLines, openNote, parseNote } from "../../feed/format/note.ts";
import { formatPolicy, parsePolicy, quorumMet } from "../../feed/format/policy.ts";
import { encodeProof, parseProof } from "../../feed/format/proof.ts";
import {
  consistencyProof,
  frontierAt,
  inclusionProof,
  leafHash,
  rootOf,
  verifyConsistency,
  verifyInclusion,
} from "../../feed/format/tree.ts";
import { verifyCommit } from "../../feed/format/verify.ts";
import { subtreeOf } from "../feed/format/sample-log.ts";
import { root } from "../support/program.ts";

const dir = join(root, "test/vectors");
const bytesOf = (name: string): Buffer => readFileSync(join(dir, name));
const textOf = (name: string): string => bytesOf(name).toString();
const must = <T>(read: Result<T>): T => {
  if (!read.ok) throw new Error(`${read.problem.code} ${read.problem.detail}`);
  return read.value;
};

const entries = Array.from({ length: 8 }, (_, i) => Buffer.from(textOf(`leaves/${i}.json`).trimEnd()));
const hashes = entries.map(leafHash);
const subtree = subtreeOf(hashes);
const rootAt = (size: number): Buffer => rootOf(frontierAt(size, subtree));
const policy = must(parsePolicy(textOf("keys.txt")));
const keys = [...policy.logs, ...policy.witnesses.map((witness) => witness.vkey)];
const origin = policy.logs[0]?.name as string;

describe("the published entries", () => {
  it("have the published leaf hashes", () => {
    const published = [...textOf("leafhashes.txt").matchAll(/^\d sha256 ([0-9a-f]{64})/gm)].map(([, hex]) => hex);
    expect(hashes.map((hash) => hash.toString("hex"))).toEqual(published);
  });

  it("are made again byte for byte from what they say, one chained to the next", () => {
    let prev = noPrev;
    for (const [seq, bytes] of entries.entries()) {
      const { v: _v, seq: _seq, prev: _prev, salt, ...body } = must(readEntry(bytes));
      const made = makeEntry(body, seq, prev, Buffer.from(salt, "base64"));
      expect(made.bytes.toString()).toBe(bytes.toString());
      expect(made.hash.equals(hashes[seq] as Buffer)).toBe(true);
      prev = made.hash;
    }
  });
});

describe("the published checkpoints", () => {
  it.each([
    ["checkpoint-5.note", 5, ["w1.dqs.example.cn"], false],
    ["checkpoint-7.note", 7, ["w1.dqs.example.cn", "m1.dqs.example.cn"], true],
    ["later/checkpoint-8.note", 8, ["w1.dqs.example.cn", "m1.dqs.example.cn"], true],
  ])("%s has the root of our tree, and its signatures verify", (name, size, cosigners, quorate) => {
    const note = must(openNote(bytesOf(name), keys));
    expect(note.text).toBe(checkpointText({ origin, size, root: rootAt(size) }));
    expect(note.signedBy).toEqual(policy.logs);
    expect(note.cosignatures.map(({ vkey }) => vkey.name)).toEqual(cosigners);
    const seen = note.cosignatures.map(({ vkey }) => vkey);
    expect(quorumMet(policy, seen)).toBe(quorate);
  });

  it("carry the times that are published", () => {
    const times = must(openNote(bytesOf("checkpoint-7.note"), keys)).cosignatures.map(({ time }) => time);
    expect(times).toEqual([1_790_812_816, 1_790_812_817]);
  });

  it.each(["checkpoint-5.note", "checkpoint-7.note", "later/checkpoint-8.note", "nack.note", "cert.note"])(
    "%s is put together again byte for byte",
    (name) => {
      const { text, lines } = must(parseNote(bytesOf(name)));
      expect(
        appendLines(
          `${text}\n`,
          lines.map(({ line }) => line),
        ),
      ).toBe(textOf(name));
    },
  );

  it("of SM3 is of another origin, signed by a key that is not known here", () => {
    const note = must(parseNote(bytesOf("checkpoint-7-sm3.note")));
    expect(must(parseCheckpoint(note.text)).origin).toBe(`${origin}/sm3`);
    expect(openNote(bytesOf("checkpoint-7-sm3.note"), keys)).toMatchObject({ problem: { code: "KEY_UNKNOWN" } });
  });
});

describe("the published proofs", () => {
  it.each([
    ["add-checkpoint.txt", 5, 7],
    ["add-checkpoint-7-8.txt", 7, 8],
  ])("%s is the message our tree makes", (name, old, size) => {
    const commit = must(parseCommit(bytesOf(name)));
    expect(commit.old).toBe(old);
    expect(commit.proof).toEqual(consistencyProof(old, size, subtree));
    expect(encodeCommit(commit).toString()).toBe(textOf(name));
    expect(verifyConsistency(old, size, rootAt(old), rootAt(size), commit.proof)).toBe(true);
    const known = { origin, logKeys: policy.logs, witnessed: { size: old, root: rootAt(old) } };
    expect(must(verifyCommit(commit, known)).checkpoint).toEqual({ origin, size, root: rootAt(size) });
  });

  it.each([
    ["frame-3.tlog-proof", 3, 7],
    ["cert.tlog-proof", 7, 8],
  ])("%s is the path our tree gives", (name, index, size) => {
    const proof = must(parseProof(bytesOf(name)));
    expect(proof.index).toBe(index);
    expect(proof.extra?.equals(entries[index] as Buffer)).toBe(true);
    expect(proof.hashes).toEqual(inclusionProof(index, size, subtree));
    expect(encodeProof(proof).toString()).toBe(textOf(name));
    expect(verifyInclusion(hashes[index] as Buffer, index, size, rootAt(size), proof.hashes)).toBe(true);
  });
});

describe("the published policy, nack and directory", () => {
  it("is a policy with a control key", () => {
    expect(policy.witnesses.map(({ label }) => label)).toEqual(["W1", "M1"]);
    expect(policy.quorum).toBe("Q");
    const written = formatPolicy(policy).trimEnd().split("\n");
    expect(written.sort()).toEqual(textOf("keys.txt").trimEnd().split("\n").sort());
  });

  it("is a nack that the control key signed", () => {
    const { control } = policy;
    if (control === undefined) throw new Error("no control key");
    expect(must(openNack(bytesOf("nack.note"), control))).toEqual({
      code: "SEQ_GAP",
      for: origin,
      have: 3,
      want: [[3, 5]],
      nonce: "5f0c9a31",
      t: "2026-10-01T00:00:17Z",
    });
  });

  it("is a bundle directory that we accept", () => {
    const report = verifyExport(must(readExport(dir)));
    expect(report).toMatchObject({ verdict: "VALID", findings: [], first: 0, entries: 7, covered: 7 });
    expect(report.root.toString("base64")).toBe("MucdZ69Y43OsUQ/d1jnUEs2832h3QMdgLRmTZAdvPm4=");
  });
});
