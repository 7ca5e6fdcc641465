import { closeSync, fsyncSync, openSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { Fault } from "../../feed/format/faults.ts";

/** The files of a journal's folder. */
export const STATE = "state.db";
export const LOCK = "lock.db";
export const MONTH = /^leaf-\d{4}-\d{2}\.db$/;

/** `t` is an entry's time; the month is that of UTC. */
export const monthName = (t: string): string => `leaf-${t.slice(0, 7)}.db`;

/** Makes what was done to the names in a folder survive a power cut. */
export function syncFolder(path: string): void {
  const folder = openSync(path, "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/** Runs file-system work; its errors become E_JOURNAL_FULL or E_JOURNAL_IO. */
export function onDisk<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (typeof code !== "string" || error instanceof Fault) throw error;
    if (code === "ENOSPC" || code === "EDQUOT") throw new Fault("E_JOURNAL_FULL", `${path}: ${code}`, { cause: error });
    throw new Fault("E_JOURNAL_IO", `${path}: ${code}`, { cause: error });
  }
}

/** Writes a whole file so that a power cut leaves the old one or the new one, never a part. E_JOURNAL_FULL, E_JOURNAL_IO. */
export function writeWhole(path: string, bytes: Buffer | string): void {
  onDisk(path, () => {
    const aside = `${path}.new`;
    const file = openSync(aside, "w", 0o600);
    try {
      writeFileSync(file, bytes);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(aside, path);
    syncFolder(dirname(path));
  });
}
