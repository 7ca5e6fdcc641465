import { type Model, row } from "./model.ts";

/** Bits of the system status (manual, p. 43): a broken sensor. */
const sensorBroken = 0x0100;

/**
 * SUTO S430 flow meter (instruction manual, section 10, p. 42): function 3, low word first ("mid-little-endian"). Its flow is
 * that of the wet gas at standard conditions; the total is a whole number of m³ that rolls over at 2^32.
 */
export const s430: Model = {
  profile: "suto/s430",
  about: "SUTO S430 stack flow meter: temperature, pressure, velocity, flow, total; float32 and uint32 CDAB",
  maxRegisters: 125,
  identity: { vendor: "SUTO", product: "S430", revision: "2.1" },
  cells: [
    ...row("holding", 0, "float32", ["temperature", "pressure", "velocity", "flow"], "CDAB"),
    ...row("holding", 8, "uint32", ["consumption"], "CDAB"),
    ...row("holding", 24, "uint32", ["system"], "CDAB"),
  ],
  values: ({ plant, totals, condition, scatter }) => {
    const gives = condition === "malfunction" ? 0 : 1;
    const shown = (label: string, value: number): number => gives * value * (1 + 0.001 * scatter(label));
    return {
      temperature: shown("temperature", plant.temperatureC),
      // Absolute, bar.
      pressure: gives * (plant.absolutePa / 1e5 + 0.0002 * scatter("pressure")),
      velocity: shown("velocity", plant.velocity),
      flow: shown("flow", plant.flowStandardWet * 3600),
      consumption: Math.floor(2_814_336_100 + totals.gasM3) % 2 ** 32,
      system: condition === "malfunction" ? sensorBroken : 0,
    };
  },
};
