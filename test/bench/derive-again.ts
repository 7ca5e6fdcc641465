/** What an agent without its averages needs to have them again: it reads the journal of 60 channels at a second. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { derive } from "../../agent/derive/deriver.ts";
import type { Declared } from "../../feed/derive/deriving.ts";
import type { FrameBody } from "../../feed/format/body.ts";
import { isoTime } from "../../feed/format/entry.ts";
import { type Instant, type Millis, millis } from "../../feed/format/vocabulary.ts";
import { newJournal } from "./journals.ts";

const start = Date.parse("2026-10-01T00:00+08:00");
const second = 1000;

const channels: readonly Declared[] = Array.from({ length: 60 }, (_, i) => ({
  id: `cems.c${i}`,
  unit: "mg/m3",
  places: 4,
  how: {
    formula: "mean",
    in: { x: `cems.c${i}` },
    at: "minute",
    every: second,
    longer: "mean",
    constants: "hj",
    regime: "hj",
  },
}));

const frame = (t: Millis, n: number): FrameBody => ({
  type: "frame",
  t: isoTime(t),
  boot: "9f3c1a2e",
  mono: 1,
  clk: ["none", -1],
  cfg: 0,
  raw: [],
  data: Object.fromEntries(channels.map(({ id }, i) => [id, [(((n + i) * 7919) % 10_000).toString(), "N"] as const])),
});

/** Seconds of plant time in the journal for each of processor time until the averages stand again. */
export async function readAgain(minutes: number): Promise<number> {
  const dir = mkdtempSync(join(tmpdir(), "cems-bench-"));
  const { journal } = newJournal(dir);
  try {
    for (let n = 0; n < minutes; n++)
      journal.append(...Array.from({ length: 60 }, (_, i) => frame(millis(start + (n * 60 + i) * second), n * 60 + i)));
    const end = { wall: millis(start + minutes * 60 * second), mono: millis(0) } as Instant;
    const stop = new AbortController();
    const clock = { now: () => end, sleepUntil: async () => stop.abort() };
    const before = process.cpuUsage();
    const snapshot = join(dir, "derived.json");
    const keep = (): [] => []; // what it would write is another bench
    const parts = {
      channels,
      offset: millis(8 * 3600 * second),
      cfg: 0,
      since: millis(start),
      journal,
      keep,
      clock,
      snapshot,
    };
    await derive(parts, stop.signal);
    const { user, system } = process.cpuUsage(before);
    return (minutes * 60 * 1_000_000) / (user + system);
  } finally {
    journal.close();
    rmSync(dir, { recursive: true, force: true });
  }
}
