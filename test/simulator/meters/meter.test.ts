import { expect, test } from "vitest";
import { createMeter, type Meter } from "../../../simulator/meters/meter.ts";
import type { Condition } from "../../../simulator/meters/model.ts";
import { type ModelName, models } from "../../../simulator/meters/models.ts";
import { unit350 } from "../../../simulator/plant/combustion.ts";
import { startPlant } from "../../../simulator/plant/world.ts";

/** A meter and the hands of its clock. */
function meterOf(model: ModelName): { readonly meter: Meter; readonly clock: { seconds: number } } {
  const clock = { seconds: 0 };
  const look = startPlant(unit350, 1, () => clock.seconds);
  return { meter: createMeter({ id: "m", unit: 1, model: models[model], seed: 1, look }), clock };
}
const read = (fc: number, start: number, count: number): Buffer => {
  const pdu = Buffer.from([fc, 0, 0, 0, 0]);
  pdu.writeUInt16BE(start, 1);
  pdu.writeUInt16BE(count, 3);
  return pdu;
};
const points = (meter: Meter, fc: number, start: number, count: number): Readonly<Record<string, string>> =>
  meter.ask(read(fc, start, count)).points;

test("registers are renewed once a second", () => {
  const { meter, clock } = meterOf("marsic300");
  const first = meter.ask(read(4, 1000, 24)).answer.pdu;
  clock.seconds = 0.9;
  expect(meter.ask(read(4, 1000, 24)).answer.pdu).toEqual(first);
  clock.seconds = 1.1;
  expect(meter.ask(read(4, 1000, 24)).answer.pdu).not.toEqual(first);
});

test("what a reply shows is what its bytes say, and only what is wholly in it", () => {
  const { meter } = meterOf("marsic300");
  const { answer, points } = meter.ask(read(4, 1001, 5));
  expect(Object.keys(points)).toEqual(["co2", "so2-co2"]);
  expect(String(answer.pdu.readFloatBE(2 + 2))).toBe(points.co2);
  expect(String(answer.pdu.readFloatBE(2 + 6))).toBe(points["so2-co2"]);
});

test("the analyser holds its values and says so", () => {
  const { meter, clock } = meterOf("marsic300");
  clock.seconds = 10;
  const live = points(meter, 4, 1000, 24);
  meter.setCondition("held");
  clock.seconds = 70;
  expect(points(meter, 4, 1000, 24)).toEqual(live);
  expect(points(meter, 2, 1000, 5)).toMatchObject({ live: "0", malfunction: "0" });
  meter.setCondition("measuring");
  expect(points(meter, 4, 1000, 24)).not.toEqual(live);
  expect(points(meter, 2, 1000, 5)).toMatchObject({ live: "1" });
});

test.each<[Condition, number, number, string]>([
  ["malfunction", 1000, 5, "malfunction"],
  ["maintenance", 1000, 5, "maintenance"],
  ["zero", 1024, 2, "zero"],
  ["span", 1024, 2, "span"],
])("the analyser in %s raises its bit and shows 0", (condition, start, count, bit) => {
  const { meter } = meterOf("marsic300");
  expect(points(meter, 2, start, count)[bit]).toBe("0");
  meter.setCondition(condition);
  expect(points(meter, 2, start, count)[bit]).toBe("1");
  expect(new Set(Object.values(points(meter, 4, 1000, 24)))).toEqual(new Set(["0"]));
});

test("a broken flow sensor sets the bit of the manual", () => {
  const { meter } = meterOf("s430");
  meter.setCondition("malfunction");
  expect(meter.ask(read(3, 24, 2)).answer.pdu.toString("hex")).toBe("030401000000");
  expect(points(meter, 3, 0, 8)).toEqual({ temperature: "0", pressure: "0", velocity: "0", flow: "0" });
});

