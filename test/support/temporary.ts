import { accessSync, constants, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** Where a helper leaves the call that undoes it: `onTestFinished` inside a test, `afterAll` in the body of a describe. */
export type Cleanup = (undo: () => void | Promise<void>) => void;

/** A new empty folder, removed when the test ends. */
export function tempDir(cleanup: Cleanup = onTestFinished, within = tmpdir()): string {
  const path = mkdtempSync(join(within, "cems-"));
  cleanup(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** Where files are written that no test needs after a power cut: in memory, where the system has such a place. */
export function inMemory(): string {
  try {
    accessSync("/dev/shm", constants.W_OK);
    return "/dev/shm";
  } catch {
    return tmpdir();
  }
}

/** A TCP port of 127.0.0.1 that nobody listens on at this moment. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => (address !== null && typeof address === "object" ? resolve(address.port) : reject(address)));
    });
  });
}
