import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import type { EntryBody } from "../../../feed/format/body.ts";
import { isoTime } from "../../../feed/format/entry.ts";
import type { Finding } from "../../../feed/format/faults.ts";
import { newKeyPem, signerFromPem } from "../../../feed/format/note.ts";
import { topics } from "../../../feed/format/topics.ts";
import { millis } from "../../../feed/format/vocabulary.ts";
import { openLink } from "../../../feed/link.ts";
import type { Ledger } from "../../../feed/receiver/ledger.ts";
import { type RecomputingParts, startRecomputing } from "../../../feed/receiver/recomputing.ts";
import { embeddedBroker } from "../../support/embedded-broker.ts";
import { runNode, spawnNode } from "../../support/program.ts";
import { tempDir } from "../../support/temporary.ts";
import { type TestLog, testLog } from "./log.ts";
import { began, mean, plantLog } from "./plant-log.ts";
import { rowOf, testService } from "./service.ts";

let plant: Promise<EntryBody[]>;
const leftovers: (() => unknown)[] = [];
beforeAll(() => {
  plant = plantLog(64, (clean) => leftovers.push(clean));
  return plant.then(() => {});
});
afterAll(() => {
  for (const clean of leftovers) clean();
});

/** The plant's log, signed; `change` is what a plant that lies writes in the place of an entry. */
async function logOf(
  change: (body: EntryBody, seq: number) => EntryBody = (body) => body,
  log = testLog(),
): Promise<TestLog> {
  for (const [seq, body] of (await plant).entries()) log.addBody(change(body, seq));
  return log;
}

const isOf = (period: string, nth: number) => async (): Promise<number> =>
  (await plant).flatMap((body, seq) => (body.type === "derived" && body.period === period ? [seq] : []))[nth] ?? -1;

interface Checked {
  readonly findings: readonly Finding[];
  readonly ledger: Ledger;
  readonly path: string;
}

async function received(
  log: TestLog,
  more: Partial<RecomputingParts> = {},
  from = 0,
  earlier?: TestLog,
): Promise<Checked> {
  const findings: Finding[] = [];
  const parts = (ledger: Ledger): RecomputingParts => ({
    ledger,
    share: 1,
    tolerances: "exact",
    secret: Buffer.alloc(32),
    now: () => millis(0),
    differs: (_, finding) => findings.push(finding),
    failed: (fault) => {
      throw fault;
    },
    ...more,
  });
  const service = earlier ? testService(earlier, {}, [rowOf("g1", log.signer.vkey)]) : testService(log);
  const recomputing = startRecomputing(parts(service.ledger));
  service.mirrored = recomputing.mirrored;
  if (earlier) await service.take("fill", earlier.bundle(0, earlier.entries.length));
  for (let at = from; at < log.entries.length; at += 250)
    await service.take("fill", log.bundle(at, Math.min(at + 250, log.entries.length), { old: at === from ? 0 : at }));
  if (from > 0) await service.take("fill", log.bundle(0, from, { old: log.entries.length }));
  await recomputing.idle();
  return { findings, ledger: service.ledger, path: service.path };
}

test("what an honest plant derived comes out the same, through restarts and late readings", async () => {
  const bodies = await plant;
  expect(new Set(bodies.map(({ type }) => type))).toEqual(new Set(["genesis", "config", "frame", "derived", "amend"]));
  const { findings, ledger } = await received(await logOf());
  expect(findings).toEqual([]);
  expect((await ledger.summary()).codes).toEqual({});
});

test.each([
  ["minute", 20],
  ["hour", 0],
])("one value of one %s that was written otherwise is found, though its entry is signed", async (period, nth) => {
  const lie = await isOf(period, nth)();
  const was = (await plant)[lie];
  const log = await logOf((body, seq) =>
    seq === lie && body.type === "derived" ? { ...body, data: { ...body.data, "so2.dry": ["99.9000", "N"] } } : body,
  );
  const { findings, ledger } = await received(log);
  const truth = was?.type === "derived" ? was.data["so2.dry"]?.join(" ") : "";
  const start = was?.type === "derived" ? was.start : "";
  const n = period === "hour" ? "60/60" : "1/1";
  expect(findings).toEqual([
    {
      code: "DERIVED_DIFFERS",
      detail: `entry ${lie}, ${period} ${start}: so2.dry 99.9000 N (${n}), recomputed ${truth} (${n})`,
    },
  ]);
  expect((await ledger.summary()).codes).toEqual({ DERIVED_DIFFERS: 1 });
});

