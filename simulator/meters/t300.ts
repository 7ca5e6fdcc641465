import { type Model, row } from "./model.ts";

/** Inches of mercury (at 0 °C) in one kPa. */
const inHgPerKpa = 1 / 3.38639;

/**
 * Teledyne T300, a CO analyser for dry gas with the options O2 and CO2 (manual 06864B, Table A-9): function 4, float32, high word
 * first, range 1 only. What it shows is slope times what it measures plus offset, so that whoever turns them turns the value: the
 * offset is taken as one in the unit of the value. It knows no held value and no state of maintenance.
 */
export const t300: Model = {
  profile: "teledyne/t300",
  about: "Teledyne T300 CO analyser: CO in ppm, O2, CO2, dry; slope and offset can be turned; float32 ABCD",
  maxRegisters: 125,
  cells: [
    ...row("input", 6, "float32", ["slope"]),
    ...row("input", 10, "float32", ["offset"]),
    ...row("input", 18, "float32", ["co"]),
    ...row("input", 24, "float32", ["bench-temperature"]),
    ...row("input", 32, "float32", ["sample-temperature", "sample-pressure"]),
    ...row("input", 100, "float32", ["o2"]),
    ...row("input", 104, "float32", ["o2-slope", "o2-offset"]),
    ...row("input", 200, "float32", ["co2"]),
    ...row("input", 204, "float32", ["co2-slope", "co2-offset"]),
    ...row("holding", 0, "float32", ["span-target"]),
    ...row("discrete", 14, "bit", ["invalid", "zero", "span", "multi-point", "ok"]),
    ...row("discrete", 100, "bit", ["o2-calibration"]),
  ],
  settings: {
    slope: 1,
    offset: 0,
    "o2-slope": 1,
    "o2-offset": 0,
    "co2-slope": 1,
    "co2-offset": 0,
    "span-target": 80,
  },
  values: ({ plant, condition, settings, scatter }) => {
    const gas = condition === "zero" ? 0 : 1;
    const shown = (prefix: string, measured: number): number =>
      (settings[`${prefix}slope`] ?? 1) * measured + (settings[`${prefix}offset`] ?? 0);
    const co = condition === "span" ? (settings["span-target"] ?? 0) : gas * plant.coDry;
    return {
      co: shown("", co + 0.05 * scatter("co")),
      o2: shown("o2-", plant.o2Dry + 0.01 * scatter("o2")),
      co2: shown("co2-", plant.co2Dry + 0.01 * scatter("co2")),
      "bench-temperature": 48 + 0.05 * scatter("bench"),
      "sample-temperature": 31 + 0.1 * scatter("sample"),
      "sample-pressure": 96 * inHgPerKpa + 0.02 * scatter("pressure"),
      invalid: condition === "malfunction" ? 1 : 0,
      zero: condition === "zero" ? 1 : 0,
      span: condition === "span" ? 1 : 0,
      "multi-point": 0,
      ok: condition === "malfunction" ? 0 : 1,
      "o2-calibration": 0,
    };
  },
};
