import { expect, test } from "vitest";
import { createLogger } from "../../agent/logger.ts";
import { eventOf, portion, recheckDaily, rest } from "../../agent/rechecking.ts";
import type { EntryBody } from "../../feed/format/entry.ts";
import { Fault } from "../../feed/format/faults.ts";
import { emptyFrontier, type Frontier } from "../../feed/format/tree.ts";
import { millis, seconds } from "../../feed/format/vocabulary.ts";
import { fakeClock } from "../support/clock.ts";

const hours = (n: number) => seconds(n * 3600);

/** A journal of three portions; the third ends as it is told. It and everybody else write down when they had their turn. */
function rig(third: () => void = () => {}) {
  const clock = fakeClock("2026-10-01T12:00:00.000Z", 0);
  const stop = new AbortController();
  const turns: string[] = [];
  const kept: EntryBody[] = [];
  const journal = {
    *recheck(atMost: number): Generator<Frontier, Frontier, void> {
      for (let n = 1; n <= 3; n++) {
        if (n === 3) third();
        turns.push(`portion ${n}`);
        yield { size: n * atMost, stack: [] };
      }
      return emptyFrontier;
    },
  };
  const keeper = {
    keep: (...bodies: readonly EntryBody[]) => {
      kept.push(...bodies);
      return [];
    },
  };
  const parts = { journal, keeper, clock, log: createLogger("silent") };
  const running = recheckDaily(parts, hours(19), stop.signal);
  return { clock, stop, turns, kept, parts, running };
}
const said = (kept: readonly EntryBody[]) =>
  kept.map((body) => (body.type === "event" ? `${body.t} ${body.code}` : ""));

test("once a day, at the time of day the site says, the result is kept", async () => {
  const { clock, kept } = rig();
  await clock.advance(seconds(7 * 3600 - 1));
  expect(kept).toEqual([]);
  await clock.advance(hours(72));
  expect(said(kept)).toEqual([
    "2026-10-01T19:00:00.030Z JOURNAL_CHECKED",
    "2026-10-02T19:00:00.030Z JOURNAL_CHECKED",
    "2026-10-03T19:00:00.030Z JOURNAL_CHECKED",
  ]);
  expect(kept[0]).toMatchObject({ type: "event", detail: `${3 * portion} entries` });
});

test("a clock that is set back makes neither two checks of one day nor none", async () => {
  const { clock, kept } = rig();
  await clock.advance(hours(8));
  clock.step(seconds(-120)); // the next check comes two minutes early, and 19:00 of that day is still before it
  await clock.advance(hours(48));
  expect(said(kept).map((text) => text.slice(0, 16))).toEqual([
    "2026-10-01T19:00",
    "2026-10-02T18:58",
    "2026-10-03T19:00",
  ]);
});

test("between two portions everybody else has a turn", async () => {
  const { clock, stop, turns } = rig();
  const poll = async (): Promise<void> => {
    for (let due = hours(7) + 1; !stop.signal.aborted; due += rest) {
      await clock.sleepUntil(millis(due), stop.signal);
      turns.push(`poll at +${clock.now().mono - hours(7)}`);
    }
  };
  void poll();
  await clock.advance(millis(hours(7) + 3 * rest));
  expect(turns).toEqual(["portion 1", "poll at +1", "portion 2", "poll at +11", "portion 3", "poll at +21"]);
});

test("damage is kept by its code and its place, and looked for again the next day", async () => {
  const { clock, kept } = rig(() => {
    throw new Fault("E_JOURNAL_CORRUPT", "entry 70 is not what was kept");
  });
  await clock.advance(hours(48));
  const event = { type: "event", code: "E_JOURNAL_CORRUPT", detail: "entry 70 is not what was kept" };
  expect(kept).toMatchObject([event, event]);
});

test("what cannot be read is kept by its place alone: the words of SQLite hold paths", () => {
  const fault = new Fault("E_JOURNAL_IO", "/srv/state/leaf-2026-10.db: disk I/O error", { cause: new Error("sqlite") });
  expect(eventOf({ entries: 64, fault })).toEqual({
    code: "E_JOURNAL_IO",
    detail: "one of the entries 64 to 95 cannot be read",
  });
});

test("a check that is cut short says nothing", async () => {
  const { clock, stop, turns, kept, running } = rig();
  await clock.advance(millis(hours(7) + 1));
  stop.abort();
  await running;
  expect({ turns, kept }).toEqual({ turns: ["portion 1"], kept: [] });
});

test("told to stop between two checks it begins none", async () => {
  const { stop, turns, running } = rig();
  stop.abort();
  await running;
  expect(turns).toEqual([]);
});

test("what is no damage of the journal stops the agent: a defect, and a result that cannot be kept", async () => {
  const defect = rig(() => {
    throw new TypeError("a defect");
  });
  const full = rig();
  full.parts.keeper.keep = () => {
    throw new Fault("E_JOURNAL_FULL", "no room");
  };
  const ends = [expect(defect.running).rejects.toThrow("a defect"), expect(full.running).rejects.toThrow("no room")];
  await Promise.all([defect.clock.advance(hours(8)), full.clock.advance(hours(8))]);
  await Promise.all(ends);
});
