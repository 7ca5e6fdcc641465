import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { startMosquitto } from "./mosquitto.ts";
import { run, start } from "./program.ts";
import { incomplete, summaryLine } from "./summary.ts";
import { needs, programPath } from "./system.ts";
import { tempDir } from "./temporary.ts";
import { until } from "./until.ts";

describe("the summary", () => {
  test("is one plain line", () => {
    expect(summaryLine({ passed: 3, failed: 1, skipped: [] })).toBe("3 passed, 1 failed");
    expect(summaryLine({ passed: 3, failed: 0, skipped: [{ name: "a", reason: "b" }] })).toBe(
      "3 passed, 0 failed, 1 skipped",
    );
  });
  test("does not let a skipped or an empty run pass unread", () => {
    expect(incomplete({ passed: 3, failed: 0, skipped: [{ name: "a", reason: "b" }] })).toMatch("skipped");
    expect(incomplete({ passed: 0, failed: 0, skipped: [] })).toBe("no test ran");
    expect(incomplete({ passed: 3, failed: 0, skipped: [] })).toBeUndefined();
  });
});

describe("helpers", () => {
  let left = "";
  test("a temporary folder is there during the test", () => {
    left = tempDir();
    expect(existsSync(left)).toBe(true);
  });
  test("and gone after it", () => expect(existsSync(left)).toBe(false));

  test("a program's line can be awaited", async () => {
    const program = start(process.execPath, [
      "-e",
      "setTimeout(() => console.log('port 17'), 50); setInterval(() => {}, 9e6)",
    ]);
    expect((await program.line(/port (\d+)/))[1]).toBe("17");
    expect(await program.stop()).toEqual({ code: null, signal: "SIGTERM" });
  });
  test("waiting for a line of a program that ends is an error that shows what it printed", async () => {
    const program = start(process.execPath, ["-e", "console.log('nothing')"]);
    await expect(program.line(/port/)).rejects.toThrow("nothing");
  });
  test("a command runs to its end", async () => {
    expect(await run("sh", ["-c", "cat; exit 3"], { stdin: "in" })).toEqual({
      code: 3,
      signal: null,
      stdout: "in",
      stderr: "",
    });
  });
  test("waiting has a bound", async () => {
    await expect(until(() => false, { within: 20, what: "the moon" })).rejects.toThrow("the moon");
    let asked = 0;
    expect(await until(() => ++asked === 3 && "third")).toBe("third");
  });
  test("a program that is not there has no path", () => expect(programPath("no-such-program")).toBeUndefined());
});

needs("mosquitto").describe("a broker", () => {
  test("can be killed and comes back on its port", async () => {
    const broker = await startMosquitto(["max_packet_size 2000"]);
    await broker.kill();
    await broker.restart();
    expect(broker.log()).toContain("running");
  });
});
