import { type PlantState, type PowerUnit, plantAt } from "./combustion.ts";
import { counter, type Totals } from "./totals.ts";

/** The plant as all meters see it at one second. */
export interface Moment {
  /** Whole seconds since the start. */
  readonly seconds: number;
  readonly plant: PlantState;
  readonly totals: Totals;
}

/** A plant that runs: `look` gives the second it is now, the same to everyone who asks within it. */
export function startPlant(unit: PowerUnit, seed: number, elapsed: () => number): () => Moment {
  const count = counter(unit, seed);
  const moment = (seconds: number): Moment => ({
    seconds,
    plant: plantAt(unit, seed, seconds),
    totals: count(seconds),
  });
  let latest = moment(0);
  return () => {
    const seconds = Math.floor(elapsed());
    if (seconds > latest.seconds) latest = moment(seconds);
    return latest;
  };
}
