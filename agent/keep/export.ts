import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeFolders } from "../../feed/files/folders.ts";
import { syncFolder } from "../../feed/files/whole-file.ts";
import type { Entry } from "../../feed/format/entry.ts";
import { Fault } from "../../feed/format/faults.ts";
import { appendLines } from "../../feed/format/note.ts";
import type { Frontier } from "../../feed/format/tree.ts";
import type { JournalReader } from "./open-journal.ts";
import { provenPages } from "./proven-pages.ts";
import { prunedRanges } from "./pruned.ts";
import { readJournal } from "./reader.ts";
import type { Sealed } from "./state.ts";
import { twinAt } from "./twin.ts";
import type { TwinNotes } from "./twin-notes.ts";

const PAGE = 500;
const NAMES = {
  checkpoints: "checkpoints",
  keys: "keys.txt",
  frontier: "open.frontier",
  twinFrontier: "open-sm3.frontier",
  leaves: "leaves.jsonl",
};

export interface ExportOptions {
  /** A C2SP tlog-policy: whose cosignatures count. The log's own key is added. Without one no cosignature is asked for. */
  readonly policy?: string | undefined;
  /** First entry; 0 where it is left out. */
  readonly from?: number | undefined;
  /** One past the last entry; the export ends at the first checkpoint that covers it. By default at the newest. */
  readonly to?: number | undefined;
  /** Sizes of the checkpoints that are wanted besides the last; all where it is left out. */
  readonly wanted?: ((journal: JournalReader) => ReadonlySet<number>) | undefined;
  /** Is given each entry as it is written; its bytes are those of the journal, which are proven page by page. */
  readonly take?: ((entry: Entry) => void) | undefined;
  /** Is told how many bytes leaves.jsonl has by now. */
  readonly written?: ((path: string, length: number) => void) | undefined;
  /** Writes what belongs to the folder besides, before it is flushed. */
  readonly more?: ((folder: string, journal: JournalReader) => void) | undefined;
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
 * entry 0; of a twin checkpoints/SIZE-sm3.note and open-sm3.frontier. Reads beside the running agent. What a failure
 * leaves half made is removed again, and so is an export of entries that are not those that were signed. E_EXPORT_EXISTS,
 * E_EXPORT_NOTHING, E_EXPORT_PRUNED, E_EXPORT_FAILED, E_JOURNAL_CORRUPT, and what `readJournal` throws.
 */
export function exportBundle(dir: string, outDir: string, options: ExportOptions = {}): Exported {
  const journal = readJournal(dir);
  try {
    const from = options.from ?? 0;
    const { twins } = journal;
    const last = lastCheckpoint(journal, from, options.to);
    expectNotPruned(journal, from, last.size);
    const written = inNewFolder(outDir, () => {
      mkdirSync(join(outDir, NAMES.checkpoints));
      writeFileSync(join(outDir, NAMES.keys), policyOf(journal, options.policy));
      if (from > 0) writeFileSync(join(outDir, NAMES.frontier), frontierLines(journal.frontierAt(from)));
      if (from > 0 && twins !== undefined) {
        writeFileSync(join(outDir, NAMES.twinFrontier), frontierLines(twinAt(journal, twins, from)));
      }
      const only = options.wanted && new Set([...options.wanted(journal), last.size]);
      writeLeaves(journal, join(outDir, NAMES.leaves), { ...options, from, to: last.size, only });
      const wanted = only ? someOf(journal, only) : allOf(journal, from, last.size);
      const written = writeCheckpoints(journal, join(outDir, NAMES.checkpoints), wanted);
      if (twins !== undefined) writeTwins(twins, join(outDir, NAMES.checkpoints), { from, to: last.size, only });
      options.more?.(outDir, journal);
      syncFolder(outDir);
      return written;
    });
    return { from, to: last.size, root: last.root, ...written };
  } finally {
    journal.close();
  }
}

/** E_EXPORT_PRUNED where polls of [from, to) are no longer here. */
export function expectNotPruned(journal: JournalReader, from: number, to: number): void {
  const [range] = prunedRanges(journal).filter(([first, end]) => first < to && from < end);
  if (range) throw new Fault("E_EXPORT_PRUNED", `entries ${range[0]} to ${range[1] - 1} were pruned`);
}

/** Fills a folder that is empty or not there yet; if that fails, it is so again. E_EXPORT_EXISTS, E_EXPORT_FAILED. */
function inNewFolder<T>(path: string, fill: () => T): T {
  return translated(path, () => {
    if (existsSync(path) && readdirSync(path).length > 0) {
      throw new Fault("E_EXPORT_EXISTS", `${path} is not empty`);
    }
    const made = makeFolders(path);
    try {
      return fill();
    } catch (error) {
      const topmost = made.at(-1);
      const ours = topmost === undefined ? readdirSync(path).map((name) => join(path, name)) : [topmost];
      for (const one of ours) rmSync(one, { recursive: true, force: true });
      throw error;
    }
  });
}

/** Errors of the file system become E_EXPORT_FAILED: it is not the journal that failed. */
function translated<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const code = error instanceof Error && !(error instanceof Fault) && "code" in error ? error.code : undefined;
    if (typeof code !== "string") throw error;
    throw new Fault("E_EXPORT_FAILED", `${path}: ${code}`, { cause: error });
  }
}

