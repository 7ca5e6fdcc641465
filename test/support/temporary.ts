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

/** Below what the system gives to whoever connects, and a stretch of its own for each test file that runs at the same time. */
const [lowest, stretch, stretches] = [10_000, 2800, 8];
let turn = process.pid * 61;

/** A TCP port of 127.0.0.1 that nobody listens on at this moment, and that no other test file is given meanwhile. */
export async function freePort(): Promise<number> {
  const own = Number(process.env.VITEST_POOL_ID ?? 0) % stretches;
  for (;;) {
    const port = lowest + own * stretch + (turn++ % stretch);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
