import { rmSync } from "node:fs";
import { expect, test } from "vitest";
import { type Trace, traceOf } from "../../../agent/derive/trace.ts";
import { traceText } from "../../../agent/derive/trace-text.ts";
import type { OpenJournal } from "../../../agent/keep/open-journal.ts";
import type { Declared } from "../../../feed/derive/deriving.ts";
import type { DerivedBody, FrameBody } from "../../../feed/format/body.ts";
import { isoTime } from "../../../feed/format/entry.ts";
import { type Millis, millis, seconds } from "../../../feed/format/vocabulary.ts";
import { events } from "../keep/kit.ts";
import { entriesOf, frameAt, type Plant, plantAt, runPlant, startDeriver, type Turns } from "./plant.ts";

const mean = (id: string): Declared => ({
  id,
  unit: "mg/m3",
  places: 4,
  how: { formula: "mean", in: { x: id }, at: "minute", every: 5000, longer: "mean", constants: "hj", regime: "hj" },
});
const channels: readonly Declared[] = [
  mean("cems.so2"),
  mean("cems.moisture"),
  {
    id: "so2.dry",
    unit: "mg/m3",
    places: 4,
    how: {
      formula: "concentration-wet-to-dry",
      in: { C_mg_m3: "cems.so2", X_pct: "cems.moisture" },
      at: "minute",
      longer: "mean",
      constants: "hj",
      regime: "hj",
    },
  },
];
const declared = "2026-10-01T00:00:00.000Z";

const frame = (t: Millis, so2: string, more: Partial<FrameBody> = {}): FrameBody =>
  frameAt(t, { "cems.so2": [so2, "N"], "cems.moisture": ["8", "N"] }, more);

/** Runs the deriver over `minutes` with a reading each 5 s. */
const run = (plant: Plant, minutes: number, restarts?: Turns["restarts"], cfg = 0): Promise<void> =>
  runPlant(
    plant,
    { channels, cfg, since: millis(Date.parse(declared)) },
    { turns: [0, minutes * 12], every: seconds(5), read: (n, t) => frame(t, String(100 + (n % 7))), restarts },
  );

const derivedIn = (journal: OpenJournal): DerivedBody[] =>
  entriesOf(journal).flatMap((entry) => (entry.type === "derived" ? [entry] : []));
const said = (journal: OpenJournal): unknown[] =>
  derivedIn(journal).map(({ period, start, data, n }) => [period, start, data, n]);

test("each minute and hour that is over becomes an entry, formulas after what they are made of", async () => {
  const here = plantAt(declared);
  await run(here, 61);
  const entries = derivedIn(here.journal);
  expect(entries.map(({ period }) => period).filter((period) => period === "hour")).toHaveLength(1);
  const first = entries[0];
  expect(first?.start).toBe("2026-10-01T00:00:00.000Z");
  expect(first?.n).toEqual({ "cems.so2": [12, 12], "cems.moisture": [12, 12], "so2.dry": [1, 1] });
  // 100 101 102 103 104 105 106 100 101 102 103 104: 1231 / 12; / 0.92
  expect(first?.data).toEqual({
    "cems.so2": ["102.5833", "N"],
    "cems.moisture": ["8.0000", "N"],
    "so2.dry": ["111.5036", "N"],
  });
  const hour = entries.find(({ period }) => period === "hour");
  expect([hour?.start, hour?.n["so2.dry"]]).toEqual(["2026-10-01T00:00:00.000Z", [60, 60]]);
});

test.each([
  ["with what it remembered", false],
  ["from the journal alone", true],
])("an agent that is stopped again and again goes on %s, as if it had never been", async (_, forget) => {
  const [whole, broken] = [plantAt(declared), plantAt(declared)];
  await run(whole, 63);
  await run(broken, 63, { every: 41, forget });
  expect(said(broken.journal)).toEqual(said(whole.journal));
});

test("a plant that stood still for half a day loses no minute, whether the agent remembers or reads the journal", async () => {
  const still = millis(11 * 3_600_000);
  const [knowing, reading] = [plantAt(declared), plantAt(declared)];
  await run(knowing, 5, { every: 25, forget: false, still });
  await run(reading, 5, { every: 25, forget: true, still });
  expect(said(reading.journal)).toEqual(said(knowing.journal));
  expect(derivedIn(knowing.journal).filter(({ period }) => period === "hour")).toHaveLength(22);
  expect(derivedIn(knowing.journal).filter(({ period }) => period === "minute").length).toBeGreaterThanOrEqual(4);
});

