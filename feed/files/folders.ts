import { existsSync, mkdirSync, rmdirSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";

/**
 * Makes a folder and those above it that are missing; returns what was made, the deepest first. What fails leaves none of
 * them. Throws the system's error. (Node's own `recursive` never returns where a file system answers ENOENT, as /proc does.)
 */
export function makeFolders(path: string, mode = 0o777): readonly string[] {
  const missing: string[] = [];
  for (let at = resolve(path); !existsSync(at); at = dirname(at)) missing.push(at);
  const made: string[] = [];
  try {
    for (const folder of missing.toReversed()) if (makeFolder(folder, mode)) made.unshift(folder);
    return made;
  } catch (error) {
    removeEmpty(made);
    throw error;
  }
}

/** False where somebody else made it in the same moment. */
function makeFolder(path: string, mode: number): boolean {
  try {
    mkdirSync(path, { mode });
    return true;
  } catch (error) {
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return false;
    throw error;
  }
}

/** Takes folders away again, the deepest first, as far as nobody has put anything into them. */
export function removeEmpty(folders: readonly string[]): void {
  for (const folder of folders) {
    try {
      rmdirSync(folder);
    } catch {
      return; // what is told is the failure before this one
    }
  }
}
