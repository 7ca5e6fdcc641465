import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { prepareStage } from "../../../simulator/demo/stage.ts";
import { runNode, spawnNode } from "../../support/program.ts";
import { freePort, tempDir } from "../../support/temporary.ts";
import { lineOf, simulated } from "./kit.ts";

const agent = (...args: readonly string[]) => runNode("dist/agent/main.js", args);
const cems = "{ id: stack, transport: tcp, port: 0, meters: [{ id: cems, model: marsic300, unit: 1 }] }";

/** A site that keeps only, whose one line leads nowhere. */
async function makeSite(port: number): Promise<string> {
  const meter = { id: "power", unit: 1, model: "sdm630", profile: "eastron/sdm630" } as const;
  const lines = [{ id: "generator", transport: "tcp", host: "127.0.0.1", port, meters: [meter] }] as const;
  const { site } = await prepareStage(tempDir(), { lines, brokerPort: 9 });
  writeFileSync(site, readFileSync(site, "utf8").replace(/feed:\n.*\n.*\n/, ""));
  return site;
}

describe("a line that the running agent holds", () => {
  test("is left alone by both tools, which say how to ask the agent; it is free when the agent stops", async () => {
    const port = await freePort();
    const site = await makeSite(port);
    const running = spawnNode("dist/agent/main.js", ["run", "--config", site]);
    await running.line(/"msg":"collecting"/);
    const held = new RegExp(
      `^E_LINE_HELD: the running agent \\(pid ${running.child.pid}\\) holds this line; ask it: ` +
        `cems-agent tail --config ${site} --device power --raw\\. `,
    );
    for (const args of [
      ["probe", "generator", "--config", site],
      ["scan", "generator", "--config", site],
      ["probe", `tcp:127.0.0.1:${port}`],
    ])
      expect(await agent(...args)).toMatchObject({ code: 69, stdout: "", stderr: expect.stringMatching(held) });
    expect(await running.stop()).toMatchObject({ code: 0 });
    expect(await agent("probe", "generator", "--config", site)).toMatchObject({
      code: 2,
      stdout: expect.stringContaining("nothing listens on this port"),
    });
  });

  test("is not taken by another agent either", async () => {
    const port = await freePort();
    const [first, second] = [await makeSite(port), await makeSite(port)];
    const running = spawnNode("dist/agent/main.js", ["run", "--config", first]);
    await running.line(/"msg":"collecting"/);
    expect(await agent("run", "--config", second)).toMatchObject({
      code: 69,
      stderr: expect.stringContaining(`(pid ${running.child.pid})`),
    });
    expect(await running.stop()).toMatchObject({ code: 0 });
  });
});

test("the site's devices are read by their profiles", async () => {
  const { line } = await simulated(cems);
  const { port } = lineOf(line) as { port: number };
  const { site } = await prepareStage(tempDir(), { lines: [{ ...line, port } as never], brokerPort: 9 });
  const { code, stdout } = await agent("probe", "stack", "--config", site);
  expect({ code, so2: /so2 +\[\d/.test(stdout) }).toEqual({ code: 0, so2: true });
});

describe("the probe as a program", () => {
  test("exit status and JSON lines", async () => {
    const { line } = await simulated(cems);
    const { port } = lineOf(line) as { port: number };
    const { code, stdout } = await agent("probe", `tcp:127.0.0.1:${port}`, "--profile", "sick/marsic300", "--json");
    expect(code).toBe(0);
    const events = stdout
      .trimEnd()
      .split("\n")
      .map((text) => JSON.parse(text) as { is: string });
    expect(events[0]).toEqual({ is: "line", line: `tcp:127.0.0.1:${port}` });
    expect(events.at(-1)).toEqual({ is: "end", outcome: "good" });
    const odd = await agent("probe", `rtu-over-tcp:127.0.0.1:${port}`, "--unit", "1", "--wait", "50ms");
    expect(odd).toMatchObject({
      code: 1,
      stdout: expect.stringContaining("answers TCP, but the line says RTU over TCP"),
    });
    expect(odd.stdout).not.toContain("\x1b");
  });

  test.each([
    [["probe", "/dev/ttyUSB0"], "write rtu:/dev/ttyUSB0"],
    [["probe", "tcp:h", "--unit", "x"], "no Modbus address"],
    [["probe", "tcp:h", "--profile", "sick/marsic30"], "write sick/marsic300"],
    [["probe", "tcp:h", "--at", "40101"], "write holding:100"],
    [["scan", "tcp:h", "--units", "0-999"], "write 0-255"],
    [["scan", "tcp:h", "--settings", "some"], "write line or all"],
  ])("%j exits 64", async (args, instead) => {
    expect(await agent(...args)).toMatchObject({
      code: 64,
      stdout: "",
      stderr: expect.stringMatching(new RegExp(`^E_PROBE_ARGUMENT: .*${instead}`)),
    });
  });

  test("a logger's line is not asked", async () => {
    expect(await agent("probe", "hj212-dial:127.0.0.1:9")).toMatchObject({
      code: 64,
      stderr: expect.stringMatching(/^E_PROBE_PUSHED: .*cems-agent tail/),
    });
  });
});

test("Ctrl-C stops a scan with what was found so far", async () => {
  let connected = (): void => {};
  const asked = new Promise<void>((resolve) => (connected = resolve));
  const server = createServer((socket) => socket.on("error", () => {}).on("data", () => connected()));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as { port: number };
  const scan = spawnNode("dist/agent/main.js", ["scan", `tcp:127.0.0.1:${port}`, "--wait", "60s"]);
  await scan.line(/At most/);
  await asked;
  expect(await scan.stop("SIGINT")).toMatchObject({ code: 130 });
  expect(scan.stdout()).toContain("Stopped after 1 of 247 questions. Nothing answered.");
});
