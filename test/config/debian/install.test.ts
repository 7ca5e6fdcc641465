import { copyFileSync, existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readJournal } from "../../../agent/keep/reader.ts";
import { runNode, spawnNode, start } from "../../support/program.ts";
import { needs } from "../../support/system.ts";
import { type Cleanup, tempDir } from "../../support/temporary.ts";
import { until } from "../../support/until.ts";
import { type InRoot, inside, makeRoot } from "./chroot.ts";

const minutes = 60_000;
const site = "/etc/cems-agent/site.yaml";
const kept = "/var/lib/cems-agent/state/journal";
/** Unlike runuser it starts nothing beside what it runs, so that a signal reaches the agent. */
const become = ["setpriv", "--reuid", "cems-agent", "--regid", "cems-agent", "--init-groups"];
const asAgent = ["runuser", "-u", "cems-agent", "--"];

needs("debootstrap").describe("on a bare Debian without Node.js", () => {
  const root = tempDir(afterAll);
  const file = (path: string): string => join(root, path);
  /** Inside beforeAll, vitest takes no afterAll. */
  const undone: (() => void | Promise<void>)[] = [];
  const cleanup: Cleanup = (undo) => void undone.push(undo);
  afterAll(async () => void (await Promise.all(undone.map((undo) => undo()))));
  let inRoot: InRoot;
  let port = 0;

  beforeAll(async () => {
    inRoot = await makeRoot(root, cleanup);
    const simulator = spawnNode("dist/simulator/main.js", ["run", "--port-base", "0", "--json"], { cleanup });
    port = Number((await simulator.line(/"transport":"tcp","id":"analyzer-house"[^}]*"port":(\d+)/))[1]);
  }, 5 * minutes);

  async function packed(revision: number): Promise<string> {
    const { code, stdout, stderr } = await runNode("dist/config/debian/main.js", [
      "--out",
      file("tmp"),
      "--revision",
      `${revision}`,
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    return `/tmp/${basename(stdout.split("\n")[0] ?? "")}`;
  }
  const done = async (...command: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await inRoot(...command);
    expect({ code, stdout, stderr }).toMatchObject({ code: 0 });
    return `${stdout}${stderr}`;
  };
  const entries = (): number => {
    const journal = readJournal(file(kept));
    try {
      return journal.head().size;
    } finally {
      journal.close();
    }
  };
  /** Runs the installed agent until it has kept `more` entries, and ends it as systemd does. */
  async function runs(more: number): Promise<void> {
    const before = entries();
    const agent = start("unshare", [
      "--mount",
      "--",
      ...inside(root),
      ...become,
      "cems-agent",
      "run",
      "--config",
      site,
    ]);
    await agent.line(/"msg":"collecting"/);
    await until(() => entries() >= before + more, { within: 30_000, what: "entries kept" });
    const { code } = await agent.stop();
    expect({ code, said: agent.stderr() }).toEqual({ code: 0, said: "" });
  }

  test("it is installed offline, and starts and enables nothing", { timeout: 3 * minutes }, async () => {
    const said = await done("dpkg", "-i", await packed(1));
    expect(said).toContain("nothing is started yet");
    expect(said).toContain("目前未启动任何服务");
    expect(await done("dpkg", "--verify", "cems-agent")).toBe("");
    for (const path of ["share/man/man1/cems-receiver.1.gz", "share/bash-completion/completions/cems-agent"])
      expect(existsSync(file(`usr/${path}`)), path).toBe(true);
    expect(await done("id", "cems-agent")).toMatch(/\(dialout\)/);
    expect(await done("stat", "-c", "%U:%G %a", "/etc/cems-agent", "/var/lib/cems-agent")).toBe(
      "root:cems-agent 750\ncems-agent:cems-agent 700\n",
    );
    expect(await done("find", "/etc/systemd/system", "-name", "*cems*")).toBe("");
    expect(await done("cems-agent", "check", "--config", "/etc/cems-agent/example.yaml")).toContain("No problem found");
  });

  test("what it reads from the meters it keeps, and its own verifier finds valid", { timeout: minutes }, async () => {
    const text = readFileSync(file("etc/cems-agent/example.yaml"), "utf8");
    const here = text.replace("host: 192.168.1.10, port: 502 ", `host: 127.0.0.1, port: ${port} `).replace("5s", "1s");
    writeFileSync(file(site), here);
    await done("cems-agent", "check", "--config", site);
    await done(...asAgent, "cems-agent", "init", "--config", site);
    await runs(6);
    await done(...asAgent, "cems-agent", "export", "--config", site, "--out", "/var/lib/cems-agent/bundle");
    const verdict = await inRoot("cems-receiver", "verify", "/var/lib/cems-agent/bundle");
    expect(verdict.stdout).toMatch(/^VALID(?: WITH REMARKS:(?: CLOCK_UNSYNC| ORIGIN_UNCOSIGNED)*)?:/m);
  });

  test("an upgrade keeps configuration and journal, and goes on with it", { timeout: 3 * minutes }, async () => {
    const [before, written] = [entries(), readFileSync(file(site))];
    const key = statSync(file("/var/lib/cems-agent/state/log.key"));
    await done("dpkg", "-i", await packed(2));
    expect(await done("dpkg", "-s", "cems-agent")).toMatch(/^Version: .*-2$/m);
    expect({ entries: entries(), key: statSync(file("/var/lib/cems-agent/state/log.key")).ino }).toEqual({
      entries: before,
      key: key.ino,
    });
    expect(readFileSync(file(site)).equals(written)).toBe(true);
    await runs(3);
    expect(entries()).toBeGreaterThan(before);
  });

  test("removing keeps what is written and kept; purging keeps the evidence and says so", {
    timeout: minutes,
  }, async () => {
    const before = entries();
    copyFileSync(file(site), file("/etc/cems-agent/broker.password"));
    await done("dpkg", "-r", "cems-agent");
    expect(["/usr/bin/cems-agent", "/usr/lib/cems-agent"].filter((path) => existsSync(file(path)))).toEqual([]);
    expect([site, kept].filter((path) => existsSync(file(path)))).toEqual([site, kept]);
    const said = await done("dpkg", "-P", "cems-agent");
    expect(said).toContain("/var/lib/cems-agent is kept");
    expect(said).toContain("保留 /var/lib/cems-agent");
    expect(existsSync(file("/etc/cems-agent"))).toBe(false);
    expect(entries()).toBe(before);
    expect(await done("id", "cems-agent")).toMatch(/\(dialout\)/);
  });
});