test("4-20 mA loops: a broken wire is far below the live zero, a wired one within 4 to 20 mA", () => {
  const { meter } = meterOf("ai8");
  const wired = Object.values(points(meter, 3, 0, 6)).map(Number);
  expect(Math.min(...wired)).toBeGreaterThanOrEqual(39_321);
  expect(Math.max(...wired)).toBeLessThanOrEqual(65_535);
  meter.setCondition("malfunction");
  const broken = Object.values(points(meter, 3, 0, 8)).map(Number);
  expect(Math.max(...broken)).toBeLessThan(38_666); // 3.6 mA
});

test("counts of known currents", () => {
  const look = startPlant(unit350, 1, () => 0);
  const { plant, totals } = look();
  const scene = { totals, condition: "measuring", settings: {}, scatter: () => 0 } as const;
  const at = (name: "ai8" | "plc5", temperatureC: number, point: string): number | undefined =>
    models[name].values({ ...scene, plant: { ...plant, temperatureC } })[point];
  expect(at("ai8", 150, "ai1")).toBe(52_428);
  expect(at("ai8", 300, "ai1")).toBe(65_535);
  expect(at("plc5", 0, "ai4")).toBe(6400);
  expect(at("plc5", 300, "ai4")).toBe(32_000);
  expect(at("plc5", 81.5625, "ai4")).toBe(0x3430);
});

test("the meters agree with each other: gas, power and concentrations are of one plant", () => {
  const clock = { seconds: 500 };
  const look = startPlant(unit350, 4, () => clock.seconds);
  const make = (model: ModelName): Meter => createMeter({ id: model, unit: 1, model: models[model], seed: 4, look });
  const gas = points(make("marsic300"), 4, 1000, 24);
  const flow = points(make("s430"), 3, 0, 10);
  const power = points(make("sdm630"), 4, 0x34, 2);
  const n = (text: string | undefined): number => Number(text);
  // CO2 per MWh of a coal unit: 0.75 to 0.95 t.
  const co2TonnesPerHour = (n(flow.flow) * (n(gas.co2) / 100) * 1.9635) / 1000;
  const perMWh = co2TonnesPerHour / (n(power.power) / 1e6);
  expect(perMWh).toBeGreaterThan(0.75);
  expect(perMWh).toBeLessThan(0.95);
  const dry = 1 - n(gas.h2o) / 100;
  const fo = (20.9 - n(gas.o2) / dry) / (n(gas.co2) / dry);
  expect(fo).toBeGreaterThan(1.083);
  expect(fo).toBeLessThan(1.23);
});

test("the CO analyser shows slope times what it measures plus offset, and says both", () => {
  const { meter } = meterOf("t300");
  const co = (): number => Number(points(meter, 4, 18, 2).co);
  const before = co();
  expect(points(meter, 4, 6, 2)).toEqual({ slope: "1" });
  expect(meter.set({ slope: 1.5, offset: -2 })).toBeUndefined();
  expect(points(meter, 4, 6, 2)).toEqual({ slope: "1.5" });
  expect(points(meter, 4, 10, 2)).toEqual({ offset: "-2" });
  expect(co()).toBeCloseTo(1.5 * before - 2, 4);
});

test("a setting that a meter does not have leaves the others as they are", () => {
  const { meter } = meterOf("t300");
  expect(meter.set({ slope: 1.08, range: 5 })).toBe("range");
  expect(points(meter, 4, 6, 2)).toEqual({ slope: "1" });
  expect(meterOf("s430").meter.set({ slope: 1.08 })).toBe("slope");
});

test("the CO analyser shows zero and span gas, and says so", () => {
  const { meter } = meterOf("t300");
  meter.setCondition("span");
  expect(points(meter, 2, 14, 5)).toMatchObject({ span: "1", zero: "0", invalid: "0" });
  expect(Number(points(meter, 4, 18, 2).co)).toBeCloseTo(80, 0);
  meter.setCondition("zero");
  expect(points(meter, 2, 14, 5)).toMatchObject({ span: "0", zero: "1" });
  expect(Number(points(meter, 4, 18, 2).co)).toBeCloseTo(0, 0);
});
