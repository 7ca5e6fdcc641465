import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { openReader, type VerifiedReading } from "../../../feed/receiver/readings.ts";
import { type TailOptions, tail } from "../../../feed/receiver/tail.ts";
import { until } from "../../support/until.ts";
import { config, testLog } from "./log.ts";
import { testService } from "./service.ts";

async function started() {
  const log = testLog();
  log.addBody(config);
  log.add(40);
  const service = testService(log);
  await service.take("live", log.bundle(0, 10));
  return { log, service };
}

function begin(path: string, options: Partial<TailOptions> = {}) {
  const lines: string[] = [];
  const stop = new AbortController();
  const reader = openReader(path, () => "g1");
  const all = {
    json: true,
    follow: false,
    last: 10,
    summary: false,
    now: () => Date.UTC(2026, 0, 1, 0, 1),
    print: (line: string) => lines.push(line),
    ...options,
  };
  const done = tail(reader, all, stop.signal).finally(() => reader.close());
  return {
    lines,
    done,
    stop: () => stop.abort(),
    objects: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}

test("the newest entries' readings, with the unit of their configuration and the reason of what is missing", async () => {
  const { service } = await started();
  const { objects, done } = begin(service.path, { last: 1 });
  await done;
  const common = { gateway: "g1", seq: 9, t: "2026-01-01T00:00:09.000Z", unit: "mg/m3", proof: "mirrored" };
  expect(objects()).toEqual([
    { ...common, channel: "cems.nox", value: null, flag: "B", reason: "E_BUS_TIMEOUT" },
    { ...common, channel: "cems.so2", value: "9.0", flag: "N", reason: null },
  ]);
});

test.each([
  ["a reading", '"9.0"', '"8.0"'],
  ["a reading that is no JSON any more", '"9.0"', '"9.0;'],
  ["the unit in the configuration", "mg/m3", "ug/m3"],
])("%s that changed in the file is not shown as verified", async (_, before, after) => {
  const { service } = await started();
  await service.ledger.close(); // until then the entries are beside the file
  const file = readFileSync(service.path);
  expect(file.includes(before)).toBe(true);
  writeFileSync(service.path, file.toString("latin1").replaceAll(before, after), "latin1");
  const { lines, done } = begin(service.path, { last: 1 });
  await expect(done).rejects.toMatchObject({ code: "E_LEDGER_CORRUPT" });
  expect(lines).toEqual([]);
});

test("following: each entry once, as it is committed; sizes when they change", async () => {
  const { log, service } = await started();
  const { objects, done, stop } = begin(service.path, { last: 0, follow: true });
  await service.take("cp", log.commit(10, 30));
  await service.take("fill", log.bundle(20, 30, { old: 30 }));
  await until(() => objects().some(({ seq }) => seq === 29));
  await service.take("fill", log.bundle(10, 20, { old: 30 }));
  await until(() => objects().some(({ seq }) => seq === 19) && objects().some(({ mirrored }) => mirrored === 30));
  stop();
  await done;
  const readings = objects().filter((line) => "channel" in line) as unknown as VerifiedReading[];
  expect(readings.map(({ seq }) => seq)).toEqual([...range(20, 30), ...range(10, 20)]);
  // Verified, but with a gap before them: not part of the mirror yet when they came.
  expect(readings.filter(({ seq }) => seq >= 20).every(({ proof }) => proof === "provisional")).toBe(true);
  expect(readings.filter(({ seq }) => seq < 20).every(({ proof }) => proof === "mirrored")).toBe(true);
  expect(objects().at(0)).toEqual({ gateway: "g1", witnessed: 10, mirrored: 10 });
});
const range = (from: number, to: number): number[] =>
  Array.from({ length: 2 * (to - from) }, (_, i) => from + Math.floor(i / 2));

test("a reading whose configuration is not here yet has no unit", async () => {
  const log = testLog();
  log.addBody(config);
  log.add(20);
  const service = testService(log);
  await service.take("live", log.bundle(10, 12, { old: 0 }));
  const { objects, done } = begin(service.path, { last: 1 });
  await done;
  expect(objects().map(({ unit, proof }) => [unit, proof])).toEqual([
    [null, "provisional"],
    [null, "provisional"],
  ]);
});

test("the summary counts", async () => {
  const { log, service } = await started();
  await service.take("live", log.bundle(0, 10));
  await service.take("live", Buffer.from("x"));
  await service.take("cp", log.commit(3, 20));
  const { objects, done } = begin(service.path, { last: 0, summary: true });
  await done;
  expect(objects()).toEqual([
    {
      summary: {
        entries: 10,
        readings: 18,
        verified: 10,
        mirrored: 10,
        mirroredReadings: 18,
        refused: { ENV_SYNTAX: 1 },
        retries: { CP_CONFLICT: 1 },
        duplicates: 1,
        remarks: {},
        logs: [{ origin: log.signer.vkey.name, witnessed: 10, mirrored: 10 }],
      },
    },
  ]);
});

test("a derived value is shown as a reading is, with its period", async () => {
  const log = testLog();
  log.addBody(config);
  const data = { "cems.so2": ["7.5", "N"], "cems.nox": [null, "D", "derive.coverage"] } as const;
  const n = { "cems.so2": [12, 12], "cems.nox": [3, 12] } as const;
  const [t, start] = ["2026-01-01T00:01:02.000Z", "2026-01-01T00:00:00.000Z"];
  log.addBody({ type: "derived", t, period: "minute", start, cfg: 0, data, n, of: [0, 0] });
  const service = testService(log);
  await service.take("live", log.bundle(0, 2));
  const json = begin(service.path);
  await json.done;
  const common = { gateway: "g1", seq: 1, t, unit: "mg/m3", proof: "mirrored", period: "minute", start };
  expect(json.objects()).toEqual([
    { ...common, channel: "cems.nox", value: null, flag: "D", reason: "derive.coverage" },
    { ...common, channel: "cems.so2", value: "7.5", flag: "N", reason: null },
  ]);
  const text = begin(service.path, { json: false, now: () => Date.parse(t) });
  await text.done;
  expect(text.lines[1]).toMatch(/cems.so2 +7.5 mg\/m3 {2}N {2}0.0 s {2}mirrored {2}minute 2026-01-01T00:00:00.000Z$/);
});

test("for a person: one line a reading, and the summary in words", async () => {
  const { service } = await started();
  const { lines, done } = begin(service.path, { json: false, last: 1, summary: true });
  await done;
  expect(lines[0]).toMatch(
    /^g1 +9 {2}2026-01-01T00:00:09.000Z {2}cems.nox +- {2}B E_BUS_TIMEOUT {2}51.0 s {2}mirrored$/,
  );
  expect(lines[1]).toMatch(/cems.so2 +9.0 mg\/m3 {2}N {2}51.0 s/);
  expect(lines[2]).toBe(
    "10 entries with 18 readings verified, 10 entries mirrored\nrefused: none; asked again: none; duplicates: 0; remarks: none",
  );
});
