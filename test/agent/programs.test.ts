import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openJournal } from "../../agent/keep/open.ts";
import { newKeyPem } from "../../feed/format/note.ts";
import { prepareStage } from "../../simulator/demo/stage.ts";
import { runNode, spawnNode } from "../support/program.ts";
import { tempDir } from "../support/temporary.ts";

const agent = (...args: readonly string[]) => runNode("dist/agent/main.js", args);
const meter = { id: "power", unit: 1, model: "sdm630", profile: "eastron/sdm630" } as const;
const lines = [{ id: "l", transport: "tcp", host: "127.0.0.1", port: 9, meters: [meter] }] as const;

/** A site that is initialised; its line and its broker lead nowhere. */
async function makeSite(): Promise<{ readonly site: string; readonly journal: string; readonly key: string }> {
  const dir = tempDir();
  const { site } = await prepareStage(dir, { lines, brokerPort: 9 });
  const state = join(dir, "agent", "state");
  return { site, journal: join(state, "journal"), key: join(state, "log.key") };
}

describe("wrong arguments exit 64 with one line that says what to type", () => {
  test.each([
    [
      "dist/agent/main.js",
      [],
      "cems-agent init|enrol|rotate|check|run|status|tail|probe|scan|explain|report|calibration-enter|calibration-chart|calibration-rata|certify|deposit|end|prune|export",
    ],
    ["dist/agent/main.js", ["run"], "cems-agent run --config FILE"],
    [
      "dist/agent/main.js",
      ["export", "--config", "x", "--out", "y", "--from", "-1"],
      "cems-agent export --config FILE",
    ],
    ["dist/agent/main.js", ["tail"], "cems-agent tail --config FILE [--device D]"],
    ["dist/agent/main.js", ["check", "--config", "x", "y"], "cems-agent check --config FILE"],
    ["dist/agent/main.js", ["probe"], "cems-agent probe LINE"],
    ["dist/agent/main.js", ["scan", "tcp:h", "--wait", "x"], "cems-agent scan LINE"],
    ["dist/feed/receiver/main.js", ["verify"], "cems-receiver verify DIR"],
    ["dist/feed/receiver/main.js", ["tail", "--nope"], "cems-receiver tail --config FILE"],
    ["dist/simulator/main.js", ["run", "--seed", "x"], "cems-simulator run"],
    ["dist/simulator/demo/main.js", ["--for", "20"], "npm run demo"],
  ])("%s %j", async (script, args, type) => {
    const { code, stdout, stderr } = await runNode(script, args);
    expect({ code, stdout }).toEqual({ code: 64, stdout: "" });
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    expect(stderr).toContain(`Type: ${type}`);
  });
});

test.each([
  "agent/main.js init",
  "agent/main.js run",
  "agent/main.js check",
  "agent/main.js status",
  "agent/main.js tail",
  "agent/main.js export",
  "agent/main.js probe",
  "agent/main.js scan",
  "agent/main.js explain",
  "agent/main.js report",
  "agent/main.js enrol",
  "agent/main.js rotate",
  "agent/main.js certify",
  "agent/main.js deposit",
  "agent/main.js end",
  "agent/main.js prune",
  "agent/main.js calibration-enter",
  "agent/main.js calibration-chart",
  "agent/main.js calibration-rata",
  "feed/receiver/main.js init",
  "feed/receiver/main.js run",
  "feed/receiver/main.js tail",
  "feed/receiver/main.js verify",
  "feed/receiver/main.js receipt",
  "feed/receiver/main.js close",
  "feed/receiver/main.js registry add",
  "feed/receiver/main.js registry show",
  "simulator/main.js run",
  "simulator/main.js list",
])("%s --help is complete", async (words) => {
  const [script = "", ...command] = words.split(" ");
  const { code, stdout } = await runNode(`dist/${script}`, [...command, "--help"]);
  expect(code).toBe(0);
  for (const part of ["Usage:", "Examples:", "Exit status:", "64  wrong arguments"]) expect(stdout).toContain(part);
});

describe("a broken configuration", () => {
  test("gets one message per problem with file, line, column and what to write; nothing is started", async () => {
    const { site } = await makeSite();
    const text = readFileSync(site, "utf8").replace("seal: {", "seel: {").replace("port: 9 }", "port: 99999 }");
    writeFileSync(site, text);
    for (const command of ["check", "run", "init"]) {
      const { code, stdout, stderr } = await agent(command, "--config", site);
      expect({ code, stdout }).toEqual({ code: 78, stdout: "" });
      expect(stderr).toMatch(/site\.yaml:\d+:\d+ E_CONFIG_[A-Z]+: .*seel.*; write .*seal/);
      expect(stderr).toMatch(/site\.yaml:\d+:\d+ E_CONFIG_[A-Z]+: .*; write .*65535/);
      expect(stderr).toMatch(/^E_CONFIG: .* has 2 problems\. Correct what is listed/m);
    }
  });

  test.each([
    ["is not there", undefined],
    ["is none", "quorum\n"],
  ])("a policy that %s is not exported either", async (_, text) => {
    const { site } = await makeSite();
    const policy = join(site, "..", "policy.txt");
    if (text === undefined) rmSync(policy);
    else writeFileSync(policy, text);
    const out = join(tempDir(), "out");
    expect(await agent("export", "--config", site, "--out", out)).toMatchObject({
      code: 78,
      stderr: expect.stringMatching(/^E_POLICY: /),
    });
    expect(existsSync(out)).toBe(false);
  });

  test("files it names that are not there are found before anything is started", async () => {
    const { site } = await makeSite();
    rmSync(join(site, "..", "policy.txt"));
    writeFileSync(site, readFileSync(site, "utf8").replace(/^( *)policy:/m, "$1passwordFile: secret\n$&"));
    for (const command of ["check", "run"]) {
      const { code, stdout, stderr } = await agent(command, "--config", site);
      expect({ code, stdout }).toEqual({ code: 78, stdout: "" });
      expect(stderr).toMatch(/site\.yaml:\d+:\d+ E_CONFIG_READ: there is no file \S+policy\.txt; write /);
      expect(stderr).toMatch(/site\.yaml:\d+:\d+ E_CONFIG_READ: there is no file \S+secret; write /);
    }
  });
});

