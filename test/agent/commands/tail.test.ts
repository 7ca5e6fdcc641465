import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createConnection, type Socket } from "node:net";
import { dirname, join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { frameOf } from "../../../drivers/hj212/frame.ts";
import { jsonLines, makePlant, type Plant } from "../../end-to-end/plant.ts";
import { type Program, run, runNode, spawnNode } from "../../support/program.ts";
import { freePort, tempDir } from "../../support/temporary.ts";
import { until } from "../../support/until.ts";

const program = "dist/agent/main.js";
const tail = (plant: Pick<Plant, "site">, ...args: readonly string[]): Program =>
  spawnNode(program, ["tail", "--config", plant.site, ...args]);

/** A plant whose agent keeps what it reads and sends it nowhere. */
async function plantWithoutFeed(): Promise<Plant> {
  const plant = await makePlant({ brokerPort: 9, every: "200ms", seed: 3 });
  writeFileSync(plant.site, readFileSync(plant.site, "utf8").replace(/feed:\n.*\n.*\n/, ""));
  return plant;
}

const journalBytes = (plant: Plant): number =>
  readdirSync(join(dirname(plant.site), "state", "journal"))
    .filter((name) => name.endsWith(".db"))
    .reduce((sum, name) => sum + readFileSync(join(dirname(plant.site), "state", "journal", name)).length, 0);

interface Line {
  readonly device: string;
  readonly kept: boolean;
  readonly seq?: number;
  readonly readings: Readonly<Record<string, { readonly value: string | null; readonly flag: string }>>;
  readonly exchanges: readonly { readonly request: string; readonly reply: string }[];
}
const parsed = (text: string): readonly Line[] =>
  text
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Line);

describe("beside a running agent", () => {
  test("tail says that the site file was changed since the agent read it, and not where the agent was started since", async () => {
    const plant = await plantWithoutFeed();
    // A device that goes leaves its last poll in the journal.
    const change = (): void =>
      writeFileSync(plant.site, readFileSync(plant.site, "utf8").replace(/id: (gone-)*flow/, "id: gone-$1flow"));
    const notes = async (): Promise<string> => {
      const shown = tail(plant, "--json");
      await shown.line(/"kept":true/);
      await until(() => parsed(shown.stdout()).length > 20, { what: "20 polls" });
      await shown.stop("SIGINT");
      return shown.stderr();
    };
    for (const again of [false, true]) {
      if (again) change();
      const agent = plant.runAgent();
      await agent.line(/"msg":"collecting"/);
      expect(await notes()).not.toContain("the site file was changed");
      if (again) {
        change();
        expect(await notes()).toContain("the site file was changed");
      }
      await agent.stop();
    }
  });

  test("tail shows exactly the entries that the journal keeps, and the agent does not notice", async () => {
    const plant = await plantWithoutFeed();
    const agent = plant.runAgent();
    await agent.line(/"msg":"collecting"/);
    const shown = tail(plant, "--json");
    await shown.line(/"kept":true/);
    await until(() => parsed(shown.stdout()).length > 20, { what: "20 polls" });
    expect(await shown.stop("SIGINT")).toMatchObject({ code: 0 });
    expect(await agent.stop()).toMatchObject({ code: 0 });
    expect(shown.stderr()).toMatch(/^the agent is running; following its journal\n/);
    expect(agent.stdout()).not.toMatch(/"level":[456]0/);

    const lines = parsed(shown.stdout());
    const { leaves } = await plant.exported();
    for (const { seq = -1, readings, exchanges } of lines) {
      const entry = JSON.parse(leaves[seq] as string) as { data: object; raw: readonly string[] };
      const data = Object.fromEntries(Object.entries(readings).map(([name, { value }]) => [name, value]));
      const kept = Object.entries(entry.data as Record<string, readonly [string | null]>).map(([name, [value]]) => [
        name,
        value,
      ]);
      expect(data).toEqual(Object.fromEntries(kept));
      expect(exchanges.map(({ reply }) => reply)).toEqual(
        entry.raw.map((raw) => Buffer.from(raw, "base64").toString("hex")),
      );
    }
    const polls = lines.filter(({ device }) => device === "power").map(({ seq }) => seq);
    expect(polls).toEqual(polls.toSorted((a = 0, b = 0) => a - b));
    expect(new Set(polls).size).toBe(polls.length);
  }, 60_000);

  test("what is asked is shown as the meters heard it, each reply with its fields", async () => {
    const plant = await plantWithoutFeed();
    const agent = plant.runAgent();
    await agent.line(/"msg":"collecting"/);
    const shown = tail(plant, "--device", "cems", "--raw");
    await shown.line(/ -> 01 {4}04 .*\n +unit {2}function .*start {2}count\n +1 .*read input registers/);
    await shown.line(/ <- 01 {4}04 .*\n +unit {2}function .*bytes {2}so2/);
    await shown.stop("SIGINT");
    expect(shown.stdout()).not.toContain(" power ");
    expect(shown.stdout()).not.toContain("\u001b");
    expect(
      shown
        .stdout()
        .split("\n")
        .filter((line) => line.length > 100),
    ).toEqual([]);
  }, 60_000);

  test("a device that is lost is told between the readings, and so is the end of the agent", async () => {
    const plant = await plantWithoutFeed();
    const agent = plant.runAgent();
    await agent.line(/"msg":"collecting"/);
    const shown = tail(plant);
    await shown.line(/ power .* N /);
    await plant.simulator.stop();
    await shown.line(/ power +\S+ +- +B .*E_BUS_/);
    await shown.line(/\* COMM_LOST power: line generator/);
    agent.child.kill("SIGKILL");
    await shown.line(/no agent is running any more/);
    expect(await shown.stop("SIGINT")).toMatchObject({ code: 0 });
  }, 60_000);
});

