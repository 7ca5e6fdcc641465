import { type Cell, type Model, row } from "./model.ts";

/** Functions 3 and 4 show the same registers. */
const both = (cells: readonly Cell[]): Cell[] => cells.flatMap((cell) => [cell, { ...cell, table: "input" as const }]);

const bits = (first: number, last: number, prefix: string): string[] =>
  Array.from({ length: last - first + 1 }, (_, index) => `${prefix}-${first + index}`);
const alarmBits = bits(4, 10, "alarm");
const modeBits = bits(63, 66, "mode");

/**
 * Thermo 42i NOx analyser (instruction manual, Appendix C): float32, low word first; dry sample gas in ppb. Of the states data
 * loggers read 4 (calibration), 5 (not measuring), 10 (fault), and of the mode bits 63 (calibration).
 */
export const thermo42i: Model = {
  profile: "thermo/42i",
  about: "Thermo 42i NOx analyser: NO, NO2, NOx in ppb, dry; float32 CDAB",
  maxRegisters: 125,
  identity: { vendor: "Thermo", product: "42i", revision: "1.6.10" },
  cells: [
    ...both(row("holding", 0, "float32", ["no", "no2", "nox"], "CDAB")),
    ...row("discrete", 4, "bit", alarmBits),
    ...row("discrete", 63, "bit", modeBits),
  ],
  values: ({ plant, condition, scatter }) => {
    const calibrates = condition === "zero" || condition === "span";
    const gas = condition === "zero" ? 0 : 1;
    const no = gas * plant.noDry * 1000 + 0.4 * scatter("no");
    const no2 = gas * plant.no2Dry * 1000 + 0.4 * scatter("no2");
    return {
      ...Object.fromEntries([...alarmBits, ...modeBits].map((point) => [point, 0])),
      no,
      no2,
      nox: no + no2,
      "alarm-4": calibrates ? 1 : 0,
      "alarm-5": condition === "maintenance" || condition === "held" ? 1 : 0,
      "alarm-10": condition === "malfunction" ? 1 : 0,
      "mode-63": calibrates ? 1 : 0,
    };
  },
};