describe("a journal that cannot be used has its own code and exit status, and nothing is made in its place", () => {
  test("missing", async () => {
    const { site, journal } = await makeSite();
    rmSync(journal, { recursive: true });
    expect(await agent("run", "--config", site)).toMatchObject({
      code: 66,
      stderr: expect.stringMatching(/^E_JOURNAL_MISSING: .*\n$/),
    });
    expect(readdirSync(join(journal, ".."))).toEqual(["log.key"]);
  });

  test("missing with its key: the journal is what has to be restored", async () => {
    const { site, journal } = await makeSite();
    const state = join(journal, "..");
    rmSync(state, { recursive: true });
    expect(await agent("run", "--config", site)).toMatchObject({
      code: 66,
      stderr: expect.stringMatching(/^E_JOURNAL_MISSING: /),
    });
    expect(existsSync(state)).toBe(false);
  });

  test("corrupt", async () => {
    const { site, journal } = await makeSite();
    const month = readdirSync(journal).find((name) => /^leaf-.*\.db$/.test(name)) as string;
    const bytes = readFileSync(join(journal, month));
    const at = bytes.indexOf('"plant":"demo-plant"');
    expect(at).toBeGreaterThan(0);
    bytes.write("D", at + 9);
    writeFileSync(join(journal, month), bytes);
    expect(await agent("run", "--config", site)).toMatchObject({
      code: 65,
      stderr: expect.stringMatching(/^E_JOURNAL_CORRUPT: /),
    });
  });

  const entries = (journal: string): number => {
    const reader = openJournal(journal);
    const { size } = reader.head();
    reader.close();
    return size;
  };

  test.each([
    ["run", []],
    ["end", ["--why", "replaced"]],
    ["rotate", ["--out", "rotation.note"]],
    ["enrol", ["--out", "enrol.note"]],
  ])("of another log than the site names: %s goes on with neither", async (command, more) => {
    const { site, journal, key } = await makeSite();
    const before = { size: entries(journal), key: readFileSync(key, "utf8") };
    const text = readFileSync(site, "utf8");
    writeFileSync(site, text.replace(/(origin: .*)\/1\n/, "$1/2\n"));
    const args = more.map((arg) => (arg.endsWith(".note") ? join(journal, "..", arg) : arg));
    const { code, stderr } = await agent(command, "--config", site, ...args);
    expect({ code, stderr }).toEqual({
      code: 78,
      stderr: expect.stringMatching(/^E_JOURNAL_ORIGIN: .* names \S+\/2, the journal in its state folder is \S+\/1\. /),
    });
    expect({ size: entries(journal), key: readFileSync(key, "utf8") }).toEqual(before);
  });

  test("of another key: nothing is written before that is noticed", async () => {
    const { site, journal, key } = await makeSite();
    const before = entries(journal);
    rmSync(key);
    writeFileSync(key, newKeyPem(), { mode: 0o400 });
    expect(await agent("run", "--config", site)).toMatchObject({
      code: 78,
      stderr: expect.stringMatching(/^E_KEY_BAD: .* is not a key of this journal/),
    });
    expect(entries(journal)).toBe(before);
  });

  test("held by another process, which goes on", async () => {
    const { site } = await makeSite();
    writeFileSync(site, readFileSync(site, "utf8").replace(/feed:\n.*\n.*\n/, ""));
    const first = spawnNode("dist/agent/main.js", ["run", "--config", site]);
    await first.line(/"msg":"collecting"/);
    expect(await agent("run", "--config", site)).toMatchObject({
      code: 75,
      stderr: expect.stringMatching(/^E_JOURNAL_HELD: /),
    });
    expect(await first.stop()).toMatchObject({ code: 0 });
  });

  test("there already: init overwrites neither journal nor key", async () => {
    const { site, journal, key } = await makeSite();
    const before = readFileSync(key, "utf8");
    expect(await agent("init", "--config", site)).toMatchObject({ code: 73 });
    copyFileSync(join(journal, "state.db"), join(journal, "..", "kept"));
    rmSync(journal, { recursive: true });
    expect(await agent("init", "--config", site)).toMatchObject({
      code: 73,
      stderr: expect.stringMatching(/^E_KEY_EXISTS: /),
    });
    expect(readFileSync(key, "utf8")).toBe(before);
  });
});
