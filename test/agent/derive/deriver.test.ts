import { rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { derive } from "../../../agent/derive/deriver.ts";
import { type Trace, traceOf } from "../../../agent/derive/trace.ts";
import { traceText } from "../../../agent/derive/trace-text.ts";
import type { OpenJournal } from "../../../agent/keep/open-journal.ts";
import type { Declared } from "../../../feed/derive/deriving.ts";
import type { DerivedBody, FrameBody } from "../../../feed/format/body.ts";
import { isoTime, readEntry, type StoredEntry } from "../../../feed/format/entry.ts";
import { type Millis, millis, seconds } from "../../../feed/format/vocabulary.ts";
import { type FakeClock, fakeClock } from "../../support/clock.ts";
import { events, makeJournal } from "../keep/kit.ts";

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
const offset = millis(8 * 3_600_000);
const declared = "2026-10-01T00:00:00.000Z";

interface Site {
  readonly journal: OpenJournal;
  readonly clock: FakeClock;
  readonly snapshot: string;
}

function site(): Site {
  const { dir, journal } = makeJournal();
  return { journal, clock: fakeClock(declared), snapshot: join(dir, "..", "derived.json") };
}

const noRoot = Buffer.alloc(32).toString("base64");

const frame = (t: Millis, so2: string, more: Partial<FrameBody> = {}): FrameBody => ({
  type: "frame",
  t: isoTime(t),
  boot: "9f3c1a2e",
  mono: 1,
  clk: ["none", -1],
  cfg: 0,
  raw: [],
  data: { "cems.so2": [so2, "N"], "cems.moisture": ["8", "N"] },
  ...more,
});

/** Runs the deriver over `minutes` with a reading each 5 s, as a plant that is stopped and started now and then. */
async function run(
  { journal, clock, snapshot }: Site,
  minutes: number,
  restarts: { readonly every: number; readonly forget: boolean; readonly still?: Millis } | undefined = undefined,
  cfg = 0,
): Promise<void> {
  let stop = new AbortController();
  const parts = {
    channels,
    offset,
    cfg,
    since: millis(Date.parse(declared)),
    journal,
    keep: journal.append,
    clock,
    snapshot,
  };
  const boot = (): void => {
    const t = isoTime(clock.now().wall);
    journal.append({ type: "boot", t, boot: "9f3c1a2e", why: "start", clk: ["none", -1], head: [0, noRoot] });
  };
  boot();
  let running = derive(parts, stop.signal);
  for (let n = 0; n < minutes * 12; n++) {
    const { wall } = clock.now();
    journal.append(frame(wall, String(100 + (n % 7))));
    await clock.advance(seconds(5));
    if (restarts === undefined || n % restarts.every !== restarts.every - 1) continue;
    stop.abort();
    await running;
    if (restarts.forget) rmSync(snapshot, { force: true });
    if (restarts.still) await clock.advance(restarts.still);
    boot();
    stop = new AbortController();
    running = derive(parts, stop.signal);
  }
  await clock.advance(seconds(5));
  stop.abort();
  await running;
}

const all = (journal: OpenJournal): StoredEntry[] =>
  journal.read(0, journal.head().size).flatMap(({ bytes }) => {
    const read = readEntry(bytes);
    return read.ok ? [read.value] : [];
  });
const derivedIn = (journal: OpenJournal): DerivedBody[] =>
  all(journal).flatMap((entry) => (entry.type === "derived" ? [entry] : []));
const said = (journal: OpenJournal): unknown[] =>
  derivedIn(journal).map(({ period, start, data, n }) => [period, start, data, n]);

test("each minute and hour that is over becomes an entry, formulas after what they are made of", async () => {
  const here = site();
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
  const [whole, broken] = [site(), site()];
  await run(whole, 63);
  await run(broken, 63, { every: 41, forget });
  expect(said(broken.journal)).toEqual(said(whole.journal));
});

test("a plant that stood still for half a day loses no minute, whether the agent remembers or reads the journal", async () => {
  const still = millis(11 * 3_600_000);
  const [knowing, reading] = [site(), site()];
  await run(knowing, 5, { every: 25, forget: false, still });
  await run(reading, 5, { every: 25, forget: true, still });
  expect(said(reading.journal)).toEqual(said(knowing.journal));
  expect(derivedIn(knowing.journal).filter(({ period }) => period === "hour")).toHaveLength(22);
  expect(derivedIn(knowing.journal).filter(({ period }) => period === "minute").length).toBeGreaterThanOrEqual(4);
});

test("a reading that comes when its periods are closed changes none of them: amendments say what they should have held", async () => {
  const here = site();
  await run(here, 61);
  const before = said(here.journal);
  const t = millis(Date.parse(declared) + 30_500);
  here.journal.append(frame(t, "500", { hist: true, own: { t: isoTime(t), flags: {} } }));
  await run(here, 2);
  expect(said(here.journal).slice(0, before.length)).toEqual(before);
  const amended = all(here.journal).flatMap((entry) => (entry.type === "amend" ? [entry] : []));
  const ofPeriod = amended.map(({ ref, value }) => {
    const was = all(here.journal)[ref];
    return [was?.type === "derived" && was.period, JSON.parse(value)];
  });
  // 1231 + 500 over 13 samples
  expect(ofPeriod[0]).toEqual(["minute", { "cems.so2": ["133.1538", "N"], "so2.dry": ["144.7324", "N"] }]);
  expect(ofPeriod.map(([period]) => period)).toEqual(["minute", "hour"]);
});

/** The amendments of a journal: which period, and what is said of it. */
const amendedIn = (journal: OpenJournal): unknown[] =>
  all(journal).flatMap((entry, _, entries) => {
    const was = entry.type === "amend" ? entries[entry.ref] : undefined;
    return entry.type === "amend" && was?.type === "derived" ? [[was.period, was.start, entry.value]] : [];
  });

test("a reading that comes late is put right from the hours around it, as from the whole month", async () => {
  const minutes = 200;
  const [knowing, reading] = [site(), site()];
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
  const { journal, clock, snapshot } = site();
  const stop = new AbortController();
  const since = millis(Date.parse(declared));
  const running = derive(
    { channels, offset, cfg: 0, since, journal, keep: journal.append, clock, snapshot },
    stop.signal,
  );
  for (let n = 0; n < 61 * 12; n++) {
    journal.append(frame(clock.now().wall, "100"));
    if (n % 12 === 7 && n > 46 * 12) {
      const late = millis(clock.now().wall - 20 * 60_000);
      journal.append(frame(late, "460", { hist: true, own: { t: isoTime(late), flags: {} } }));
    }
    await clock.advance(seconds(5));
  }
  stop.abort();
  await running;
  const amended = all(journal).flatMap((entry) => (entry.type === "amend" ? [entry.t] : []));
  expect(amended.length).toBeGreaterThanOrEqual(13);
  expect(new Set(amended).size).toBeLessThanOrEqual(4);
  const hour = derivedIn(journal).find(({ period }) => period === "hour");
  // Of sixty minutes fourteen have a mean of 13 readings, (12 * 100 + 460) / 13 = 127.6923: none was missed.
  expect(hour?.data["cems.so2"]).toEqual(["106.4615", "N"]);
});

test("a reading that comes while a long journal is read is in its minute, and needs no amendment", async () => {
  const { journal, clock, snapshot } = site();
  for (const body of events(4000)) journal.append(body);
  for (let n = 0; n < 11; n++) {
    journal.append(frame(clock.now().wall, "100"));
    await clock.advance(seconds(5));
  }
  const stop = new AbortController();
  const since = millis(Date.parse(declared));
  const running = derive(
    { channels, offset, cfg: 0, since, journal, keep: journal.append, clock, snapshot },
    stop.signal,
  );
  journal.append(frame(clock.now().wall, "112"));
  await clock.advance(seconds(8));
  expect(derivedIn(journal)).toEqual([]); // it is still reading
  for (let n = 0; n < 30; n++) await clock.advance(seconds(5));
  stop.abort();
  await running;
  expect(derivedIn(journal)[0]).toMatchObject({ n: { "cems.so2": [12, 12] }, data: { "cems.so2": ["101.0000", "N"] } });
  expect(all(journal).filter(({ type }) => type === "amend")).toEqual([]);
});

test("a value explains itself down to the bytes, and what it prints recomputes", async () => {
  const here = site();
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
