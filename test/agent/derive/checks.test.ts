import { rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { derive } from "../../../agent/derive/deriver.ts";
import type { OpenJournal } from "../../../agent/keep/open-journal.ts";
import type { Judging, Watched } from "../../../feed/derive/calibration/watch.ts";
import { isoTime, readEntry } from "../../../feed/format/entry.ts";
import type { ReadingTuple } from "../../../feed/format/reading.ts";
import { millis, seconds } from "../../../feed/format/vocabulary.ts";
import { fakeClock } from "../../support/clock.ts";
import { makeJournal } from "../keep/kit.ts";

const begin = "2026-10-01T00:00:00.000Z";
const watched = (judging: Judging, reference: string): Watched => ({
  channel: "cems.x",
  recognition: {
    named: { "status.span": { point: "span", reference }, "status.zero": { point: "zero", reference: "0" } },
    announced: [],
    samples: 3,
    spread: "0.5",
    gap: 300_000,
  },
  judging,
});

/** One reading each 10 s: measuring, then the check, then measuring again. */
async function eventsOf(
  how: Watched,
  readings: readonly ReadingTuple[],
  restart?: "remembers" | "forgets",
): Promise<readonly string[]> {
  const { dir, journal } = makeJournal();
  const clock = fakeClock(begin);
  const snapshot = join(dir, "..", "derived.json");
  const common = { channels: [], offset: millis(0), cfg: 0, since: millis(Date.parse(begin)), checks: [how] };
  const parts = { ...common, journal, keep: journal.append, clock, snapshot };
  let stop = new AbortController();
  let running = derive(parts, stop.signal);
  for (const [index, reading] of readings.entries()) {
    journal.append({
      type: "frame",
      t: isoTime(clock.now().wall),
      boot: "9f3c1a2e",
      mono: 1,
      clk: ["none", -1],
      cfg: 0,
      raw: [],
      data: { "cems.x": reading },
    });
    await clock.advance(seconds(10));
    if (restart === undefined || index % 4 !== 2) continue;
    stop.abort();
    await running;
    if (restart === "forgets") rmSync(snapshot, { force: true });
    stop = new AbortController();
    running = derive(parts, stop.signal);
  }
  await clock.advance(seconds(65));
  stop.abort();
  await running;
  return said(journal);
}

const said = (journal: OpenJournal): string[] =>
  journal.read(0, journal.head().size).flatMap(({ bytes }) => {
    const entry = readEntry(bytes);
    return entry.ok && entry.value.type === "event"
      ? [`${entry.value.code} ${entry.value.dev} ${entry.value.detail}`]
      : [];
  });

const check = (value: string, reason = "status.span"): readonly ReadingTuple[] => [
  ["12", "N"],
  ...Array.from({ length: 4 }, (): ReadingTuple => [value, "C", reason]),
  ["12", "N"],
];
const at = "cems.x span check at 2026-10-01T00:00:40.000Z";

// The worked examples of 40 CFR 75: CO2 of 18.0 read as 19.1; NOx of 275 at a span of 500 read as 251; a flow of 23.5 read as 26.
test.each([
  [
    { rules: "part-75", kind: "co2", scale: "20" },
    "18.0",
    "19.1",
    "FAILED",
    "reading 19.1, reference 18.0, error 1.1000, limit 1.0",
  ],
  [
    { rules: "part-75", kind: "nox", scale: "500" },
    "275",
    "251",
    "PASSED",
    "reading 251, reference 275, error 4.8000, limit 5.0",
  ],
  [
    { rules: "part-75", kind: "flow", scale: "40" },
    "23.5",
    "26.0",
    "FAILED",
    "reading 26, reference 23.5, error 6.3000, limit 6.0",
  ],
  [
    { rules: "hj75", kind: "gas", scale: "500" },
    "400",
    "385",
    "PASSED",
    "reading 385, reference 400, error -3.0000, limit 10.0; adjust it before the next",
  ],
  [
    { rules: "hj75", kind: "gas", scale: "500" },
    "400",
    "345",
    "FAILED",
    "reading 345, reference 400, error -11.0000, limit 10.0",
  ],
] as const)("%j: a gas of %s read as %s has %s", async (judging, reference, value, verdict, detail) => {
  const events = await eventsOf(watched(judging, reference), check(value));
  expect(events).toEqual([`CALIBRATION_${verdict} cems ${at}: ${detail}`]);
});

test("what never settles has no verdict", async () => {
  const readings: ReadingTuple[] = [
    ["1", "C", "status.span"],
    ["9", "C", "status.span"],
    ["12", "N"],
  ];
  const [event, ...more] = await eventsOf(watched({ rules: "part-75", kind: "co2", scale: "20" }, "18"), readings);
  expect(event).toBe("CALIBRATION_UNDECIDED cems cems.x span check at 2026-10-01T00:00:10.000Z: derive.unstable");
  expect(more).toEqual([]);
});

test.each(["remembers", "forgets"] as const)(
  "an agent that starts again and %s tells of each check once",
  async (restart) => {
    const how = watched({ rules: "part-75", kind: "co2", scale: "20" }, "18");
    const readings = [...check("0.2", "status.zero"), ...check("18.2"), ...check("19.5")];
    const whole = await eventsOf(how, readings);
    expect(whole).toHaveLength(3);
    expect(await eventsOf(how, readings, restart)).toEqual(whole);
  },
);
