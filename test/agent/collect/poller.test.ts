import { expect, test } from "vitest";
import { type PollSink, pollDevice } from "../../../agent/collect/poller.ts";
import type { Driver, Exchange, Poll } from "../../../drivers/driver.ts";
import type { Point } from "../../../drivers/profile.ts";
import { millis, seconds } from "../../../feed/format/vocabulary.ts";
import { type FakeClock, fakeClock } from "../../support/clock.ts";

const o2: Point = {
  id: "o2",
  quantity: "O2",
  type: "uint16",
  unit: "%",
  scale: "0.1",
  places: 1,
  sentinels: [],
  source: "synthetic",
};

function exchange(clock: FakeClock, answers: boolean): Exchange {
  const base = { sent: clock.now() };
  return answers
    ? { ...base, received: clock.now(), reply: Buffer.from("0104020041", "hex") }
    : { ...base, received: clock.now(), failure: { code: "E_BUS_TIMEOUT", detail: "" } };
}

/** A device that takes `took[i]` ms for its i-th poll; a negative time is a poll without an answer. */
function rig(took: readonly number[]) {
  const clock = fakeClock("2026-01-01T00:00:00.250Z");
  const stop = new AbortController();
  const seen: string[] = [];
  let turn = 0;
  const driver: Driver = {
    reads: [],
    resume: () => {},
    poll: async ({ signal } = {}) => {
      const ms = took[turn++] ?? 10;
      await clock.sleepUntil(millis(clock.now().mono + Math.abs(ms)), signal);
      const one = exchange(clock, ms >= 0);
      const sample = one.failure ? { point: "o2", failure: one.failure } : { point: "o2", raw: 65 };
      return { reads: [], exchanges: [one], samples: [sample] } satisfies Poll;
    },
  };
  const sink: PollSink = {
    polled: (_poll, readings, done) => {
      const reading = readings.get("o2");
      seen.push(`${done.wall % 60_000} ${reading?.kind === "measured" ? reading.value : reading?.reason}`);
    },
    presence: (event) => seen.push(event),
    skipped: (slots) => seen.push(`skipped ${slots}`),
  };
  const device = {
    id: "d",
    every: seconds(1),
    driver,
    points: [o2],
    status: [],
    settings: { points: [], every: seconds(600) },
  };
  return { clock, stop, seen, done: pollDevice(device, clock, sink, stop.signal) };
}

test("polls on the grid and hands on what was judged", async () => {
  const { clock, stop, seen, done } = rig([10, 20, 30]);
  await clock.advance(seconds(3));
  stop.abort();
  await done;
  expect(seen).toEqual(["1010 6.5", "2020 6.5", "3030 6.5"]);
});

test("a poll longer than the period skips slots and stays on the grid", async () => {
  const { clock, stop, seen, done } = rig([2_500, 10]);
  await clock.advance(seconds(5));
  stop.abort();
  await done;
  expect(seen).toEqual(["3500 6.5", "skipped 2", "4010 6.5", "5010 6.5"]);
});

test("a silent device gives missing readings at each slot and is said to be lost once", async () => {
  const { clock, stop, seen, done } = rig([10, -5, -5, -5, -5, 10]);
  await clock.advance(seconds(6));
  stop.abort();
  await done;
  expect(seen).toEqual([
    "1010 6.5",
    "2005 E_BUS_TIMEOUT",
    "3005 E_BUS_TIMEOUT",
    "COMM_LOST",
    "4005 E_BUS_TIMEOUT",
    "5005 E_BUS_TIMEOUT",
    "COMM_BACK",
    "6010 6.5",
  ]);
});

test("a poll that the stop cut short is not handed on", async () => {
  const { clock, stop, seen, done } = rig([10, 5_000]);
  await clock.advance(seconds(3));
  stop.abort();
  await done;
  expect(seen).toEqual(["1010 6.5"]);
});
