import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { appendLines, cosignatureLine } from "../../feed/format/note.ts";
import { formatPolicy, type Policy } from "../../feed/format/policy.ts";
import { encodeProof } from "../../feed/format/proof.ts";
import { inclusionProof } from "../../feed/format/tree.ts";
import { logSigner, mirror, type SampleLog, witness } from "../feed/format/sample-log.ts";

/** A bundle directory, file by file: its path inside the directory and its bytes. */
export type Files = ReadonlyMap<string, Buffer>;

const policy: Policy = {
  logs: [logSigner.vkey],
  witnesses: [
    { label: "W1", vkey: witness.vkey },
    { label: "M1", vkey: mirror.vkey },
  ],
  groups: [{ label: "Q", threshold: "all", members: ["W1", "M1"] }],
  quorum: "Q",
};

export function cosignedNote(log: SampleLog, size: number): Buffer {
  const time = Date.UTC(2026, 9, 1) / 1000 + size * 5;
  const lines = [cosignatureLine(log.text(size), witness, time), cosignatureLine(log.text(size), mirror, time + 1)];
  return Buffer.from(appendLines(log.note(size).toString(), lines));
}

/** Entries [from, to) of a log with a cosigned checkpoint at each of `sizes`, and the last size's proof of one entry. */
export function exportFiles(log: SampleLog, from: number, to: number, sizes: readonly number[]): Files {
  const files = new Map<string, Buffer>();
  files.set("keys.txt", Buffer.from(formatPolicy(policy)));
  const lines = log.entries.slice(from, to).map((entry) => `${entry.bytes.toString()}\n`);
  files.set("leaves.jsonl", Buffer.from(lines.join("")));
  if (from > 0) {
    const hashes = log.frontier(from).stack.map((hash) => `${hash.toString("base64")}\n`);
    files.set("open.frontier", Buffer.from(`${from}\n${hashes.join("")}`));
  }
  for (const size of sizes) files.set(`checkpoints/${size}.note`, cosignedNote(log, size));
  const last = sizes.at(-1);
  if (last !== undefined) {
    const index = last - 2;
    const hashes = inclusionProof(index, last, log.subtree);
    files.set("entry.tlog-proof", encodeProof({ index, hashes, note: cosignedNote(log, last) }));
  }
  return files;
}

export function writeFiles(dir: string, files: Files): string {
  mkdirSync(join(dir, "checkpoints"), { recursive: true });
  for (const [name, bytes] of files) writeFileSync(join(dir, name), bytes);
  return dir;
}
