import { type PowerUnit, plantAt } from "./combustion.ts";

/** What meters that count have counted since the start. */
export interface Totals {
  /** Wet gas at 0 °C and 101325 Pa. */
  readonly gasM3: number;
  readonly energyMWh: number;
}

/** Counts second by second, so that a total does not depend on when it was asked for. Ask forwards in time; whole seconds. */
export function counter(unit: PowerUnit, seed: number): (seconds: number) => Totals {
  let counted = 0;
  let gasM3 = 0;
  let energyMWh = 0;
  return (seconds) => {
    for (; counted < seconds; counted += 1) {
      const { flowStandardWet, powerMW } = plantAt(unit, seed, counted);
      gasM3 += flowStandardWet;
      energyMWh += powerMW / 3600;
    }
    return { gasM3, energyMWh };
  };
}