function lastCheckpoint(journal: JournalReader, from: number, to: number | undefined): Sealed {
  const newest = newestCheckpoint(journal);
  const last = to === undefined ? newest : journal.checkpoints(to - 1, 1)[0];
  const isEmpty = to !== undefined && to <= from; // though the checkpoint that covers its end may cover more
  if (isEmpty || last === undefined || newest === undefined || last.size > newest.size || last.size <= from) {
    throw new Fault(
      "E_EXPORT_NOTHING",
      `checkpoints cover ${newest?.size ?? 0} entries, asked for ${from} to ${to ?? "the end"}`,
    );
  }
  return last;
}

/** Where the power went before the twin was signed too, what it does not cover yet is no export of this suite. */
function newestCheckpoint(journal: JournalReader): Sealed | undefined {
  const newest = journal.latestCheckpoint();
  if (journal.twins === undefined || newest === undefined) return newest;
  return journal.checkpointAt(journal.twins.upTo(newest.size)?.tree.size ?? 0);
}

function policyOf(journal: JournalReader, policy = "quorum none\n"): string {
  const own = journal.keys.map(({ text }) => `log ${text}`);
  if (journal.twins !== undefined) own.push(`# twin ${journal.twins.key.text}`);
  const missing = own.filter((line) => !policy.split("\n").includes(line));
  return missing.map((line) => `${line}\n`).join("") + policy;
}

const frontierLines = ({ stack }: Frontier): string => stack.map((hash) => `${hash.toString("base64")}\n`).join("");

const noteName = (size: number, twin = ""): string => `${String(size).padStart(16, "0")}${twin}.note`;

function writeTwins(twins: TwinNotes, folder: string, { from, to, only }: Pick<Leaves, "from" | "to" | "only">): void {
  for (let after = from; after < to; ) {
    const page = twins.after(after, PAGE).filter(({ tree }) => tree.size <= to);
    if (page.length === 0) return;
    for (const { tree, note } of page) {
      after = tree.size;
      if (only?.has(tree.size) ?? true) writeFileSync(join(folder, noteName(tree.size, "-sm3")), note);
    }
  }
}

interface Leaves extends Pick<ExportOptions, "take" | "written"> {
  readonly from: number;
  readonly to: number;
  readonly only: ReadonlySet<number> | undefined;
}

function writeLeaves(journal: JournalReader, path: string, { from, to, only, take, written }: Leaves): void {
  const file = openSync(path, "wx");
  const end = Buffer.from("\n");
  let length = 0;
  try {
    // In pages: an open read over a whole month would keep the agent's write-ahead log from being emptied.
    for (const entries of provenPages(journal, from, to, PAGE, only)) {
      const bytes = Buffer.concat(entries.flatMap(({ bytes }) => [bytes, end]));
      writeFileSync(file, bytes);
      length += bytes.length;
      written?.(path, length);
      if (take !== undefined) for (const entry of entries) take(entry);
    }
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function* allOf(journal: JournalReader, from: number, to: number): Generator<Sealed> {
  for (let after = from; after < to; ) {
    const page = journal.checkpoints(after, PAGE).filter(({ size }) => size <= to);
    if (page.length === 0) return;
    yield* page;
    after = page.at(-1)?.size ?? to;
  }
}

function* someOf(journal: JournalReader, sizes: ReadonlySet<number>): Generator<Sealed> {
  for (const size of sizes) {
    const sealed = journal.checkpointAt(size);
    if (sealed !== undefined) yield sealed;
  }
}

function writeCheckpoints(journal: JournalReader, folder: string, wanted: Iterable<Sealed>) {
  let checkpoints = 0;
  let cosigned = 0;
  for (const sealed of wanted) {
    const { note, cosignatures } = cosignedNote(journal, sealed);
    writeFileSync(join(folder, noteName(sealed.size)), note);
    checkpoints++;
    if (cosignatures > 0) cosigned++;
  }
  return { checkpoints, cosigned };
}

/** A checkpoint's note with all cosignatures that came back. */
export function cosignedNote(journal: JournalReader, { size, note }: Sealed): { note: string; cosignatures: number } {
  const lines = journal.cosignatures(size).map(({ line }) => line);
  return { note: appendLines(note.toString(), lines), cosignatures: lines.length };
}
