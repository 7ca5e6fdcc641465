/** Entries sealed a second, with one signed checkpoint for each 64 of them, against a signature for each entry. */
import { join } from "node:path";
import { createKey, loadSigner } from "../../agent/keep/keys.ts";
import { seal as sealNow } from "../../agent/keep/seal.ts";
import { checkpointText } from "../../feed/format/checkpoint.ts";
import { makeEntry, noPrev } from "../../feed/format/entry.ts";
import { signNote } from "../../feed/format/note.ts";
import { emptyFrontier, leafHash, pushLeaf, rootOf } from "../../feed/format/tree.ts";
import { frames } from "./frames.ts";
import { newJournal } from "./journals.ts";
import type { Bench } from "./result.ts";
import { withFolder } from "./tools.ts";

/** As the agent seals a backlog: `sealRule`. */
const each = 64;
const origin = "bench.example/log/1";
const bodies = frames(6400, 24);
const bytes = bodies.map((body, i) => makeEntry(body, i, noPrev, Buffer.alloc(12)).bytes);

/** Calls `step` with the number of the first of the next 64 entries until the time is over; how many entries a second. */
function rate(seconds: number, step: (from: number) => void): number {
  const during = (ms: number): number => {
    const start = performance.now();
    let count = 0;
    for (; performance.now() < start + ms; count += each) step(count % bodies.length);
    return (count / (performance.now() - start)) * 1000;
  };
  during(300); // the compiler of Node, and the first pages of the files
  return during(seconds * 1000);
}

/** `atOnce` entries a transaction and a checkpoint. */
function kept(folder: string, seconds: number, atOnce: number): number {
  const { journal, signer } = newJournal(folder);
  try {
    return rate(seconds, (from) => {
      for (let at = from; at < from + each; at += atOnce) {
        journal.append(...bodies.slice(at, at + atOnce));
        sealNow(journal, signer);
      }
    });
  } finally {
    journal.close();
  }
}

export const seal: Bench = ({ seconds }, measure) =>
  withFolder(async (folder) => {
    createKey(join(folder, "log.pem"));
    const signer = loadSigner(join(folder, "log.pem"), origin);
    await measure({
      case: "in memory",
      unit: "entries/s",
      bar: 5,
      ours: async () => {
        let tree = emptyFrontier;
        return rate(seconds, (from) => {
          for (const leaf of bytes.slice(from, from + each)) tree = pushLeaf(tree, leafHash(leaf));
          signNote(checkpointText({ origin, size: tree.size, root: rootOf(tree) }), signer);
        });
      },
      other: async () =>
        rate(seconds, (from) => {
          for (const leaf of bytes.slice(from, from + each)) signer.sign(leaf);
        }),
    });
    await measure({
      case: "durable",
      unit: "entries/s",
      bar: 5,
      ours: async () => kept(folder, seconds, each),
      other: async () => kept(folder, seconds, 1),
    });
  });
