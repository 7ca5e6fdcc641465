import { readFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { runNode, spawnNode } from "../support/program.ts";
import { tempDir } from "../support/temporary.ts";
import { until } from "../support/until.ts";
import { master } from "./wire/lines.ts";

const program = "dist/simulator/main.js";

interface Report {
  readonly scenario: string;
  readonly seed: number;
  readonly lines: readonly { readonly id: string; readonly port: number; readonly path: string }[];
}

describe("cems-simulator run", () => {
  test("says where it listens, answers there, records what it showed, ends when told to", async () => {
    const dir = tempDir();
    const [ready, shown] = [join(dir, "ready.json"), join(dir, "shown.jsonl")];
    const args = ["run", "--seed", "9", "--port-base", "0", "--links", dir, "--shown", shown, "--ready", ready];
    const running = spawnNode(program, [...args, "--json"]);
    const [printed] = await running.line(/^\{.*\}$/m);
    expect(readFileSync(ready, "utf8")).toBe(`${printed}\n`);
    const report = JSON.parse(printed) as Report;
    expect(report).toMatchObject({ scenario: "power-unit", seed: 9 });
    expect(report.lines[1]?.path).toBe(join(dir, "stack"));

    const m = await master(report.lines[0]?.port ?? 0);
    m.send("000100000006010203e80005");
    await m.until("00010000000401020110"); // only 1004, live, is set
    const [line] = readFileSync(shown, "utf8").trim().split("\n");
    expect(JSON.parse(line ?? "")).toMatchObject({ meter: "cems", fc: 2, start: 1000, count: 5, values: "10" });
    expect(await running.stop()).toEqual({ code: 0, signal: null });
  });

  test("does what it is asked to on standard input, and goes on when that ends", async () => {
    const wishes = '{"meter":"cems","condition":"held"}\n{"meter":"nobody","fault":null}\n';
    const running = spawnNode(program, ["run", "--port-base", "0", "--json", "--control"], { stdin: wishes });
    await until(() => running.stdout().trim().split("\n").length === 3);
    const [report = "", ...answers] = running.stdout().trim().split("\n");
    expect(answers.map((line) => JSON.parse(line).ok)).toEqual([true, false]);
    const m = await master((JSON.parse(report) as Report).lines[0]?.port ?? 0);
    m.send("000100000006010203e80005");
    await m.until("00010000000401020100");
    expect(await running.stop("SIGINT")).toEqual({ code: 0, signal: null });
  });

  test("prints for people where each line is and which profile reads it", async () => {
    const running = spawnNode(program, ["run", "--port-base", "0"]);
    await running.line(/generator +rtu-over-tcp +127\.0\.0\.1:\d+\n +power +unit 3 +eastron\/sdm630/);
    await running.stop();
  });
});

test("cems-simulator list names every scenario and meter", async () => {
  const { code, stdout } = await runNode(program, ["list"]);
  expect(code).toBe(0);
  for (const word of ["power-unit-faulty", "marsic300", "s430", "sdm630", "thermo42i", "ai8", "plc5"])
    expect(stdout).toContain(word);
});

test("--help of each command says everything it takes", async () => {
  const run = await runNode(program, ["run", "--help"]);
  expect(run.code).toBe(0);
  for (const word of ["--seed", "--port-base", "--links", "--shown", "--ready", "--json", "--control", "SCENARIO"])
    expect(run.stdout).toContain(word);
  expect((await runNode(program, ["--help"])).stdout).toMatch(/run[\s\S]*list/);
});

test.each([
  [["run", "--seed", "x"], 64, /cems-simulator/],
  [["run", "--colour"], 64, /Type: cems-simulator run/],
  [["walk"], 64, /run\|list/],
  [["run", "--shown", "/nowhere/at/all"], 73, /^E_SIM_FILE: cannot write \/nowhere\/at\/all/],
  [["run", "--port-base", "65536"], 64, /A port from 0 to 65535 is wanted/],
  [["run", "--port-base", "65535"], 64, /^E_SIM_PORTS: .*65536/],
  [["run", "--port-base", "0", "--links", "/etc/passwd/x"], 73, /^E_SIM_FILE: .*\/etc\/passwd\/x/],
  [["run", "no-such-scenario"], 78, /^E_SIM_SCENARIO: .*no-such-scenario/],
])("%j ends with one line and status %d", async (args, status, line) => {
  const { code, stdout, stderr } = await runNode(program, args);
  expect(code).toBe(status);
  expect(stdout).toBe("");
  expect(stderr).toMatch(line);
  expect(stderr.trim().split("\n")).toHaveLength(1);
});

test("a port that is taken stops it with one line", async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void other.close());
  const { port } = other.address() as AddressInfo;
  const { code, stderr } = await runNode(program, ["run", "--port-base", `${port}`]);
  expect(code).toBe(69);
  expect(stderr).toMatch(/^E_SIM_LISTEN: .*--port-base 0/);
});
