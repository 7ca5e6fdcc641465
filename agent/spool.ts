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
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { makeFolders } from "../feed/files/folders.ts";
import { Fault } from "../feed/format/faults.ts";
import { seconds } from "../feed/format/vocabulary.ts";

/**
 * What commands hand over to the agent, which alone writes to the journal: one small file each in a folder of the state
 * folder, there wholly or not at all. It waits there while no agent runs.
 */

const every = seconds(1);
/** Of one file; files of one look; refusals that are kept for a person to see. */
export const spoolLimits = { bytes: 65_536, files: 64, refused: 64 } as const;

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
    const why = await taken(path, take);
    if (why !== undefined) refused(why);
    settle(() => {
      if (why !== undefined) writeFileSync(`${path}.refused`, why, { mode: 0o600 });
      rmSync(path, { force: true, recursive: true });
    });
  }
  const refusals = named(dir, /\.json\.refused$/);
  for (const old of refusals.slice(0, -spoolLimits.refused)) settle(() => rmSync(join(dir, old), { force: true }));
}

/** A Fault is of the journal and stops the agent; what else goes wrong is the file's own. */
async function taken(path: string, take: Take): Promise<string | undefined> {
  if (!isFile(path)) return "not a file of at most 64 KiB";
  try {
    return await take(readFileSync(path, "utf8"));
  } catch (error) {
    if (error instanceof Fault) throw error;
    return error instanceof Error ? error.message : String(error);
  }
}

/** A folder that lets nothing be removed costs a look a second; what it holds is written once. */
function settle(work: () => void): void {
  try {
    work();
  } catch {
    // it is looked at again
  }
}

/** Looks once a second until `signal` aborts. Rejects with a Fault of the journal. */
export async function watchSpool(
  dir: string,
  take: Take,
  refused: (why: string) => void,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await takeSpool(dir, take, refused);
    await sleep(every, undefined, { signal }).catch(() => {}); // told to stop
  }
}

const waiting = (dir: string): readonly string[] =>
  named(dir, /^\d{13}-[0-9a-f]{12}\.json$/).slice(0, spoolLimits.files);

function named(dir: string, pattern: RegExp): readonly string[] {
  try {
    return readdirSync(dir)
      .filter((name) => pattern.test(name))
      .sort();
  } catch {
    return []; // nothing was ever handed over
  }
}

function isFile(path: string): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false });
  return found?.isFile() === true && found.size <= spoolLimits.bytes;
}
