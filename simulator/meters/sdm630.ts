import { type Model, row } from "./model.ts";

const lineVolts = 20_000;
const powerFactor = 0.9;

/**
 * Eastron SDM630 at the generator's terminals, showing primary values behind its transformers (register map as read by
 * mbmd, meters/rs485/sdm.go): function 4, float32, high word first, at most 60 registers a request. Import is what the
 * generator gives.
 */
export const sdm630: Model = {
  profile: "eastron/sdm630",
  about: "Eastron SDM630 power meter: voltages, currents, power, energy; float32 ABCD",
  maxRegisters: 60,
  identity: { vendor: "Eastron", product: "SDM630", revision: "1.9" },
  cells: [
    ...row("input", 0x0000, "float32", ["u1", "u2", "u3", "i1", "i2", "i3", "p1", "p2", "p3"]),
    ...row("input", 0x0034, "float32", ["power"]),
    ...row("input", 0x0038, "float32", ["apparent"]),
    ...row("input", 0x003c, "float32", ["reactive", "factor"]),
    ...row("input", 0x0046, "float32", ["frequency", "import", "export"]),
    ...row("input", 0x0156, "float32", ["energy", "reactive-energy"]),
  ],
  values: ({ plant, totals, scatter }) => {
    const watts = plant.powerMW * 1e6 * (1 + 0.0005 * scatter("power"));
    const phases = [1, 2, 3].map((n) => {
      const volts = (lineVolts / Math.sqrt(3)) * (1 + 0.0015 * scatter(`u${n}`));
      return { n, volts, watts: watts / 3, amperes: watts / 3 / volts / powerFactor };
    });
    const apparent = watts / powerFactor;
    const tangent = Math.sqrt(1 - powerFactor ** 2) / powerFactor;
    const imported = 1_203_455 + totals.energyMWh * 1000;
    return {
      ...Object.fromEntries(
        phases.flatMap((p) => [
          [`u${p.n}`, p.volts],
          [`i${p.n}`, p.amperes],
          [`p${p.n}`, p.watts],
        ]),
      ),
      power: watts,
      apparent,
      reactive: watts * tangent,
      factor: powerFactor,
      frequency: 50 + 0.012 * scatter("frequency"),
      import: imported,
      export: 412,
      energy: imported + 412,
      "reactive-energy": imported * tangent,
    };
  },
};
