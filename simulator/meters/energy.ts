import type { Scene } from "./model.ts";

const lineVolts = 20_000;
const factor = 0.9;
const voltageRatio = 200;
const currentRatio = 3000;
const ratio = voltageRatio * currentRatio;

/**
 * An energy meter at the generator's terminals, behind a voltage transformer of 20000/100 V and a current transformer of
 * 15000/5 A. It shows secondary values, as meters that speak DL/T 645 do: V, A, kW, kvar, kVA, kWh, Hz.
 */
export function secondary({ plant, totals, scatter }: Scene): Readonly<Record<string, number>> {
  const kilowatts = (plant.powerMW * 1000 * (1 + 0.0005 * scatter("power"))) / ratio;
  const phases = [1, 2, 3].map((n) => {
    const volts = (lineVolts / Math.sqrt(3) / voltageRatio) * (1 + 0.0015 * scatter(`u${n}`));
    return [
      [`u${n}`, volts],
      [`i${n}`, (kilowatts * 1000) / 3 / volts / factor],
      [`p${n}`, kilowatts / 3],
    ] as const;
  });
  const tangent = Math.sqrt(1 - factor ** 2) / factor;
  return {
    ...Object.fromEntries(phases.flat()),
    power: kilowatts,
    reactive: kilowatts * tangent,
    apparent: kilowatts / factor,
    factor,
    frequency: 50 + 0.012 * scatter("frequency"),
    import: 2345.67 + (totals.energyMWh * 1000) / ratio,
    export: 0.41,
  };
}
