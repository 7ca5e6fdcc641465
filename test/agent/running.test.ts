import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { journalPath, runAgent } from "../../agent/agent.ts";
import { createKey, loadSigner } from "../../agent/keep/keys.ts";
import { createJournal } from "../../agent/keep/open.ts";
import { readJournal } from "../../agent/keep/reader.ts";
import { keyPath } from "../../agent/log-key.ts";
import { createLogger } from "../../agent/logger.ts";
import { loadSite } from "../../config/load.ts";
import type { Site } from "../../config/site.ts";
import { loadCatalogue } from "../../drivers/catalogue.ts";
import { systemClock } from "../../drivers/clock.ts";
import { readEntry, type StoredEntry } from "../../feed/format/entry.ts";
import { newKeyPem, signerFromPem } from "../../feed/format/note.ts";
import { seconds } from "../../feed/format/vocabulary.ts";
import { fakeClock } from "../support/clock.ts";
import { spawnNode } from "../support/program.ts";
import { freePort, tempDir } from "../support/temporary.ts";
import { until } from "../support/until.ts";
import { events, genesis, october, origin, tamper } from "./keep/kit.ts";

const day = seconds(86_400);

const meter = `lines: [{ id: l, transport: tcp, host: 127.0.0.1, port: 9 }]
devices: [{ id: power, line: l, unit: 1, profile: eastron/sdm630, every: 1h, points: [power] }]
`;

/** A site, if nothing else is said with one meter that nobody answers for, and 100 entries of the first minutes of October. */
function makeSite(connected = meter): Site {
  const dir = tempDir();
  const file = join(dir, "site.yaml");
  writeFileSync(
    file,
    `site: { origin: ${origin}, gateway: g1, plant: plant, stack: s1, device: { model: test, sn: "1" } }
state: state
${connected}`,
  );
  const site = loadSite(file, loadCatalogue());
  if (!site.ok) throw new Error(JSON.stringify(site.problem));
  mkdirSync(site.value.state);
  createKey(keyPath(site.value));
  const signer = loadSigner(keyPath(site.value), origin);
  const journal = createJournal(journalPath(site.value), { genesis: genesis(signer) });
  journal.append(...events(100));
  journal.close();
  return site.value;
}

/** What is kept, as anybody reads it: only what a checkpoint covers. */
function entries(site: Site): StoredEntry[] {
  const reader = readJournal(journalPath(site));
  try {
    return reader.read(0, 1e6).flatMap(({ bytes }) => {
      const read = readEntry(bytes);
      return read.ok ? [read.value] : [];
    });
  } finally {
    reader.close();
  }
}
/** What is said of the journal and of the agent; when the meter is taken for lost is no matter here. */
const said = (site: Site): string[] =>
  entries(site).flatMap((entry) =>
    entry.type === "event" && /JOURNAL|AGENT/.test(entry.code)
      ? [`${entry.t.slice(0, 16)} ${entry.code}: ${entry.detail}`]
      : [],
  );
const frames = (site: Site): number => entries(site).filter(({ type }) => type === "frame").length;

test("the running agent checks its journal every day, names what somebody changed, and goes on", async () => {
  const site = makeSite();
  const clock = fakeClock("2026-11-02T00:00:00.000Z");
  const stop = new AbortController();
  const running = runAgent(site, { clock, log: createLogger("silent") }, stop.signal);
  await clock.advance(day);
  expect(said(site).at(-1)).toMatch(/^2026-11-02T19:00 JOURNAL_CHECKED: 1\d\d entries$/);

  const change = `UPDATE leaf SET rec = CAST(replace(CAST(rec AS TEXT), 'number 41', 'number 14') AS BLOB) WHERE i = 42`;
  tamper(join(journalPath(site), october), change);
  await clock.advance(day);
  expect(said(site).at(-1)).toBe("2026-11-03T19:00 E_JOURNAL_CORRUPT: entry 42 is not what was kept");
  await clock.advance(day);
  expect(said(site).at(-1)).toBe("2026-11-04T19:00 E_JOURNAL_CORRUPT: entry 42 is not what was kept");
  const before = frames(site);
  await until(async () => {
    await clock.advance(seconds(3600));
    return frames(site) > before;
  });

  stop.abort();
  await running;
  expect(said(site).at(-1)).toMatch(/AGENT_STOP/);
});

