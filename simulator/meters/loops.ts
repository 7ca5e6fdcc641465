import type { PlantState } from "../plant/combustion.ts";
import { type Model, row, type Scene } from "./model.ts";

/** What hangs on a 4-20 mA loop: the value at 4 mA and at 20 mA, in the unit of the instrument. */
interface Loop {
  readonly from: number;
  readonly to: number;
  of(plant: PlantState): number;
}

const temperature: Loop = { from: 0, to: 300, of: (plant) => plant.temperatureC };
const pressure: Loop = { from: -2000, to: 2000, of: (plant) => plant.staticPa };
const velocity: Loop = { from: 0, to: 40, of: (plant) => plant.velocity };
const moisture: Loop = { from: 0, to: 40, of: (plant) => plant.moisture };
const oxygen: Loop = { from: 0, to: 25, of: (plant) => plant.o2Dry };
const coal: Loop = { from: 0, to: 300, of: (plant) => plant.coalTph };
/** 0 to 60 mg/m³; behind a wet scrubber there is little, and here it does not change. */
const dust: Loop = { from: 0, to: 60, of: () => 4.2 };

/** Milliamperes; a broken wire carries none. */
const current = ({ from, to, of }: Loop, { plant, condition, scatter }: Scene, label: string): number =>
  condition === "malfunction" ? 0 : 4 + (16 * (of(plant) - from)) / (to - from) + 0.003 * scatter(label);

const within = (least: number, most: number, count: number): number =>
  Math.min(most, Math.max(least, Math.round(count)));
const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `ai${index + 1}`);

/** Milliamperes on the eight inputs of an analog module; two are not wired. */
export const eightLoops = (scene: Scene): readonly number[] =>
  [temperature, pressure, velocity, moisture, oxygen, coal, undefined, undefined].map((loop, index) =>
    loop ? current(loop, scene, `ai${index + 1}`) : 0,
  );

/**
 * An input module of the 7017 family in its Modbus form: 65536 counts for -20 to +20 mA, so 12 mA reads 52428. Loops: gas
 * temperature 0-300 °C, static pressure -2000-2000 Pa, velocity 0-40 m/s, moisture 0-40 %, oxygen 0-25 % dry, coal 0-300
 * t/h; two are not wired.
 */
export const ai8: Model = {
  profile: "generic/ai8-4-20ma",
  about: "Input module, eight 4-20 mA loops: temperature, pressure, velocity, moisture, O2, coal; counts, 39321 = 4 mA",
  maxRegisters: 8,
  cells: row("holding", 0, "uint16", names(8)),
  values: (scene) => {
    const count = (milliamperes: number): number => within(0, 65_535, 39_321 + ((milliamperes - 4) / 16) * 26_214);
    return Object.fromEntries(eightLoops(scene).map((milliamperes, index) => [`ai${index + 1}`, count(milliamperes)]));
  },
};

/**
 * A controller (S7-200) of an analysis cabinet: counts 6400 to 32000 for 4 to 20 mA at addresses 9 to 13, a status word at
 * 0. Loops: moisture 0-40 %, dust 0-60 mg/m³, velocity 0-40 m/s, temperature 0-300 °C, static pressure -2000-2000 Pa.
 */
export const plc5: Model = {
  profile: "generic/plc-6400-32000",
  about:
    "PLC of a gas cabinet, five 4-20 mA loops: moisture, dust, velocity, temperature, pressure; counts, 6400 = 4 mA",
  maxRegisters: 125,
  cells: [...row("holding", 0, "uint16", ["state"]), ...row("holding", 9, "uint16", names(5))],
  values: (scene) => {
    const loops = [moisture, dust, velocity, temperature, pressure];
    const bits = { measuring: 0x0100, held: 0, malfunction: 0x0200, zero: 0x0400, span: 0x0400, maintenance: 0x0800 };
    const count = (loop: Loop, n: number): number =>
      within(0, 32_767, 6400 + ((current(loop, scene, `ai${n}`) - 4) / 16) * 25_600);
    return {
      state: bits[scene.condition],
      ...Object.fromEntries(loops.map((loop, index) => [`ai${index + 1}`, count(loop, index + 1)])),
    };
  },
};
