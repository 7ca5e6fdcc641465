import { expect, test } from "vitest";
import { plantAt, unit350 } from "../../../simulator/plant/combustion.ts";
import { counter } from "../../../simulator/plant/totals.ts";

test("totals are the sum of the seconds, however often they are looked at", () => {
  const often = counter(unit350, 3);
  for (let second = 0; second < 300; second += 7) often(second);
  const once = counter(unit350, 3)(300);
  expect(often(300)).toEqual(once);
  const seconds = Array.from({ length: 300 }, (_, second) => plantAt(unit350, 3, second));
  expect(once.energyMWh).toBeCloseTo(seconds.reduce((sum, { powerMW }) => sum + powerMW, 0) / 3600, 9);
  expect(once.gasM3).toBeCloseTo(
    seconds.reduce((sum, { flowStandardWet }) => sum + flowStandardWet, 0),
    6,
  );
});

test("totals begin at nothing and only grow", () => {
  const count = counter(unit350, 3);
  expect(count(0)).toEqual({ gasM3: 0, energyMWh: 0 });
  const first = count(1);
  expect(count(2).gasM3).toBeGreaterThan(first.gasM3);
  expect(count(2).energyMWh).toBeGreaterThan(first.energyMWh);
});
