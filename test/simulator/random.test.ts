import { expect, test } from "vitest";
import { randomFrom, scatter, seedFor, wander } from "../../simulator/random.ts";

test("a seed gives the same numbers again, evenly in [0, 1)", () => {
  const a = randomFrom(42);
  const numbers = Array.from({ length: 10_000 }, a);
  const b = randomFrom(42);
  expect(Array.from({ length: 10_000 }, b)).toEqual(numbers);
  expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...numbers)).toBeLessThan(1);
  expect(numbers.reduce((sum, n) => sum + n) / numbers.length).toBeCloseTo(0.5, 1);
});

test("labels make different seeds", () => {
  const seeds = ["so2", "o2", "so"].flatMap((label) => [0, 1, 10].map((n) => seedFor(1, label, n)));
  expect(new Set(seeds).size).toBe(9);
  expect(seedFor(1, "a")).not.toBe(seedFor(2, "a"));
});

test("scatter has mean 0 and deviation 1", () => {
  const values = Array.from({ length: 20_000 }, (_, n) => scatter(seedFor(5, n)));
  const mean = values.reduce((sum, v) => sum + v) / values.length;
  expect(mean).toBeCloseTo(0, 1);
  expect(Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length)).toBeCloseTo(1, 1);
});

test("a wandering curve is smooth and stays in [-1, 1]", () => {
  const curve = Array.from({ length: 5000 }, (_, second) => wander(9, 100, second));
  expect(Math.max(...curve.map(Math.abs))).toBeLessThanOrEqual(1);
  const steps = curve.slice(1).map((value, index) => Math.abs(value - (curve[index] ?? 0)));
  expect(Math.max(...steps)).toBeLessThan(0.031); // 2 * 1.5 / 100
  expect(Math.max(...curve)).toBeGreaterThan(0.5);
});
