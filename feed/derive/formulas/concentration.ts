/** From shares of volume to mass in a volume. */
import { formula, type Input } from "../formula.ts";
import { inRange, notNegative } from "./require.ts";

const source = "HJ 212-2017, Annex D.2";
// The molar volume is that of standard conditions, so the mass concentration is too, whatever state the gas was measured in.
const standard = { conditions: "standard" } as const;
const ppm: Input = { unit: "ppm" };
const mass: Input = { unit: "mg/m3", basis: standard };

export const concentration = [
  formula({
    id: "ppm-to-mass",
    title: { en: "Mass concentration from ppm", zh: "体积浓度换算为质量浓度" },
    source,
    inputs: { C_ppm: ppm, M_g_per_mol: { unit: "g/mol", role: "parameter" } },
    constants: ["Vm_L_per_mol"],
    output: { symbol: "C", unit: "mg/m3", basis: standard, follows: "C_ppm" },
    expression: "M_g_per_mol / Vm_L_per_mol * C_ppm",
    requires: notNegative("M_g_per_mol"),
  }),
  formula({
    id: "nox-from-ppm",
    title: { en: "NOx as NO2, from ppm", zh: "氮氧化物（以 NO2 计，由体积浓度）" },
    source,
    inputs: { NO_ppm: ppm, NO2_ppm: ppm },
    constants: ["M_NO2_g_per_mol", "Vm_L_per_mol"],
    output: { symbol: "NOx", unit: "mg/m3", basis: standard, follows: "NO_ppm" },
    expression: "(NO_ppm + NO2_ppm) * M_NO2_g_per_mol / Vm_L_per_mol",
    requires: [],
  }),
  formula({
    id: "nox-from-mass",
    title: { en: "NOx as NO2, from mass concentrations", zh: "氮氧化物（以 NO2 计，由质量浓度）" },
    source,
    inputs: { NO_mg_m3: { unit: "mg/m3" }, NO2_mg_m3: { unit: "mg/m3" } },
    constants: ["M_NO_g_per_mol", "M_NO2_g_per_mol"],
    output: { symbol: "NOx", unit: "mg/m3", follows: "NO_mg_m3" },
    expression: "NO_mg_m3 * (M_NO2_g_per_mol / M_NO_g_per_mol) + NO2_mg_m3",
    requires: [],
  }),
  formula({
    id: "mass-to-ppm",
    title: { en: "ppm from mass concentration", zh: "质量浓度换算为体积浓度" },
    source: `${source}, solved for CV`,
    inputs: { C_mg_m3: mass, M_g_per_mol: { unit: "g/mol", role: "parameter" } },
    constants: ["Vm_L_per_mol"],
    output: { symbol: "CV", unit: "ppm", follows: "C_mg_m3" },
    expression: "C_mg_m3 * Vm_L_per_mol / M_g_per_mol",
    requires: inRange("M_g_per_mol > 0"),
  }),
  formula({
    id: "co2-share-to-mass",
    title: { en: "CO2 mass concentration from its share", zh: "CO2 体积分数换算为质量浓度" },
    source,
    inputs: { CO2_pct: { unit: "%" } },
    constants: ["M_CO2_g_per_mol", "Vm_L_per_mol"],
    output: { symbol: "C", unit: "g/m3", basis: standard, follows: "CO2_pct" },
    expression: "CO2_pct / 100 * M_CO2_g_per_mol / Vm_L_per_mol * 1000",
    requires: inRange("CO2_pct >= 0", "CO2_pct <= 100"),
  }),
];
