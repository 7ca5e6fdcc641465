import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "../../support/program.ts";

/** A program that logs a line, waits for its input to end, logs many more, and ends in order. */
const program = (logger: string): string => `
  const { createLogger } = await import(${JSON.stringify(join(root, logger))});
  void process.stdout; // as the programs do: the descriptor no longer blocks
  const log = createLogger("info");
  log.info("begun");
  process.stdin.resume().on("end", () => {
    for (let n = 0; n < 2000; n++) log.info({ n, more: "x".repeat(100) }, "goes on");
    process.exit(7);
  });
`;

test.each(["dist/agent/logger.js", "dist/feed/receiver/logger.js"])(
  "%s: where nobody reads the log any more the program goes on, and ends",
  async (logger) => {
    const child = spawn(process.execPath, ["--input-type=module", "-e", program(logger)], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    await once(child.stdout, "readable"); // its line lies there unread: the other side learns of it as of a reset
    child.stdout.destroy();
    child.stdin.end();
    expect(await once(child, "exit")).toEqual([7, null]);
  },
);

test.each(["dist/agent/logger.js", "dist/feed/receiver/logger.js"])(
  "%s: who reads slowly gets every line whole",
  async (logger) => {
    const child = spawn(process.execPath, ["--input-type=module", "-e", program(logger)], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    child.stdin.end();
    const chunks: Buffer[] = [];
    for await (const chunk of child.stdout) chunks.push(chunk as Buffer);
    const lines = Buffer.concat(chunks).toString("utf8").trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line).msg)).toEqual(["begun", ...Array(2000).fill("goes on")]);
  },
);
