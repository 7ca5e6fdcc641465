/** A plant whose span check passes, fails and passes again, is late, and is made by hand: five hours of its journal. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { derivedConfig } from "../../../agent/derive/declare.ts";
import { derive } from "../../../agent/derive/deriver.ts";
import { manualBody } from "../../../agent/derive/entered.ts";
import type { OpenJournal } from "../../../agent/keep/open-journal.ts";
import type { Clock } from "../../../drivers/clock.ts";
import type { Watched } from "../../../feed/derive/calibration/watch.ts";
import type { Declared } from "../../../feed/derive/deriving.ts";
import type { ConfigBody } from "../../../feed/format/body.ts";
import { type EntryBody, isoTime, readEntry, type StoredEntry } from "../../../feed/format/entry.ts";
import type { ReadingTuple } from "../../../feed/format/reading.ts";
import { millis, seconds } from "../../../feed/format/vocabulary.ts";
import { fakeClock } from "../../support/clock.ts";
import type { Cleanup } from "../../support/temporary.ts";
import { makeJournal } from "../keep/kit.ts";

export const begin = Date.parse("2026-10-01T00:00:00.000Z");
export const minute = 60_000;
const how = { at: "minute", longer: "mean", constants: "hj", regime: "eu-mrr" } as const;
const channels: readonly Declared[] = [
  { id: "cems.x", unit: "mg/m3", places: 2, how: { formula: "mean", in: { x: "cems.x" }, every: 30_000, ...how } },
  {
    id: "x.dry",
    unit: "mg/m3",
    places: 2,
    how: { formula: "concentration-wet-to-dry", in: { C_mg_m3: "cems.x", X_pct: "=10" }, ...how },
  },
];
const checked: Watched = {
  channel: "cems.x",
  recognition: {
    named: { "status.span": { point: "span", reference: "400" } },
    announced: [],
    samples: 3,
    spread: "5",
    gap: 300_000,
  },
  judging: { rules: "hj75", kind: "gas", scale: "500" },
  timer: { lasts: 120 * minute, reach: "last-pass" },
};

/** What the span gas read, by the minute its check began: 400 is right, 300 is 20 % of full scale off. */
const checks = new Map([
  [10, "401"],
  [90, "300"],
  [135, "400"],
]);
const reading = (t: number): ReadingTuple => {
  for (const [at, value] of checks) if (t >= at * minute && t < (at + 2) * minute) return [value, "C", "status.span"];
  return ["90", "N"];
};

export interface Run {
  readonly journal: OpenJournal;
  readonly entries: readonly StoredEntry[];
}

/**
 * Five hours with a reading each 30 s; the plant ends and starts again as `restart` says: now and then, or once, with another
 * declaration, after an hour.
 */
export async function run(restart?: "remembers" | "forgets" | "declares", cleanup?: Cleanup): Promise<Run> {
  const { dir, journal } = makeJournal({}, cleanup);
  const clock = fakeClock(isoTime(millis(begin)));
  let rests = (): void => {};
  const resting: Clock = {
    ...clock,
    sleepUntil: (...until) => {
      rests();
      return clock.sleepUntil(...until);
    },
  };
  const snapshot = join(dir, "..", "derived.json");
  const offset = millis(8 * 3_600_000);
  const declare = (made: readonly Declared[], before?: ConfigBody) => {
    const { wall } = clock.now();
    const of = { channels: made, offset, checks: [checked] };
    const config = derivedConfig({ sha256: Buffer.alloc(32).toString("base64") }, of, before, wall);
    const cfg = journal.append(config)[0]?.seq ?? 0;
    return { ...of, cfg, since: wall, calibrate: config.calibrate, config };
  };
  const first = declare(channels);
  let parts = { ...first, journal, keep: journal.append, clock: resting, snapshot };
  let stop = new AbortController();
  let running = derive(parts, stop.signal);
  for (let n = 0; n < 600; n++) {
    const { wall } = clock.now();
    const t = wall - begin;
    if (t === 270 * minute)
      journal.append(
        manualBody(
          { channel: "cems.x", point: "span", t: begin + 260 * minute, reading: "398", reference: "400" },
          "mg/m3",
          "Li Wei",
          wall,
        ),
      );
    journal.append(frame(t));
    await clock.advance(seconds(30));
    if (restart === undefined || (restart === "declares" ? n !== 120 : n % 53 !== 52)) continue;
    stop.abort();
    await running;
    if (restart === "declares") parts = { ...parts, ...declare(channels.slice(0, 1), first.config) };
    if (restart === "forgets") rmSync(snapshot, { force: true });
    stop = new AbortController();
    const caughtUp = new Promise<void>((resolve) => {
      rests = resolve;
    });
    running = derive(parts, stop.signal);
    await caughtUp;
  }
  await clock.advance(seconds(5));
  stop.abort();
  await running;
  const entries = journal.read(0, journal.head().size).flatMap(({ bytes }) => {
    const entry = readEntry(bytes);
    return entry.ok ? [entry.value] : [];
  });
  return { journal, entries };
}

const frame = (t: number): EntryBody => ({
  type: "frame",
  t: isoTime(millis(begin + t)),
  boot: "9f3c1a2e",
  mono: t + 1,
  clk: ["none", -1],
  cfg: 0,
  raw: [],
  data: { "cems.x": reading(t) },
});