test("a reading that comes when its periods are closed changes none of them: amendments say what they should have held", async () => {
  const here = plantAt(declared);
  await run(here, 61);
  const before = said(here.journal);
  const t = millis(Date.parse(declared) + 30_500);
  here.journal.append(frame(t, "500", { hist: true, own: { t: isoTime(t), flags: {} } }));
  await run(here, 2);
  expect(said(here.journal).slice(0, before.length)).toEqual(before);
  const amended = entriesOf(here.journal).flatMap((entry) => (entry.type === "amend" ? [entry] : []));
  const ofPeriod = amended.map(({ ref, value }) => {
    const was = entriesOf(here.journal)[ref];
    return [was?.type === "derived" && was.period, JSON.parse(value)];
  });
  // 1231 + 500 over 13 samples
  expect(ofPeriod[0]).toEqual(["minute", { "cems.so2": ["133.1538", "N"], "so2.dry": ["144.7324", "N"] }]);
  expect(ofPeriod.map(([period]) => period)).toEqual(["minute", "hour"]);
});

/** The amendments of a journal: which period, and what is said of it. */
const amendedIn = (journal: OpenJournal): unknown[] =>
  entriesOf(journal).flatMap((entry, _, entries) => {
    const was = entry.type === "amend" ? entries[entry.ref] : undefined;
    return entry.type === "amend" && was?.type === "derived" ? [[was.period, was.start, entry.value]] : [];
  });

test("a reading that comes late is put right from the hours around it, as from the whole month", async () => {
  const minutes = 200;
  const [knowing, reading] = [plantAt(declared), plantAt(declared)];
  const least: number[] = [];
  for (const here of [knowing, reading]) {
    await run(here, minutes);
    const t = millis(Date.parse(declared) + (minutes - 10) * 60_000 + 500);
    here.journal.append(frame(t, "500", { hist: true, own: { t: isoTime(t), flags: {} } }));
    if (here === reading) rmSync(`${here.snapshot}.d`, { recursive: true });
    const froms: number[] = [];
    const read = (from: number, to: number) => {
      froms.push(from);
      return here.journal.read(from, to);
    };
    await run({ ...here, journal: { ...here.journal, read } }, 2);
    least.push(Math.min(...froms.filter((from) => from > 2)));
  }
  expect(amendedIn(knowing.journal)).toHaveLength(1);
  expect(amendedIn(knowing.journal)).toEqual(amendedIn(reading.journal));
  expect(said(knowing.journal)).toEqual(said(reading.journal));
  expect(least[1]).toBeLessThan(100);
  expect(least[0]).toBeGreaterThan(60 * 12);
});

test("readings that come late one after the other are put right together, and before their hour is closed", async () => {
  const plant = plantAt(declared);
  const { journal, clock } = plant;
  const running = startDeriver(plant, { channels, cfg: 0, since: millis(Date.parse(declared)) });
  for (let n = 0; n < 61 * 12; n++) {
    journal.append(frame(clock.now().wall, "100"));
    if (n % 12 === 7 && n > 46 * 12) {
      const late = millis(clock.now().wall - 20 * 60_000);
      journal.append(frame(late, "460", { hist: true, own: { t: isoTime(late), flags: {} } }));
    }
    await clock.advance(seconds(5));
  }
  await running.stop();
  const amended = entriesOf(journal).flatMap((entry) => (entry.type === "amend" ? [entry.t] : []));
  expect(amended.length).toBeGreaterThanOrEqual(13);
  expect(new Set(amended).size).toBeLessThanOrEqual(4);
  const hour = derivedIn(journal).find(({ period }) => period === "hour");
  // Of sixty minutes fourteen have a mean of 13 readings, (12 * 100 + 460) / 13 = 127.6923: none was missed.
  expect(hour?.data["cems.so2"]).toEqual(["106.4615", "N"]);
});

test("a reading that comes while a long journal is read is in its minute, and needs no amendment", async () => {
  const plant = plantAt(declared);
  const { journal, clock } = plant;
  for (const body of events(4000)) journal.append(body);
  for (let n = 0; n < 11; n++) {
    journal.append(frame(clock.now().wall, "100"));
    await clock.advance(seconds(5));
  }
  const running = startDeriver(plant, { channels, cfg: 0, since: millis(Date.parse(declared)) });
  journal.append(frame(clock.now().wall, "112"));
  await clock.advance(seconds(8));
  expect(derivedIn(journal)).toEqual([]); // it is still reading
  for (let n = 0; n < 30; n++) await clock.advance(seconds(5));
  await running.stop();
  expect(derivedIn(journal)[0]).toMatchObject({ n: { "cems.so2": [12, 12] }, data: { "cems.so2": ["101.0000", "N"] } });
  expect(entriesOf(journal).filter(({ type }) => type === "amend")).toEqual([]);
});

