/** One side of a ratio about a month, in a process of its own: prints its seconds, and the most memory it ever took. */
import { hash } from "node:crypto";
import { closeSync, openSync, readSync } from "node:fs";
import { join } from "node:path";

const [what = "", folder = "", bundle = ""] = process.argv.slice(2);

/** Entry by entry, as the tree takes them. */
async function hashing(): Promise<void> {
  const { linesOf } = await import("../../feed/format/leaves.ts");
  for (const { bytes } of linesOf(chunksOf(join(bundle, "leaves.jsonl")))) hash("sha256", bytes, "binary");
}

function* chunksOf(path: string): Generator<Buffer> {
  const file = openSync(path, "r");
  const chunk = Buffer.allocUnsafe(1_048_576);
  for (let length = readSync(file, chunk); length > 0; length = readSync(file, chunk)) yield chunk.subarray(0, length);
  closeSync(file);
}

/** A month of fewer days is valid with remarks. */
async function verifying(): Promise<void> {
  const { verifyFolder } = await import("../../feed/receiver/verify.ts");
  const lines: string[] = [];
  const status = verifyFolder(bundle, undefined, (line) => void lines.push(line));
  if (status === 2) throw new Error(lines.slice(-20).join("\n"));
}

async function certifying(): Promise<void> {
  const { certify } = await import("./month.ts");
  await certify(folder, bundle);
}

const sides: Readonly<Record<string, () => Promise<void>>> = { hash: hashing, verify: verifying, certify: certifying };
const before = process.cpuUsage();
const start = performance.now();
await sides[what]?.();
const seconds = (performance.now() - start) / 1000;
const { user } = process.cpuUsage(before);
const { maxRSS } = process.resourceUsage();
process.stdout.write(`${JSON.stringify({ seconds, userSeconds: user / 1e6, peakMb: maxRSS / 1024 })}\n`);
