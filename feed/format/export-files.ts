import { closeSync, openSync, readdirSync, readFileSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import type { ExportFiles, NamedFile } from "./export.ts";
import { bad, good, type Result } from "./faults.ts";

/**
 * A bundle directory on disk: keys.txt, leaves.jsonl, checkpoint*.note and checkpoints/*.note, perhaps open.frontier and
 * *.tlog-proof. Notes of an SM3 twin have `sm3` in the name, and perhaps open-sm3.frontier. ENV_SYNTAX where keys.txt or
 * leaves.jsonl is not there. The entries are read when they are walked, a chunk at a time. What is there and cannot be read
 * throws the error of the file system, here or while the entries are walked.
 */
export function readExport(dir: string): Result<ExportFiles> {
  const at = (name: string): string => join(dir, name);
  const missing = ["keys.txt", "leaves.jsonl"].find((name) => !isThere(at(name)));
  if (missing !== undefined) return bad("ENV_SYNTAX", `${missing} is not there`);
  const top = readdirSync(dir).sort();
  const deep = isThere(at("checkpoints")) ? readdirSync(at("checkpoints")).sort() : [];
  const read = (name: string): NamedFile => ({ name, bytes: readFileSync(at(name)) });
  const notes = (fits: (name: string) => boolean): NamedFile[] =>
    [
      ...top.filter((name) => name.startsWith("checkpoint") && fits(name)),
      ...deep.filter(fits).map((name) => join("checkpoints", name)),
    ].map(read);
  return good({
    keys: readFileSync(at("keys.txt"), "utf8"),
    leaves: chunksOf(at("leaves.jsonl")),
    ...(isThere(at("open.frontier")) && { frontier: readFileSync(at("open.frontier"), "utf8") }),
    ...(isThere(at("open-sm3.frontier")) && { twinFrontier: readFileSync(at("open-sm3.frontier"), "utf8") }),
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

function* chunksOf(path: string): Generator<Buffer> {
  const file = openSync(path, "r");
  try {
    for (;;) {
      const chunk = Buffer.allocUnsafe(chunkBytes);
      const length = readSync(file, chunk);
      if (length === 0) return;
      yield chunk.subarray(0, length);
    }
  } finally {
    closeSync(file);
  }
}