test("a value explains itself down to the bytes, and what it prints recomputes", async () => {
  const here = plantAt(declared);
  here.journal.append({
    type: "config",
    t: declared,
    points: {
      "cems.so2": ["mg/m3", "mean", "1", 4],
      "cems.moisture": ["%", "mean", "1", 4],
      "so2.dry": ["mg/m3", "concentration-wet-to-dry", "1", 4],
    },
    derive: Object.fromEntries(channels.map(({ id, how }) => [id, how])),
    east: 480,
    sha256: Buffer.alloc(32).toString("base64"),
    by: "site",
  });
  await run(here, 61, undefined, 1);
  const trace = traceOf(here.journal, "so2.dry", { period: "minute", start: Date.parse(declared) });
  const text = traceText(trace as Trace);
  expect(text).toContain("so2.dry 2026-10-01T08:00 = 111.5036 mg/m3, N\n");
  expect(text).toContain("\n    = 102.5833 / (1 - 8 / 100)\n");
  expect(text).toContain("C_mg_m3 is cems.so2 2026-10-01T08:00 = 102.5833 mg/m3, N\n");
  const sums = [...text.matchAll(/^ +(?:= )\(([^=]+)\) \/ (\d+)$/gm)].map(([, sum = "", count]) =>
    (sum.split(" + ").reduce((all, one) => all + Number(one), 0) / Number(count)).toFixed(4),
  );
  expect(sums).toEqual(["102.5833", "8.0000"]);
  expect(text.match(/ 01 ?03|\(entry \d+\)/g)?.length).toBeGreaterThan(20);
  const hour = traceOf(here.journal, "so2.dry", { period: "hour", start: Date.parse(declared) });
  expect([hour?.made.of === "periods" && hour.made.parts.length, hour?.n]).toEqual([60, [60, 60]]);
});

test("a period in which the declaration changed says from when it counts", async () => {
  const here = plantAt(declared);
  await here.clock.advance(seconds(90));
  const t = isoTime(here.clock.now().wall);
  const points = Object.fromEntries(channels.map(({ id, unit, places }) => [id, [unit, "mean", "1", places]] as const));
  const derive = Object.fromEntries(channels.map(({ id, how }) => [id, how]));
  const sha256 = Buffer.alloc(32).toString("base64");
  here.journal.append({ type: "config", t, points, derive, east: 480, sha256, by: "site" });
  const deriving = { channels, cfg: 1, since: here.clock.now().wall };
  const read = (n: number, t: Millis): FrameBody => frame(t, String(100 + (n % 7)));
  await runPlant(here, deriving, { turns: [0, 150], every: seconds(5), read });
  const text = (minute: number): string => {
    const start = Date.parse(declared) + minute * 60_000;
    return traceText(traceOf(here.journal, "cems.so2", { period: "minute", start }) as Trace);
  };
  expect(text(1)).toContain(`\n  of what was read since ${t} only: entry 1 began all averages anew\n`);
  expect(text(2)).not.toContain("began all averages anew");
});

test("what is read while a long gap is filled from an instrument's memory is not lost", async () => {
  const here = plantAt(declared);
  const { journal, clock } = here;
  await run(here, 5);
  await clock.advance(millis(3 * 3_600_000));
  rmSync(here.snapshot);
  const running = startDeriver(here, { channels, cfg: 0, since: millis(Date.parse(declared)) });
  // It has not read the first entry yet.
  const back = clock.now().wall;
  const t = millis(back - 30 * 60_000);
  journal.append(frame(t, "7", { t: isoTime(back), hist: true, own: { t: isoTime(t), flags: {} } }));
  for (let n = 0; n < 12; n++) journal.append(frame(millis(back + n * 100), "100"));
  for (let n = 0; n < 30; n++) await clock.advance(seconds(5));
  await running.stop();
  const [minute] = derivedIn(journal).filter(({ period, start }) => period === "minute" && start > isoTime(t));
  expect(minute?.n["cems.so2"]).toEqual([12, 12]);
});
