import { existsSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { embeddedBroker } from "../../support/embedded-broker.ts";
import { runNode, spawnNode } from "../../support/program.ts";
import { tempDir } from "../../support/temporary.ts";

const main = "dist/feed/receiver/main.js";

test("init, run, tail: a receiver from nothing, stopped in order", async () => {
  const dir = join(tempDir(), "receiver");
  expect(await runNode(main, ["init", "--dir", dir])).toMatchObject({ code: 0, stderr: "" });
  expect(existsSync(join(dir, "policy.txt"))).toBe(true);
  const again = await runNode(main, ["init", "--dir", dir]);
  expect([again.code, again.stderr.split("\n").length, again.stderr]).toEqual([
    73,
    2,
    expect.stringMatching(/^E_RECEIVER_EXISTS: /),
  ]);
  const config = ["--config", join(dir, "receiver.yaml")];
  const tail = await runNode(main, ["tail", ...config, "--json", "--summary"]);
  expect([tail.code, JSON.parse(tail.stdout)]).toMatchObject([0, { summary: { entries: 0, refused: {} } }]);
  const settings = readFileSync(join(dir, "receiver.yaml"), "utf8");
  writeFileSync(join(dir, "receiver.yaml"), settings.replace(/url: .*/, `url: ${await embeddedBroker()}`));
  const running = spawnNode(main, ["run", ...config]);
  await running.line(/"msg":"receiving"/);
  expect(await running.stop()).toEqual({ code: 0, signal: null });
});

test("a ledger is held by the one receiver that runs on it, which goes on", async () => {
  const dir = join(tempDir(), "receiver");
  await runNode(main, ["init", "--dir", dir]);
  const file = join(dir, "receiver.yaml");
  const settings = readFileSync(file, "utf8").replace(/url: .*/, `url: ${await embeddedBroker()}`);
  writeFileSync(file, settings);
  const first = spawnNode(main, ["run", "--config", file]);
  await first.line(/"msg":"receiving"/);
  symlinkSync(join(dir, "ledger.db"), join(dir, "other.db"));
  const other = join(dir, "other.yaml");
  writeFileSync(other, settings.replace("ledger.db", "other.db").replace("clientId: cems-receiver", "clientId: other"));
  for (const config of [file, other]) {
    const second = await runNode(main, ["run", "--config", config]);
    expect([second.code, second.stdout, second.stderr.trimEnd().split("\n").length]).toEqual([75, "", 1]);
    expect(second.stderr).toMatch(/^E_LEDGER_HELD: .* another receiver holds it\. /);
  }
  expect((await runNode(main, ["tail", "--config", file])).code).toBe(0);
  await first.stop("SIGKILL");
  const next = spawnNode(main, ["run", "--config", file]);
  await next.line(/"msg":"receiving"/);
  expect(await next.stop()).toEqual({ code: 0, signal: null });
});

test("a broker that is not there is told of once, with what to do", async () => {
  const dir = join(tempDir(), "receiver");
  await runNode(main, ["init", "--dir", dir]);
  const settings = readFileSync(join(dir, "receiver.yaml"), "utf8");
  writeFileSync(join(dir, "receiver.yaml"), settings.replace(/url: .*/, "url: mqtt://127.0.0.1:9"));
  const running = spawnNode(main, ["run", "--config", join(dir, "receiver.yaml")]);
  const [line] = await running.line(/.*E_LINK_UNREACHABLE.*/);
  expect(JSON.parse(line)).toMatchObject({ level: 40, code: "E_LINK_UNREACHABLE", hint: expect.stringMatching(/\w/) });
  await running.stop();
});

test.each([
  [["run"], 64, /--config/],
  [["init", "--dir", "/etc/passwd"], 73, /^E_RECEIVER_EXISTS: .*not a folder/],
  [["init", "--dir", "/proc/x"], 73, /^E_RECEIVER_FOLDER: .*\/proc\/x/],
  [["init", "--dir", "/etc/passwd/x"], 73, /^E_RECEIVER_FOLDER: .*\/etc\/passwd\/x/],
  [["init", "--dir", "/nowhere-at-all", "--name", "a b"], 64, /A domain without spaces/],
  [["verify"], 64, /Type: cems-receiver verify DIR/],
  [["verify", "/nowhere"], 66, /^E_EXPORT_MISSING: /],
])("%j ends with %i and one line", async (args, code, line) => {
  const ended = await runNode(main, args);
  expect([ended.code, ended.stdout, ended.stderr.trimEnd().split("\n").length]).toEqual([code, "", 1]);
  expect(ended.stderr).toMatch(line);
});

test.each(["run", "tail"])(
  "%s with broken settings says each problem with its place, and exits 78",
  async (command) => {
    const dir = join(tempDir(), "receiver");
    await runNode(main, ["init", "--dir", dir]);
    const file = join(dir, "receiver.yaml");
    writeFileSync(file, readFileSync(file, "utf8").replace("ledger:", "leger:").replace("mqtt://", "http://"));
    const { code, stdout, stderr } = await runNode(main, [command, "--config", file]);
    expect({ code, stdout }).toEqual({ code: 78, stdout: "" });
    expect(stderr).toContain(`${file}:6:1 E_CONFIG_KEY: leger is not a setting; write ledger\n`);
    expect(stderr).toContain(
      `${file}:9:8 E_CONFIG_VALUE: http://127.0.0.1:1883 is not the address of a broker; write `,
    );
    expect(stderr).toMatch(/^E_RECEIVER_SETTINGS: .* has 2 problems\. Correct what is listed/m);
  },
);

test.each(["init", "run", "tail", "verify"])(
  "%s --help shows options, an example and the exit statuses",
  async (name) => {
    const { code, stdout } = await runNode(main, [name, "--help"]);
    expect(code).toBe(0);
    for (const part of ["Options:", `cems-receiver ${name}`, "Examples:", "Exit status:", "64  wrong arguments"])
      expect(stdout).toContain(part);
  },
);