describe("without an agent", () => {
  test("tail says so, asks the devices itself on their grid, keeps nothing, and gives way to an agent", async () => {
    const plant = await plantWithoutFeed();
    const before = journalBytes(plant);
    const shown = tail(plant);
    await shown.line(/^no agent is running; asking the devices myself, nothing is kept\ntime +device +point/);
    await shown.line(/ flow +velocity +[\d.]+ {2}m\/s +N /);
    await shown.line(/ power +u1 +[\d.]+ {2}V +N /);
    expect(journalBytes(plant)).toBe(before);
    for (const command of ["probe", "scan"])
      expect(await runNode(program, [command, "generator", "--config", plant.site])).toMatchObject({
        code: 69,
        stderr: expect.stringMatching(/^E_LINE_HELD: cems-agent tail \(pid \d+\) holds the line generator/),
      });
    const agent = plant.runAgent();
    await shown.line(/an agent has started; following its journal from here/);
    await agent.line(/"msg":"collecting"/);
    expect(await shown.stop("SIGINT")).toMatchObject({ code: 0 });
    expect(await agent.stop()).toMatchObject({ code: 0 });
  }, 60_000);

  test("it ends by itself after --for, and each line of --json is one poll that is not kept", async () => {
    const plant = await plantWithoutFeed();
    const { code, stdout, stderr } = await runNode(program, ["tail", "--config", plant.site, "--json", "--for", "2s"]);
    expect(code).toBe(0);
    // A busy machine leaves out polls, and that is said there too.
    expect(stderr).toMatch(/^no agent is running; asking the devices myself, nothing is kept\n/);
    const lines = parsed(stdout);
    expect(new Set(lines.map(({ device }) => device))).toEqual(new Set(["cems", "flow", "power"]));
    expect(lines.every(({ kept, seq }) => !kept && seq === undefined)).toBe(true);
    const asked = new Set(
      lines.flatMap(({ exchanges }) => exchanges.filter(({ reply }) => reply !== "").map(({ reply }) => reply)),
    );
    const values = jsonLines<{ readonly values: string }>(join(plant.dir, "shown.jsonl")).map(({ values }) =>
      values.toLowerCase(),
    );
    expect([...asked].filter((reply) => !values.some((shown) => reply.endsWith(shown)))).toEqual([]);
  }, 60_000);

  test("a reader that goes away ends it without a word", async () => {
    const plant = await plantWithoutFeed();
    const command = `${process.execPath} ${program} tail --config ${plant.site} | head -4`;
    const { code, stdout, stderr } = await run("bash", ["-o", "pipefail", "-c", command]);
    expect({ code, lines: stdout.split("\n").length, stderr }).toEqual({ code: 0, lines: 5, stderr: "" });
  }, 60_000);

  test("what a logger pushes is shown and never acknowledged", async () => {
    const port = await freePort();
    const dir = tempDir();
    const site = join(dir, "site.yaml");
    mkdirSync(join(dir, "profiles", "any"), { recursive: true });
    writeFileSync(join(dir, "profiles", "any", "logger.yaml"), loggerProfile);
    writeFileSync(site, loggerSite(port));
    const shown = tail({ site }, "--raw");
    await shown.line(/nothing is kept/);
    const socket = await until(() => connected(port), { what: "tail listens" });
    onTestFinished(() => void socket.destroy());
    let answered = "";
    socket.on("data", (bytes) => (answered += bytes));
    const text = (value: string) =>
      `QN=20260501080000000;ST=31;CN=2011;PW=123456;MN=A1;Flag=5;CP=&&DataTime=20260501080000;a21026-Rtd=${value},a21026-Flag=N&&`;
    socket.write(frameOf(text("35.2")));
    await shown.line(/ dcs +so2 +35\.20 {2}mg\/m3 +N /);
    await shown.line(/ CN {2,}.*\n.* command 2011 live data/);
    socket.write(frameOf(text("36.4")));
    await shown.line(/ dcs +so2 +36\.40 {2}mg\/m3 +N /);
    expect(await shown.stop("SIGINT")).toMatchObject({ code: 0 });
    expect(answered).toBe("");
    expect(shown.stdout()).not.toContain("31 32 33 34 35 36");
  }, 60_000);
});

const loggerSite = (port: number): string => `site:
  origin: x.example/log/g/1
  gateway: g
  plant: p
  stack: s1
  device: { model: m, sn: s }
state: state
profiles: profiles
lines:
  - { id: logger, transport: hj212-listen, host: 127.0.0.1, port: ${port} }
devices:
  - { id: dcs, line: logger, mn: A1, profile: any/logger, every: 60s }
`;
const loggerProfile = `name: "Any logger"
maker: any
model: any
source: "HJ 212-2017"
protocol: hj212
points:
  - { id: so2, quantity: SO2, at: "2011:a21026-Rtd", type: decimal, unit: mg/m3, places: 2, source: "HJ 212-2017, B.2" }
`;

/** A connection, if there is anyone to take it. */
const connected = (port: number): Promise<Socket | undefined> =>
  new Promise((resolve) => {
    const socket = createConnection(port, "127.0.0.1");
    socket.once("connect", () => resolve(socket));
    socket.once("error", () => resolve(undefined));
  });

test("a device that is not there exits 64 and names the nearest one", async () => {
  const plant = await plantWithoutFeed();
  const { code, stdout, stderr } = await runNode(program, ["tail", "--config", plant.site, "--device", "pwoer"]);
  expect({ code, stdout }).toEqual({ code: 64, stdout: "" });
  expect(stderr).toBe(
    "E_TAIL_DEVICE: the site has no device pwoer; perhaps power is meant. Name one of the `devices` of the site by its id.\n",
  );
}, 60_000);
