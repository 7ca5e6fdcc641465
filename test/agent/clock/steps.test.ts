import { pino } from "pino";
import { expect, test } from "vitest";
import { tellingSteps } from "../../../agent/clock/steps.ts";
import { bootTime } from "../../../drivers/boottime.ts";
import type { EntryBody } from "../../../feed/format/entry.ts";
import { millis, seconds } from "../../../feed/format/vocabulary.ts";
import { fakeClock } from "../../support/clock.ts";
import { event } from "../keep/kit.ts";

test("a clock that was set is told of before the next entry, once, and the entry keeps its number", async () => {
  const clock = fakeClock();
  const kept: EntryBody[] = [];
  const keep = (...bodies: readonly EntryBody[]) =>
    bodies.map((body) => ({ seq: kept.push(body) - 1, bytes: Buffer.alloc(0), hash: Buffer.alloc(0) }));
  const inner = { keep, sealNow: () => {}, running: Promise.resolve() };
  const keeper = tellingSteps(inner, clock, pino({ level: "silent" }));
  keeper.keep(event(0));
  await clock.advance(seconds(100));
  clock.step(millis(900)); // slewed, or nearly
  keeper.keep(event(1));
  clock.step(millis(-1_800_000));
  expect(keeper.keep(event(2)).map(({ seq }) => seq)).toEqual([3]);
  keeper.keep(event(3));
  expect(kept.map((body) => (body.type === "event" ? `${body.code} ${body.detail}` : ""))).toEqual([
    "TEST number 0",
    "TEST number 1",
    "CLOCK_STEP the clock was set back by 1800000 ms",
    "TEST number 2",
    "TEST number 3",
  ]);
});

test("the time since boot goes on while the machine sleeps, and a clock that is set moves it not at all", () => {
  let mono = 1000;
  let wall = 1e12;
  let up = 1.01;
  const now = bootTime(
    () => mono,
    () => wall,
    () => up,
  );
  const pass = (ms: number, asleep = 0): void => {
    mono += ms;
    wall += ms + asleep;
    up += (ms + asleep) / 1000;
  };
  expect(now()).toBe(1000);
  pass(5000);
  expect(now()).toBe(6000);
  pass(1000, 3_600_000);
  expect(Math.abs(now() - 3_607_000)).toBeLessThanOrEqual(10);
  const before = now();
  wall -= 7_200_000;
  expect(Math.abs(now() - before)).toBeLessThanOrEqual(10);
  pass(1000);
  expect(Math.abs(now() - before - 1000)).toBeLessThanOrEqual(10);
});
