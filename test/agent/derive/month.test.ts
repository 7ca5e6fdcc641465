import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { endOf } from "../../../feed/derive/average/calendar.ts";
import type { FrameBody } from "../../../feed/format/body.ts";
import type { StoredEntry } from "../../../feed/format/entry.ts";
import type { ReadingTuple } from "../../../feed/format/reading.ts";
import { needs, python } from "../../support/system.ts";
import { channels, end, lived, start } from "./month.ts";

type Said = { readonly reading: ReadingTuple; readonly n: readonly number[]; readonly amended: boolean };
type Row = readonly [period: "minute" | "hour" | "day" | "month", start: number, channel: string];
const keyOf = (row: Row): string => row.slice(0, 3).join(" ");

/** What the journal says of each period in the end: its entry with all amendments over it. */
function standing(entries: readonly StoredEntry[]): Map<string, Said> {
  const all = new Map<string, Said>();
  for (const entry of entries) {
    if (entry.type === "derived") {
      const at = Date.parse(entry.start);
      if (endOf(entry.period, at, 480) > end) continue;
      for (const [channel, reading] of Object.entries(entry.data)) {
        const key = keyOf([entry.period as Row[0], at, channel]);
        expect(all.has(key) ? `${key} is said twice` : "").toBe("");
        all.set(key, { reading, n: entry.n[channel] ?? [], amended: false });
      }
    }
    const of = entry.type === "amend" ? entries[entry.ref] : undefined;
    if (entry.type !== "amend" || of?.type !== "derived") continue;
    for (const [channel, reading] of Object.entries(JSON.parse(entry.value) as Record<string, ReadingTuple>)) {
      const key = keyOf([of.period as Row[0], Date.parse(of.start), channel]);
      all.set(key, { reading, n: all.get(key)?.n ?? [], amended: true });
    }
  }
  return all;
}

type Poll = StoredEntry & FrameBody;
const timeOf = (poll: Poll): number => Date.parse(poll.own?.t ?? poll.t);

/** The same from the polls alone, by a program that knows nothing of ours. */
function judged(polls: readonly Poll[]): Map<string, Omit<Said, "amended">> {
  const rows = polls.map((poll) => {
    const data = Object.entries(poll.data).map(([channel, [value, flag]]) => [channel, [value, flag]] as const);
    return [timeOf(poll), poll.seq, JSON.stringify(Object.fromEntries(data))].join("\t");
  });
  const order = { from: start, to: end, channels };
  const { stdout, stderr } = spawnSync(python() ?? "python3", [join(import.meta.dirname, "month.py")], {
    input: [JSON.stringify(order), ...rows].join("\n"),
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  expect(stderr).toBe("");
  return new Map(
    stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as [...Row, ReadingTuple, number[]])
      .map(([period, at, channel, reading, n]) => [keyOf([period, at, channel]), { reading, n }] as const),
  );
}

/** Times of readings whose minute was closed: from an instrument's memory, or by a clock that was set back. */
function lateIn(entries: readonly StoredEntry[]): number[] {
  let closed = 0;
  return entries.flatMap((entry) => {
    if (entry.type === "derived") closed = Math.max(closed, endOf(entry.period, Date.parse(entry.start), 480));
    return entry.type === "frame" && (entry.hist === true || timeOf(entry) < closed) ? [timeOf(entry)] : [];
  });
}

const fresh = 600_000;

needs("python").describe("a month of a plant", () => {
  test("through restarts, gaps, calibrations, a clock that steps and an exchanged meter it says what a plain computation of all its readings says", async () => {
    const entries = await lived();
    const polls = entries.flatMap((entry) => (entry.type === "frame" ? [entry] : []));
    const late = lateIn(entries);
    const [said, plain] = [standing(entries), judged(polls)];

    const rows = [...said].map(([key, { reading, n, amended }]) => {
      const [period = "", at = ""] = key.split(" ");
      const from = Number(at);
      // An amendment corrects the reading; the counts beside it are those of the time it was closed.
      const touched = amended || late.some((t) => t >= from && t < endOf(period as Row[0], from, 480));
      return [key, reading, touched ? plain.get(key)?.n : n] as const;
    });
    const wrong = rows.filter(([key, ...is]) => {
      const right = plain.get(key);
      return JSON.stringify(is) !== JSON.stringify([right?.reading, right?.n]);
    });
    expect(wrong.slice(0, 3).map(([key, ...is]) => [key, is, plain.get(key)])).toEqual([]);
    // Of a minute that was silent when it closed there is no entry to amend.
    const unsaid = [...plain.keys()].filter((key) => {
      const [period, at] = key.split(" ");
      return (
        !said.has(key) &&
        !(period === "minute" && late.some((t) => t < Number(at) + fresh && t > Number(at) - 2 * fresh))
      );
    });
    expect(unsaid).toEqual([]);

    const count = (what: (entry: StoredEntry) => boolean): number => entries.filter(what).length;
    const events = new Set(entries.flatMap((entry) => (entry.type === "event" ? [entry.code] : [])));
    expect([...events].sort()).toEqual(["COUNTER_JUMP", "COUNTER_REPLACED", "COUNTER_RESET", "COUNTER_ROLLOVER"]);
    expect(count(({ type }) => type === "boot")).toBeGreaterThan(50);
    expect([...said.values()].filter(({ amended }) => amended).length).toBeGreaterThan(5);
    expect([...said.keys()].filter((key) => key.startsWith("month"))).toHaveLength(channels.length);
    expect([...said.keys()].filter((key) => key.startsWith("hour"))).toHaveLength(channels.length * 28 * 24);
    expect(polls.length).toBeGreaterThan(10_000);
    expect([late.length > 30, late.length < 200]).toEqual([true, true]);
  }, 180_000);
});