test("an agent that is told to stop before its first reading says what it did all the same", async () => {
  const site = makeSite();
  const lines: string[] = [];
  const log = pino({ base: null }, { write: (line: string) => void lines.push(line) });
  const clock = fakeClock("2026-11-02T00:00:00.000Z");
  await runAgent(site, { clock, log }, AbortSignal.abort());
  const last = JSON.parse(lines.at(-1) ?? "") as Record<string, unknown>;
  expect(last).toMatchObject({ msg: "stopped", readings: { taken: 0 }, published: 0 });
});

test("an agent that is told to stop while it waits for the service does not complain of it", async () => {
  const policy = join(tempDir(), "policy.txt");
  writeFileSync(policy, `witness M1 ${signerFromPem("m1.example.cn", 4, newKeyPem()).vkey.text}\nquorum M1\n`);
  const site = makeSite(`feed: { broker: "mqtt://127.0.0.1:${await freePort()}", policy: ${policy} }\n${meter}`);
  const said: unknown[] = [];
  const log = pino({ base: null }, { write: (line: string) => void said.push(JSON.parse(line).msg) });
  const stop = new AbortController();
  const running = runAgent(site, { clock: systemClock, log }, stop.signal);
  await until(() => said.includes("not connected"));
  stop.abort();
  await running;
  expect(said).toEqual(["not connected", "stopped"]);
});

test("it is collecting only when the lines on which loggers push listen, or cannot", async () => {
  const [free, taken] = [await freePort(), await freePort()];
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(taken, "127.0.0.1", resolve));
  onTestFinished(() => void other.close());
  const site = makeSite(`lines:
  - { id: good, transport: hj212-listen, host: 127.0.0.1, port: ${free} }
  - { id: bad, transport: hj212-listen, host: 127.0.0.1, port: ${taken} }
devices:
  - { id: one, line: good, mn: "1", profile: generic/hj212-2017, every: 1h }
  - { id: two, line: bad, mn: "2", profile: generic/hj212-2017, every: 1h }
`);
  const stop = new AbortController();
  const said: string[] = [];
  const collecting = new Promise<void>((resolve) => {
    const write = (text: string): void => {
      const { msg, line, what } = JSON.parse(text) as Record<string, string>;
      said.push([msg, line, what].filter((word) => word !== undefined).join(" "));
      if (msg === "collecting") resolve();
    };
    const running = runAgent(site, { clock: systemClock, log: pino({ base: null }, { write }) }, stop.signal);
    onTestFinished(async () => {
      stop.abort();
      await running;
    });
  });
  await collecting;
  expect(said).toEqual(["line bad closed", "collecting"]);
  const socket = connect(free, "127.0.0.1");
  await once(socket, "connect");
  socket.destroy();
});

test("twenty devices on eight lines give no warning of this program", async () => {
  const lines = Array.from({ length: 8 }, (_, i) => `{ id: l${i}, transport: tcp, host: 127.0.0.1, port: ${i + 1} }`);
  const devices = Array.from(
    { length: 20 },
    (_, i) => `{ id: d${i}, line: l${i % 8}, unit: ${i + 1}, profile: eastron/sdm630, every: 1h, points: [power] }`,
  );
  const site = makeSite(`lines: [${lines.join(", ")}]\ndevices: [${devices.join(", ")}]\n`);
  const program = spawnNode("dist/agent/main.js", ["run", "--config", site.file]);
  await program.line(/"msg":"collecting"/);
  expect(await program.stop()).toMatchObject({ code: 0 });
  expect(program.stderr()).toBe("");
}, 60_000);
