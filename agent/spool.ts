import { randomBytes } from "node:crypto";
import {
  closeSync,
  fsyncSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import type { Clock } from "../drivers/clock.ts";
import { makeFolders } from "../feed/folders.ts";
import { millis, seconds } from "../feed/format/vocabulary.ts";

/**
 * What commands hand over to the agent, which alone writes to the journal: one small file each in a folder of the state
 * folder, there wholly or not at all. It waits there while no agent runs.
 */

const every = seconds(1);
/** Of one file, and files of one look. */
export const spoolLimits = { bytes: 65_536, files: 64 } as const;

/** Why it was not taken, or undefined where it was kept. */
export type Take = (text: string) => Promise<string | undefined>;

/** Puts a text into the spool, durable; returns its path. Throws the error of the file system. */
export function handOver(dir: string, text: string): string {
  makeFolders(dir, 0o700);
  const path = join(dir, `${Date.now()}-${randomBytes(6).toString("hex")}.json`);
  const file = openSync(`${path}.part`, "wx", 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(`${path}.part`, path);
  return path;
}

/** What became of a file that was handed over. */
export function fateOf(path: string): "waits" | "kept" | { readonly refused: string } {
  if (isFile(path)) return "waits";
  const refused = `${path}.refused`;
  return isFile(refused) ? { refused: readFileSync(refused, "utf8").slice(0, 1000) } : "kept";
}

/** Takes what is there, the oldest first. What is refused stays aside with the reason in it. */
export async function takeSpool(dir: string, take: Take, refused: (why: string) => void): Promise<void> {
  for (const name of waiting(dir)) {
    const path = join(dir, name);
    const why = isFile(path) ? await take(readFileSync(path, "utf8")) : "not a file of at most 64 KiB";
    if (why === undefined) rmSync(path, { force: true });
    else {
      renameSync(path, `${path}.refused`);
      if (isFile(`${path}.refused`)) writeReason(`${path}.refused`, why);
      refused(why);
    }
  }
}

/** Looks once a second until `signal` aborts. Rejects with a Fault of the journal. */
export async function watchSpool(
  dir: string,
  take: Take,
  refused: (why: string) => void,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await takeSpool(dir, take, refused);
    await clock.sleepUntil(millis(clock.now().mono + every), signal);
  }
}

function waiting(dir: string): readonly string[] {
  try {
    return readdirSync(dir)
      .filter((name) => /^\d{13}-[0-9a-f]{12}\.json$/.test(name))
      .sort()
      .slice(0, spoolLimits.files);
  } catch {
    return []; // nothing was ever handed over
  }
}

function isFile(path: string): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false });
  return found?.isFile() === true && found.size <= spoolLimits.bytes;
}

function writeReason(path: string, why: string): void {
  const file = openSync(path, "w", 0o600);
  writeSync(file, why);
  closeSync(file);
}
