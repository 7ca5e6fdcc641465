import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bituminous, higherHeatingValue, plantAt, unit350 } from "../../../simulator/plant/combustion.ts";
import { steamPa } from "../../../simulator/plant/gas.ts";

// The formulas here are those of the rules, in their own units, and not those of the simulator.
const scfPerM3 = 35.3146667 * (293.15 / 273.15); // 0 °C to 68 °F
const mmBtuPerGJ = 1 / 1.05505585;
const tonPerTonne = 1 / 0.90718474;
const Fd = 9780;
const Fc = 1800;

const anyMoment = fc.record({ seed: fc.integer({ min: 0, max: 2 ** 31 }), seconds: fc.integer({ min: 0, max: 31e6 }) });
const always = (check: (plant: ReturnType<typeof plantAt>) => void): void =>
  fc.assert(fc.property(anyMoment, ({ seed, seconds }) => check(plantAt(unit350, seed, seconds))));
const near = (got: number, wanted: number, relative: number): void =>
  expect(Math.abs(got / wanted - 1), `${got} is not ${wanted}`).toBeLessThan(relative);

describe("the balances close at every moment", () => {
  test("Fo is that of bituminous coal (Method 3B)", () => {
    always(({ o2Dry, co2Dry }) => {
      const fo = (20.9 - o2Dry) / co2Dry;
      expect(fo).toBeGreaterThan(1.083);
      expect(fo).toBeLessThan(1.23);
      near(fo, (0.209 * Fd) / Fc, 1e-3);
    });
  });

  test("carbon in with the coal leaves as CO2 (40 CFR 75, F-11)", () => {
    always((plant) => {
      const scfh = plant.flowStandardWet * 3600 * scfPerM3;
      const co2Wet = plant.co2Dry * (1 - plant.moisture / 100);
      const tonsFromStack = 5.7e-7 * co2Wet * scfh;
      const tonsFromCoal = plant.coalTph * bituminous.carbon * bituminous.oxidised * (44 / 12) * tonPerTonne;
      near(tonsFromStack, tonsFromCoal, 3e-3);
      near(plant.co2Kgs * 3.6 * tonPerTonne, tonsFromCoal, 1e-3);
    });
  });

  test("heat from the coal is the heat seen in the gas (F-18)", () => {
    always((plant) => {
      const scfh = plant.flowStandardWet * 3600 * scfPerM3;
      const heat = (scfh * (100 - plant.moisture) * (20.9 - plant.o2Dry)) / (2090 * Fd);
      near(heat, plant.heatGJh * mmBtuPerGJ, 1e-3);
    });
  });

  test("power is what the coal gives at a believable heat rate", () => {
    always(({ coalTph, powerMW }) => {
      const kilojoulesPerKWh = (coalTph * bituminous.ncv * 1e6) / (powerMW * 1000);
      expect(kilojoulesPerKWh).toBeGreaterThan(8700);
      expect(kilojoulesPerKWh).toBeLessThan(9300);
    });
  });

  test("actual flow brought to standard and dry is the dry flow (HJ 212-2017, Annex D)", () => {
    always((plant) => {
      const hourly = 3600 * unit350.sectionM2 * plant.velocity;
      const absolute = unit350.barometricPa + plant.staticPa;
      const standard = hourly * (273 / (273 + plant.temperatureC)) * (absolute / 101_325) * (1 - plant.moisture / 100);
      near(standard, plant.flowStandardDry * 3600, 1e-3);
    });
  });
});

test("the coal's heating values belong together", () => {
  // What water from hydrogen and moisture takes away: 1 to 1.3 GJ/t for bituminous coal.
  expect(higherHeatingValue(bituminous) - bituminous.ncv).toBeGreaterThan(0.9);
  expect(higherHeatingValue(bituminous) - bituminous.ncv).toBeLessThan(1.4);
});

test("the gas is saturated as in the steam tables", () => {
  near(steamPa(45), 9_595, 2e-3);
  near(steamPa(50), 12_352, 2e-3);
});

test("everything stays where a running unit stays", () => {
  always((plant) => {
    const within = (value: number, low: number, high: number): void => {
      expect(value).toBeGreaterThan(low);
      expect(value).toBeLessThan(high);
    };
    within(plant.powerMW / unit350.ratedMW, 0.5, 1.001);
    within(plant.o2Dry, 4, 7);
    within(plant.co2Dry, 11, 15);
    within(plant.moisture, 9, 15);
    within(plant.velocity, 7, 20);
    within(plant.temperatureC, 45, 53);
    within(plant.staticPa, -200, -50);
    within(plant.so2Dry, 2, 20);
    within(plant.noDry + plant.no2Dry, 8, 30);
    within(plant.coDry, 10, 100);
  });
});

test("nothing jumps from one second to the next", () => {
  fc.assert(
    fc.property(anyMoment, ({ seed, seconds }) => {
      const before = plantAt(unit350, seed, seconds);
      const after = plantAt(unit350, seed, seconds + 1);
      near(after.powerMW, before.powerMW, 0.004);
      near(after.flowActual, before.flowActual, 0.01);
      near(after.so2Dry, before.so2Dry, 0.02);
    }),
  );
});

test("the same seed is the same plant, in whatever order it is looked at", () => {
  const forwards = [0, 10, 3600].map((seconds) => plantAt(unit350, 7, seconds));
  const backwards = [3600, 10, 0].map((seconds) => plantAt(unit350, 7, seconds)).reverse();
  expect(backwards).toEqual(forwards);
  expect(plantAt(unit350, 8, 10)).not.toEqual(plantAt(unit350, 7, 10));
  expect(forwards[0]?.powerMW).not.toBe(forwards[2]?.powerMW);
});
