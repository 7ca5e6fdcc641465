import { type Decimal, decimal, rounded } from "../decimal.ts";
import type { Sourced } from "./check.ts";

/** What is audited: a concentration, a rate, a diluent, moisture, flow, or one of the hazardous pollutants. */
export const systems = ["so2", "nox", "nox-rate", "so2-rate", "co2", "o2", "h2o", "flow", "hg", "hcl", "hf"] as const;
export type System = (typeof systems)[number];

/** A mean difference that suffices where the percentage does not: each number is rounded to the places of its limit. */
export interface SmallDifference {
  readonly mostReference?: string;
  readonly mostDifference: string;
  readonly quarters: 2 | 4;
}

export interface Tiers extends Sourced {
  readonly systems: readonly System[];
  readonly small: readonly SmallDifference[];
}

const epa: Sourced = {
  source: "40 CFR 75 App. B figure 2, as checked by US EPA's RATAChecks.cs RATA37 (easey-quartz-scheduler)",
  verified: true,
};

/** Relative accuracy, at one place, up to which the next audit is due in so many quarters. */
export const accuracyTiers = [
  { most: "7.5", quarters: 4 },
  { most: "10.0", quarters: 2 },
] as const;

/** The velocity alternatives of flow monitors need the area of the stack and are not here. */
export const rataTiers: readonly Tiers[] = [
  {
    ...epa,
    systems: ["so2", "nox"],
    small: [
      { mostReference: "250.0", mostDifference: "12.0", quarters: 4 },
      { mostReference: "250.0", mostDifference: "15.0", quarters: 2 },
    ],
  },
  {
    ...epa,
    systems: ["nox-rate"],
    small: [
      { mostReference: "0.200", mostDifference: "0.015", quarters: 4 },
      { mostReference: "0.200", mostDifference: "0.02", quarters: 2 },
    ],
  },
  {
    ...epa,
    systems: ["so2-rate"],
    small: [
      { mostReference: "0.50", mostDifference: "0.016", quarters: 4 },
      { mostReference: "0.50", mostDifference: "0.03", quarters: 2 },
    ],
  },
  {
    ...epa,
    systems: ["co2", "o2"],
    small: [
      { mostDifference: "0.7", quarters: 4 },
      { mostDifference: "1.0", quarters: 2 },
    ],
  },
  {
    ...epa,
    systems: ["h2o"],
    small: [
      { mostDifference: "1.0", quarters: 4 },
      { mostDifference: "1.5", quarters: 2 },
    ],
  },
  { ...epa, systems: ["flow"], small: [] },
];

/** Systems whose values are never adjusted for bias: their factor is 1 (RATAChecks.cs RATA39). */
export const neverBiased: readonly System[] = ["co2", "o2", "h2o", "hg", "hcl", "hf"];

export type Tier =
  | { readonly result: "passed"; readonly quarters: 2 | 4; readonly by: "percentage" | "difference" }
  | { readonly result: "failed" };

/** The tier of an audit. Undefined for a system without a row. */
export function tierOf(
  system: System,
  accuracy: Decimal,
  means: { readonly reference: Decimal; readonly difference: Decimal },
  tiers: readonly Tiers[] = rataTiers,
): Tier | undefined {
  const row = tiers.find(({ systems }) => systems.includes(system));
  if (row === undefined) return undefined;
  const shown = rounded(accuracy, 1);
  for (const { most, quarters } of accuracyTiers) {
    if (shown.lte(decimal(most))) return { result: "passed", quarters, by: "percentage" };
    const enough = row.small.some((small) => small.quarters === quarters && fits(small, means));
    if (enough) return { result: "passed", quarters, by: "difference" };
  }
  return { result: "failed" };
}

const fits = (
  small: SmallDifference,
  { reference, difference }: { readonly reference: Decimal; readonly difference: Decimal },
): boolean =>
  (small.mostReference === undefined || within(reference, small.mostReference)) &&
  within(difference.abs(), small.mostDifference);

const within = (value: Decimal, most: string): boolean =>
  rounded(value, most.split(".")[1]?.length ?? 0).lte(decimal(most));
