import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readdirSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { Fault } from "../../feed/format/faults.ts";
import { appendLines } from "../../feed/format/note.ts";
import { onDisk, syncFolder } from "./files.ts";
import type { JournalReader } from "./open-journal.ts";
import { readJournal } from "./reader.ts";
import type { Sealed } from "./state.ts";

const PAGE = 500;

export interface ExportOptions {
  /** A C2SP tlog-policy: whose cosignatures count. The log's own key is added. Without one no cosignature is asked for. */
  readonly policy?: string | undefined;
  /** First entry; 0 where it is left out. */
  readonly from?: number | undefined;
  /** One past the last entry; the export ends at the first checkpoint that covers it. By default at the newest. */
  readonly to?: number | undefined;
}

/** What was written: entries [from, to), the checkpoints, and how many of them somebody cosigned. */
export interface Exported {
  readonly from: number;
  readonly to: number;
  readonly root: Buffer;
  readonly checkpoints: number;
  readonly cosigned: number;
}

/**
 * Writes entries and their proof into a new folder that needs nothing of us to be checked: keys.txt (the policy),
 * leaves.jsonl (the exact bytes), checkpoints/SIZE.note (with all cosignatures), open.frontier where it begins after
 * entry 0. Reads beside the running agent. E_EXPORT_EXISTS, E_EXPORT_NOTHING, and what `readJournal` throws.
 */
export function exportBundle(dir: string, outDir: string, options: ExportOptions = {}): Exported {
  const journal = readJournal(dir);
  try {
    const from = options.from ?? 0;
    const last = lastCheckpoint(journal, from, options.to);
    onDisk(outDir, () => {
      if (existsSync(outDir) && readdirSync(outDir).length > 0) {
        throw new Fault("E_EXPORT_EXISTS", `${outDir} is not empty`);
      }
      mkdirSync(join(outDir, "checkpoints"), { recursive: true });
      writeFileSync(join(outDir, "keys.txt"), policyOf(journal, options.policy));
      if (from > 0) writeFileSync(join(outDir, "open.frontier"), frontierLines(journal, from));
      writeLeaves(journal, join(outDir, "leaves.jsonl"), from, last.size);
    });
    const written = onDisk(outDir, () => writeCheckpoints(journal, join(outDir, "checkpoints"), from, last.size));
    onDisk(outDir, () => syncFolder(outDir));
    return { from, to: last.size, root: last.root, ...written };
  } finally {
    journal.close();
  }
}

function lastCheckpoint(journal: JournalReader, from: number, to: number | undefined): Sealed {
  const newest = journal.latestCheckpoint();
  const last = to === undefined ? newest : journal.checkpoints(to - 1, 1)[0];
  if (last === undefined || newest === undefined || last.size > newest.size || last.size <= from) {
    throw new Fault(
      "E_EXPORT_NOTHING",
      `checkpoints cover ${newest?.size ?? 0} entries, asked for ${from} to ${to ?? "the end"}`,
    );
  }
  return last;
}

function policyOf(journal: JournalReader, policy = "quorum none\n"): string {
  const missing = journal.keys.map(({ text }) => `log ${text}`).filter((line) => !policy.split("\n").includes(line));
  return missing.map((line) => `${line}\n`).join("") + policy;
}

const frontierLines = (journal: JournalReader, from: number): string =>
  journal
    .frontierAt(from)
    .stack.map((hash) => `${hash.toString("base64")}\n`)
    .join("");

function writeLeaves(journal: JournalReader, path: string, from: number, to: number): void {
  const file = openSync(path, "wx");
  const end = Buffer.from("\n");
  try {
    // In pages: an open read over a whole month would keep the agent's write-ahead log from being emptied.
    for (let at = from; at < to; at += PAGE) {
      const entries = journal.read(at, Math.min(to, at + PAGE));
      writeSync(file, Buffer.concat(entries.flatMap(({ bytes }) => [bytes, end])));
    }
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function writeCheckpoints(journal: JournalReader, folder: string, from: number, to: number) {
  let checkpoints = 0;
  let cosigned = 0;
  for (let after = from; after < to; ) {
    const page = journal.checkpoints(after, PAGE).filter(({ size }) => size <= to);
    for (const { size, note } of page) {
      const lines = journal.cosignatures(size).map(({ line }) => line);
      writeFileSync(join(folder, `${String(size).padStart(16, "0")}.note`), appendLines(note.toString(), lines));
      checkpoints++;
      if (lines.length > 0) cosigned++;
      after = size;
    }
    if (page.length === 0) break;
  }
  return { checkpoints, cosigned };
}
