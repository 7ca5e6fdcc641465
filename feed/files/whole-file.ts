import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** Makes what was done to the names in a folder survive a power cut. */
export function syncFolder(path: string): void {
  const folder = openSync(path, "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/**
 * Writes a file aside, flushes and renames it: whoever reads it meanwhile, and a power cut, find the old one or the new one, never
 * a part. Throws the errors of the file system, and leaves nothing then.
 */
export function writeWhole(path: string, bytes: Buffer | string, mode: number): void {
  const aside = `${path}.new`;
  try {
    const file = openSync(aside, "w", mode);
    try {
      writeFileSync(file, bytes);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(aside, path);
  } catch (error) {
    rmSync(aside, { force: true });
    throw error;
  }
  syncFolder(dirname(path));
}
