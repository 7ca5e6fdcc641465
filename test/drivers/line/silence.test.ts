import { expect, test } from "vitest";
import { Silence } from "../../../drivers/line/silence.ts";

const silence = (): Silence => new Silence(2, new AbortController().signal);

test("a fresh line is silent, and after each byte for t3.5 it is not", () => {
  const line = silence();
  expect(line.reached(0)).toBe(true);
  line.broken(10);
  expect(line.reached(11.9)).toBe(false);
  expect(line.reached(12)).toBe(true);
});

test("a quarantine begins anew with every byte, and ends with a good reply", () => {
  const line = silence();
  line.require(100, 0);
  line.broken(90);
  expect(line.reached(189)).toBe(false);
  expect(line.reached(190)).toBe(true);
  line.lift();
  expect(line.reached(92)).toBe(true);
});

test("a shorter silence asked for does not cut a longer one short, but does not inherit one that was kept", () => {
  const line = silence();
  line.require(100, 0);
  line.require(10, 50);
  expect(line.reached(149)).toBe(false);
  expect(line.reached(150)).toBe(true);
  line.require(10, 200);
  expect(line.reached(210)).toBe(true);
});

test("a line that never falls silent is given up", async () => {
  const line = new Silence(200, new AbortController().signal);
  const babble = setInterval(() => line.broken(performance.now()), 1);
  line.broken(performance.now());
  expect(await line.wait(20)).toBe(false);
  clearInterval(babble);
});

test("closing ends the wait", async () => {
  const stop = new AbortController();
  const line = new Silence(1, stop.signal);
  line.require(60_000, performance.now());
  const waited = line.wait(60_000);
  stop.abort();
  expect(await waited).toBe(false);
});
