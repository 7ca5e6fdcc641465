/** The log of a plant that derives, written by the agent's own deriver on a clock that moves when told. */
import { join } from "node:path";
import { derive } from "../../../agent/derive/deriver.ts";
import { declaredIn } from "../../../feed/derive/entries.ts";
import type { Derivation, EntryBody } from "../../../feed/format/body.ts";
import { isoTime, readEntry } from "../../../feed/format/entry.ts";
import { millis, seconds } from "../../../feed/format/vocabulary.ts";
import { makeJournal } from "../../agent/keep/kit.ts";
import { fakeClock } from "../../support/clock.ts";
import type { Cleanup } from "../../support/temporary.ts";

export const began = "2026-10-01T00:00:00.000Z";
export const mean = (id: string): Derivation => ({
  formula: "mean",
  in: { x: id },
  at: "minute",
  every: 5000,
  longer: "mean",
  constants: "hj",
  regime: "hj",
});
export const declaration: EntryBody = {
  type: "config",
  t: began,
  points: {
    "cems.so2": ["mg/m3", "mean", "1", 4],
    "cems.h2o": ["%", "mean", "1", 4],
    "so2.dry": ["mg/m3", "concentration-wet-to-dry", "1", 4],
  },
  derive: {
    "cems.so2": mean("cems.so2"),
    "cems.h2o": mean("cems.h2o"),
    "so2.dry": {
      formula: "concentration-wet-to-dry",
      in: { C_mg_m3: "cems.so2", X_pct: "cems.h2o" },
      at: "minute",
      longer: "mean",
      constants: "hj",
      regime: "hj",
    },
  },
  east: 480,
  sha256: Buffer.alloc(32).toString("base64"),
  by: "site",
};

/** What a plant's own agent writes in `minutes`, through restarts, with a reading from an instrument's memory that came late. */
export async function plantLog(minutes: number, cleanup: Cleanup): Promise<EntryBody[]> {
  const { dir, journal } = makeJournal({}, cleanup);
  const clock = fakeClock(began);
  const config = journal.append(declaration)[0];
  const parts = {
    channels: declaredIn(declaration as never),
    offset: millis(8 * 3_600_000),
    cfg: config?.seq ?? 0,
    since: millis(Date.parse(began)),
    journal,
    keep: journal.append,
    clock,
    snapshot: join(dir, "..", "derived.json"),
  };
  let stop = new AbortController();
  let running = derive(parts, stop.signal);
  const poll = (t: number, so2: string, hist: boolean): EntryBody => ({
    type: "frame",
    t: isoTime(clock.now().wall),
    boot: "9f3c1a2e",
    mono: clock.now().mono,
    clk: ["ntp", 4],
    cfg: 1,
    raw: [],
    data: { "cems.so2": [so2, "N"], "cems.h2o": ["8", "N"] },
    ...(hist && { hist, own: { t: isoTime(millis(t)), flags: {} } }),
  });
  for (let n = 0; n < minutes * 12; n++) {
    const { wall } = clock.now();
    journal.append(poll(wall, String(100 + (n % 7)), false));
    if (n % 200 === 150) journal.append(poll(wall - 300_000, "500", true));
    await clock.advance(seconds(5));
    if (n % 41 !== 40) continue;
    stop.abort();
    await running;
    stop = new AbortController();
    running = derive(parts, stop.signal);
  }
  await clock.advance(seconds(5));
  stop.abort();
  await running;
  return journal.read(0, journal.head().size).map(({ bytes }) => {
    const read = readEntry(bytes);
    if (!read.ok) throw new Error(read.problem.detail);
    const { v, seq, prev, salt, ...body } = read.value;
    return body as EntryBody;
  });
}
