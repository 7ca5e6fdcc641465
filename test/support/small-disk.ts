import { execFileSync } from "node:child_process";
import { statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll } from "vitest";
import { tempDir } from "./temporary.ts";

/** A real file system of so many megabytes and files, until a file's tests end; undefined where this user may not mount one. */
export function smallDisk(megabytes: number, files = 1000): string | undefined {
  const path = tempDir(afterAll);
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m,nr_inodes=${files}`, "tmpfs", path], {
      stdio: "ignore",
    });
  } catch {
    return undefined;
  }
  afterAll(() => void execFileSync("umount", [path]));
  return path;
}

/** Takes all free space of a disk but `left` bytes; the file that takes it is named by what is returned. */
export function ballast(disk: string, left: number): string {
  const { bavail, bsize } = statfsSync(disk);
  const path = join(disk, "ballast");
  writeFileSync(path, Buffer.alloc(Math.max(0, bavail * bsize - left)));
  return path;
}
