import { closeSync, openSync, statSync } from "node:fs";

/** Why a file that settings name cannot be read; undefined where it can. */
export function unreadable(path: string): string | undefined {
  try {
    if (!statSync(path).isFile()) return `${path} is not a file`;
    closeSync(openSync(path, "r"));
    return undefined;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : error;
    return code === "ENOENT" ? `there is no file ${path}` : `${path} cannot be read (${code})`;
  }
}
