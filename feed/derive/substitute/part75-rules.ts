import type { Sourced } from "../calibration/check.ts";
import type { Method } from "./substituted.ts";

export type Parameter = "so2" | "co2" | "o2" | "h2o" | "h2o-high" | "nox" | "nox-rate" | "flow";

/** For an availability of at least `from` percent, and gaps of up to `upToHours`, where that is given. */
export interface Tier {
  readonly from: string;
  readonly upToHours?: number;
  readonly method: Method;
  /** Of the hours looked back on; of an inverse rule it counts from the lowest, 100 - percentile. */
  readonly percentile?: number;
  readonly modc: string;
}

export interface Part75Rule extends Sourced {
  readonly parameters: readonly Parameter[];
  /** Quality-assured hours looked back on; before there are as many, the initial procedure of 75.31 holds. */
  readonly lookBack: 720 | 2160;
  /** Only hours of the gap's load range count. */
  readonly byLoad: boolean;
  /** Too low a value is the worse one: the lowest, the lesser, the minimum potential. */
  readonly inverse: boolean;
  /** In this order: the first that fits counts. */
  readonly tiers: readonly Tier[];
}

/** Hours of data older than this, counted by the clock, are not looked back on (three years). */
export const oldestHours = 26_280;
/** Hours in operation over which availability is counted. */
export const availabilityHours = 8_760;
/** MODC of the initial procedure, and of the potential value where there is nothing to look back on. */
export const initialModc = { mean: "07", potential: "12" } as const;

const concentration: readonly Tier[] = [
  { from: "95.0", upToHours: 24, method: "mean-before-after", modc: "06" },
  { from: "95.0", method: "percentile-or-mean", percentile: 90, modc: "08" },
  { from: "90.0", upToHours: 8, method: "mean-before-after", modc: "06" },
  { from: "90.0", method: "percentile-or-mean", percentile: 95, modc: "09" },
  { from: "80.0", method: "extreme", modc: "10" },
  { from: "0", method: "potential", modc: "12" },
];

/** As above, with the mean of the load range in short gaps. */
const byLoad: readonly Tier[] = concentration.map((tier) =>
  tier.method === "mean-before-after" ? { ...tier, method: "mean-before", modc: "11" } : tier,
);

export const part75Rules: readonly Part75Rule[] = [
  {
    source: "40 CFR 75.33(b), 75.35; MODC as checked by US EPA's HourlyMonitorValueChecks.cs",
    verified: true,
    parameters: ["so2", "co2"],
    lookBack: 720,
    byLoad: false,
    inverse: false,
    tiers: concentration,
  },
  {
    source: "40 CFR 75.37(d), for the equations in which moisture raises the emission (19-3, 19-4, 19-8)",
    verified: false,
    parameters: ["h2o-high"],
    lookBack: 720,
    byLoad: false,
    inverse: false,
    tiers: concentration,
  },
  {
    source: "40 CFR 75.36(d), 75.37(d)(1): the lesser, the minimum; percentiles from memory",
    verified: false,
    parameters: ["o2", "h2o"],
    lookBack: 720,
    byLoad: false,
    inverse: true,
    tiers: concentration,
  },
  {
    source: "40 CFR 75.33(c), the mean of the load range in short gaps from memory",
    verified: false,
    parameters: ["nox", "nox-rate", "flow"],
    lookBack: 2160,
    byLoad: true,
    inverse: false,
    tiers: byLoad,
  },
];
