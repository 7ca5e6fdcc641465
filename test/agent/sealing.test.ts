import { expect, test } from "vitest";
import { startKeeping } from "../../agent/sealing.ts";
import type { Entry, EntryBody } from "../../feed/format/entry.ts";
import { seconds } from "../../feed/format/vocabulary.ts";
import { fakeClock } from "../support/clock.ts";

const event: EntryBody = { type: "event", t: "2026-01-01T00:00:00.000Z", code: "TEST", detail: "" };

function rig() {
  const clock = fakeClock("2026-01-01T00:00:00.000Z", 0);
  const stop = new AbortController();
  let size = 0;
  const seals: { size: number; at: number }[] = [];
  const journal = {
    append: (...bodies: readonly EntryBody[]): Entry[] =>
      bodies.map(() => ({ seq: size++, bytes: Buffer.alloc(0), hash: Buffer.alloc(32) })),
    seal: () => void seals.push({ size, at: clock.now().mono }),
  };
  return { clock, stop, seals, keeper: startKeeping(journal, { within: seconds(10), entries: 4 }, clock, stop.signal) };
}

test("a checkpoint follows ten seconds after the first entry that none covers", async () => {
  const { clock, seals, keeper } = rig();
  await clock.advance(seconds(3));
  keeper.keep(event);
  await clock.advance(seconds(6));
  keeper.keep(event);
  await clock.advance(seconds(30));
  expect(seals).toEqual([{ size: 2, at: 13_000 }]);
});

test("it follows at once when enough entries wait, and the beat starts anew", async () => {
  const { clock, seals, keeper } = rig();
  keeper.keep(event, event, event);
  await clock.advance(seconds(9));
  keeper.keep(event);
  await clock.advance(seconds(5));
  keeper.keep(event);
  await clock.advance(seconds(20));
  expect(seals).toEqual([
    { size: 4, at: 9_000 },
    { size: 5, at: 24_000 },
  ]);
});

test("a step of the wall clock delays no checkpoint", async () => {
  const { clock, seals, keeper } = rig();
  keeper.keep(event);
  clock.step(seconds(-3600));
  await clock.advance(seconds(10));
  expect(seals).toEqual([{ size: 1, at: 10_000 }]);
});

test("it ends when told, and leaves the last seal to whoever stops it", async () => {
  const { clock, stop, seals, keeper } = rig();
  keeper.keep(event);
  await clock.advance(seconds(1));
  stop.abort();
  await keeper.running;
  expect(seals).toEqual([]);
});