test("the log of a gateway's new generation is computed again too", async () => {
  const lie = await isOf("minute", 20)();
  const log = await logOf(
    (body, seq) =>
      seq === lie && body.type === "derived" ? { ...body, data: { ...body.data, "so2.dry": ["99.9000", "N"] } } : body,
    testLog(signerFromPem("test.example.cn/log/p-s-g1/2", 1, newKeyPem())),
  );
  const earlier = testLog();
  earlier.add(10);
  const { findings } = await received(log, {}, 0, earlier);
  expect(findings).toMatchObject([{ code: "DERIVED_DIFFERS" }]);
});

test("a reading that was left out of its minute is found, whatever the entry says it was made of", async () => {
  const minute = await isOf("minute", 3)();
  // Its mean is that of 11 readings, and its range begins behind the twelfth.
  const log = await logOf((body, seq) => {
    if (seq !== minute || body.type !== "derived") return body;
    return { ...body, of: [body.of[0] + 1, body.of[1]], n: { ...body.n, "cems.h2o": [11, 12] } };
  });
  expect((await received(log)).findings).toMatchObject([
    { detail: expect.stringMatching(/: cems.h2o 8.0000 N \(11\/12\), recomputed 8.0000 N \(12\/12\); of \d+ to/) },
  ]);
});

/** A reading of a minute that is in the log behind those the minute's entry names, and before that entry. */
async function readLate(change?: (body: EntryBody, seq: number) => EntryBody): Promise<string[]> {
  const minute = await isOf("minute", 30)();
  return (await readLateIn(change)).filter((detail) => detail.startsWith(`entry ${minute}, `));
}

async function readLateIn(change: (body: EntryBody, seq: number) => EntryBody = (body) => body): Promise<string[]> {
  const minute = await isOf("minute", 30)();
  const entry = (await plant)[minute];
  if (entry?.type !== "derived") throw new Error("no minute");
  const between = (await plant).findIndex(({ type }, seq) => type === "frame" && seq >= entry.of[1]);
  expect(between).toBeLessThan(minute);
  const own = { t: isoTime(millis(Date.parse(entry.start) + 1)), flags: {} };
  const late = (body: EntryBody): EntryBody => (body.type === "frame" ? { ...body, hist: true, own } : body);
  const log = await logOf((body, seq) => change(seq === between ? late(body) : body, seq - minute));
  const { findings } = await received(log);
  return findings.map(({ detail }) => detail).filter((detail) => detail.includes(`minute ${entry.start}`));
}

test("a reading that was left out is found when no amendment comes, even if the entry names only the others", async () => {
  expect(await readLate()).toEqual([expect.stringMatching(/cems.so2 .* \(12\/12\), recomputed .* \(13\/12\)/)]);
});

test("a reading that came too late for its minute, and is amended, is no difference", async () => {
  const minute = await isOf("minute", 30)();
  const t = began;
  const amendment: EntryBody = { type: "amend", t, ref: minute, why: "late", by: "agent", value: "{}" };
  expect(await readLate((body, after) => (after === 4 ? amendment : body))).toEqual([]);
});

const amended = (ref: number, so2: string): EntryBody => ({
  type: "amend",
  t: began,
  ref,
  why: "late",
  by: "agent",
  value: JSON.stringify({ "cems.so2": [so2, "N"] }),
});

test("an amendment of another value settles nothing", async () => {
  const minute = await isOf("minute", 30)();
  const told = await readLate((body, after) => (after === 4 ? amended(minute, "1.0000") : body));
  expect(told).toEqual([]);
  const all = await readLateIn((body, after) => (after === 4 ? amended(minute, "1.0000") : body));
  expect(all).toEqual([expect.stringMatching(/^entry \d+, amending minute .*: cems.so2 1.0000 N .*, recomputed \d+/)]);
});

