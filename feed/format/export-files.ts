import { closeSync, fstatSync, openSync, readdirSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import type { ExportFiles, NamedFile } from "./export.ts";
import { bad, good, type Result } from "./faults.ts";
import { policyLimit } from "./policy.ts";

/**
 * A bundle directory on disk: keys.txt, leaves.jsonl, checkpoint*.note and checkpoints/*.note, perhaps open.frontier and
 * *.tlog-proof. Notes of an SM3 twin have `sm3` in the name, and perhaps open-sm3.frontier. ENV_SYNTAX where keys.txt or
 * leaves.jsonl is not there. The entries are read when they are walked, a chunk at a time; notes and proofs when they are
 * looked at, each time anew; of any other file than the entries no more than a
 * byte beyond what its reader takes, so that a folder from a stranger cannot fill the memory. What is there and cannot be
 * read, or is no file (a device or a pipe never ends), throws an error with `code` and `path`, here or while the entries are
 * walked.
 */
export function readExport(dir: string): Result<ExportFiles> {
  const at = (name: string): string => join(dir, name);
  const missing = ["keys.txt", "leaves.jsonl"].find((name) => !isThere(at(name)));
  if (missing !== undefined) return bad("ENV_SYNTAX", `${missing} is not there`);
  const top = readdirSync(dir).sort();
  const deep = isThere(at("checkpoints")) ? readdirSync(at("checkpoints")).sort() : [];
  const read = (name: string): NamedFile => ({
    name,
    get bytes() {
      return beginOf(at(name));
    },
  });
  const text = (name: string): string => beginOf(at(name)).toString("utf8");
  const notes = (fits: (name: string) => boolean): NamedFile[] =>
    [
      ...top.filter((name) => name.startsWith("checkpoint") && fits(name)),
      ...deep.filter(fits).map((name) => join("checkpoints", name)),
    ].map(read);
  return good({
    keys: text("keys.txt"),
    leaves: chunksOf(at("leaves.jsonl")),
    ...(isThere(at("open.frontier")) && { frontier: text("open.frontier") }),
    ...(isThere(at("open-sm3.frontier")) && { twinFrontier: text("open-sm3.frontier") }),
    notes: notes((name) => name.endsWith(".note") && !name.includes("sm3")),
    twins: notes((name) => name.endsWith(".note") && name.includes("sm3")),
    proofs: top.filter((name) => name.endsWith(".tlog-proof")).map(read),
  });
}

/** A folder that nobody may look into does not say that a file is missing. */
function isThere(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOTDIR") return false;
    throw error;
  }
}

const chunkBytes = 1_048_576;

/** Looked at before it is opened, since opening a pipe waits for whoever writes into it. */
function openFile(path: string): number {
  if (!statSync(path).isFile()) throw Object.assign(new Error("not a file"), { code: "not a file", path });
  return openSync(path, "r");
}

/** All of a file that is not too large for its reader, and of a larger one enough for the reader to refuse it. */
function beginOf(path: string): Buffer {
  const file = openFile(path);
  try {
    const begin = Buffer.alloc(Math.min(fstatSync(file).size, policyLimit + 1));
    return begin.subarray(0, readSync(file, begin, 0, begin.length, 0));
  } finally {
    closeSync(file);
  }
}

function* chunksOf(path: string): Generator<Buffer> {
  const file = openFile(path);
  const chunk = Buffer.allocUnsafe(chunkBytes);
  try {
    for (;;) {
      const length = readSync(file, chunk);
      if (length === 0) return;
      yield chunk.subarray(0, length);
    }
  } finally {
    closeSync(file);
  }
}
