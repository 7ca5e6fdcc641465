import { expect, test } from "vitest";
import type { PollSink } from "../../../agent/collect/poller.ts";
import { takePushes } from "../../../agent/collect/pushed.ts";
import type { Push, Source } from "../../../drivers/driver.ts";
import { seconds } from "../../../feed/format/vocabulary.ts";
import { fakeClock } from "../../support/clock.ts";

function pushing(polled: () => void) {
  const clock = fakeClock();
  const done: string[] = [];
  let push = (_: Push): void => {};
  const source: Source = {
    reads: ["pushed by M1"],
    expected: ["so2"],
    recall: () => {},
    start: (sink) => {
      push = sink;
    },
  };
  const sink: PollSink = {
    polled: () => {
      polled();
      done.push("kept");
    },
    presence: (event) => void done.push(event),
    skipped: () => {},
  };
  const stop = new AbortController();
  const device = { id: "log", every: seconds(1), source, points: [], status: [], settings: [] };
  const running = takePushes(device, clock, sink, stop.signal);
  const at = clock.now();
  const one: Push = {
    reads: source.reads,
    exchanges: [{ reply: Buffer.from("##"), sent: at, received: at }],
    samples: [],
    acknowledge: () => void done.push("acknowledged"),
  };
  return { clock, done, running, stop, push: () => push(one) };
}

test("what came is acknowledged when it is kept, not before", () => {
  const { done, push, stop } = pushing(() => {});
  push();
  expect(done).toEqual(["kept", "acknowledged"]);
  stop.abort();
  push();
  expect(done).toHaveLength(2);
});

test("what could not be kept is never acknowledged, and the fault is handed on", async () => {
  const { done, push, running } = pushing(() => {
    throw new Error("the disk is full");
  });
  push();
  push();
  await expect(running).rejects.toThrow("the disk is full");
  expect(done).toEqual([]);
});

test("a device is lost after three periods without a message, once, and back with the next one", async () => {
  const { clock, done, push, running, stop } = pushing(() => {});
  await clock.advance(seconds(5));
  push();
  expect(done.filter((event) => event !== "kept")).toEqual(["COMM_LOST", "COMM_BACK", "acknowledged"]);
  expect(done.indexOf("COMM_LOST")).toBe(2);
  stop.abort();
  await running;
});

test("of a value that stays away while others come there is a hole, and the device is not lost", async () => {
  const clock = fakeClock();
  const seen: string[][] = [];
  const events: string[] = [];
  let push = (_: Push): void => {};
  const source: Source = {
    reads: ["pushed by M1"],
    expected: ["so2", "nox"],
    recall: () => {},
    start: (sink) => {
      push = sink;
    },
  };
  const value = {
    quantity: "x",
    type: "decimal",
    unit: "mg/m3",
    scale: "1",
    places: 0,
    sentinels: [],
    source: "made up",
  };
  const points = ["so2", "nox"].map((id) => ({ id, ...value }));
  const sink: PollSink = {
    polled: (_, readings) =>
      void seen.push(
        [...readings].map(([id, reading]) => `${id} ${reading.kind === "missing" ? reading.reason : reading.value}`),
      ),
    presence: (event) => void events.push(event),
    skipped: () => {},
  };
  const stop = new AbortController();
  const device = { id: "log", every: seconds(1), source, points, status: [], settings: [] };
  const running = takePushes(device, clock, sink, stop.signal);
  const at = clock.now();
  const exchanges = [{ reply: Buffer.from("##"), sent: at, received: at }];
  for (let i = 0; i < 5; i++) {
    push({ reads: source.reads, exchanges, samples: [{ point: "so2", raw: 7 }], acknowledge: () => {} });
    await clock.advance(seconds(1));
  }
  stop.abort();
  await running;
  expect(seen).toEqual(Array.from({ length: 5 }, () => [["so2 7"], ["nox E_BUS_TIMEOUT"]]).flat());
  expect(events).toEqual([]);
});