test("entries ahead of a backlog wait for it", async () => {
  const { findings, ledger } = await received(await logOf(), {}, 500);
  expect(findings).toEqual([]);
  expect((await ledger.summary()).mirrored).toBe((await plant).length);
});

test.each<[string, Partial<Extract<EntryBody, { type: "derived" }>>, RegExp]>([
  ["a declaration that is none", { cfg: 0 }, /entry 0 declares nothing derived/],
  ["a declaration that comes later", { cfg: 99_999 }, /entry 99999 declares nothing derived/],
  ["a period that begins nowhere", { period: "hour", start: "2026-10-01T00:07:00.000Z" }, /no hour begins at/],
])("%s is said, and stops nothing", async (_, more, detail) => {
  const lie = await isOf("minute", 5)();
  const log = await logOf((body, seq) => (seq === lie && body.type === "derived" ? { ...body, ...more } : body));
  expect((await received(log)).findings).toEqual([{ code: "DERIVED_DIFFERS", detail: expect.stringMatching(detail) }]);
});

test("a formula that there is not is said, and stops nothing", async () => {
  const log = await logOf((body) =>
    body.type === "config"
      ? { ...body, derive: { ...body.derive, x: { ...mean("cems.so2"), formula: "alchemy" } } }
      : body,
  );
  const { findings } = await received(log);
  expect(findings[0]?.detail).toMatch(/it cannot be recomputed: x: there is no formula alchemy/);
});

test("the program tells of it while it runs, tail counts it, and shows the derived values", async () => {
  const lie = await isOf("minute", 2)();
  const log = await logOf(
    (body, seq) =>
      seq === lie && body.type === "derived" ? { ...body, data: { ...body.data, "cems.h2o": ["7.0000", "N"] } } : body,
    testLog(signerFromPem("test.example/log/1", 1, newKeyPem())), // as its entry 0 says
  );
  const main = "dist/feed/receiver/main.js";
  const dir = join(tempDir(), "receiver");
  await runNode(main, ["init", "--dir", dir]);
  const file = join(dir, "receiver.yaml");
  expect(existsSync(file)).toBe(true);
  const url = await embeddedBroker();
  const settings = readFileSync(file, "utf8")
    .replace(/url: .*/, `url: ${url}`)
    .replace("share: 0.1", "share: 1")
    .replace("gateways: []", `gateways: [{ id: g1, log: ${log.signer.vkey.text} }]`);
  writeFileSync(file, settings);
  const running = spawnNode(main, ["run", "--config", file]);
  await running.line(/"msg":"receiving"/);
  const link = openLink({ url, clientId: "g1" });
  onTestFinished(() => link.close());
  await new Promise<void>((resolve) => link.listen({ topics: [], onUp: () => resolve() }));
  await link.send(topics("g1").live, log.bundle(0, 200));
  const [line] = await running.line(/.*DERIVED_DIFFERS.*/);
  const detail = expect.stringMatching(
    `^entry ${lie}, .*: cems.h2o 7.0000 N \\(12/12\\), recomputed 8.0000 N \\(12/12\\)$`,
  );
  expect(JSON.parse(line)).toMatchObject({ level: 40, gateway: "g1", code: "DERIVED_DIFFERS", detail });
  await running.stop();
  const { stdout, stderr, code } = await runNode(main, [
    "tail",
    "--config",
    file,
    "--json",
    "--summary",
    "--last",
    "1000",
  ]);
  expect([code, stderr]).toEqual([0, ""]);
  const lines = stdout
    .trimEnd()
    .split("\n")
    .map((text) => JSON.parse(text));
  expect(lines.at(-1).summary.remarks).toEqual({ DERIVED_DIFFERS: 1, LATE_ANCHOR: 200 }); // they are of last October
  expect(lines.filter((one) => one.seq === lie && one.channel === "cems.h2o")).toMatchObject([
    { value: "7.0000", unit: "%", flag: "N", period: "minute", start: "2026-10-01T00:02:00.000Z", proof: "mirrored" },
  ]);
});
