/** The oxygen a limit refers to, and what oxygen and CO2 say together. */
import { formula, type Input } from "../formula.ts";
import { inRange, notNegative, oxygen, oxygenDivides } from "./require.ts";

const source = "HJ 212-2017, Annex D.2";
const dryOxygen: Input = { unit: "%", basis: { moisture: "dry" } };
const dryCO2: Input = { unit: "%", basis: { moisture: "dry" } };
const measured: Input = { unit: "mg/m3", basis: { moisture: "dry", conditions: "standard", oxygen: "measured" } };
const converted = { symbol: "Czs", unit: "mg/m3", basis: { oxygen: "reference" }, follows: "C_mg_m3" } as const;
const belowAir = oxygen("O2_pct >= 0", "O2_pct <= O2_air_pct");

export const oxygenFormulas = [
  formula({
    id: "reference-oxygen",
    title: { en: "Concentration at reference oxygen", zh: "基准氧含量折算浓度" },
    source,
    inputs: { C_mg_m3: measured, O2_pct: dryOxygen, O2ref_pct: { unit: "%", role: "parameter" } },
    constants: ["O2_air_pct", "O2_max_pct"],
    output: converted,
    expression: "C_mg_m3 * (O2_air_pct - O2ref_pct) / (O2_air_pct - O2_pct)",
    requires: [...oxygenDivides(), ...oxygenDivides("O2ref_pct")],
  }),
  formula({
    id: "excess-air",
    title: { en: "Excess air coefficient", zh: "过量空气系数" },
    source,
    inputs: { O2_pct: dryOxygen },
    constants: ["O2_air_pct", "O2_max_pct"],
    output: { symbol: "alpha", unit: "1" },
    expression: "O2_air_pct / (O2_air_pct - O2_pct)",
    requires: oxygenDivides(),
  }),
  formula({
    id: "reference-excess-air",
    title: { en: "Concentration at reference excess air", zh: "基准过量空气系数折算浓度" },
    source,
    inputs: { C_mg_m3: measured, alpha: { unit: "1" }, alpha_ref: { unit: "1", role: "parameter" } },
    constants: [],
    output: converted,
    expression: "C_mg_m3 * alpha / alpha_ref",
    requires: inRange("alpha >= 1", "alpha_ref >= 1"),
  }),
  formula({
    id: "fo",
    title: { en: "Fo, from dry oxygen and CO2", zh: "Fo 燃料因子（干基 O2 与 CO2）" },
    source: "40 CFR 60, Appendix A, Method 3B",
    inputs: { O2_pct: dryOxygen, CO2_pct: dryCO2 },
    constants: ["O2_air_pct"],
    output: { symbol: "Fo", unit: "1" },
    expression: "(O2_air_pct - O2_pct) / CO2_pct",
    requires: [...belowAir, ...inRange("CO2_pct >= 0")],
  }),
  formula({
    id: "fo-with-co",
    title: { en: "Fo, with CO counted as burnt", zh: "Fo 燃料因子（计入 CO）" },
    source: "40 CFR 60, Appendix A, Method 3B",
    inputs: { O2_pct: dryOxygen, CO2_pct: dryCO2, CO_pct: { unit: "%", basis: { moisture: "dry" } } },
    constants: ["O2_air_pct"],
    output: { symbol: "Fo", unit: "1" },
    expression: "(O2_air_pct - (O2_pct - CO_pct / 2)) / (CO2_pct + CO_pct)",
    requires: [...belowAir, ...inRange("CO2_pct >= 0", "CO_pct >= 0")],
  }),
  formula({
    id: "fo-of-fuel",
    title: { en: "Fo, from a fuel's F factors", zh: "由燃料 F 因子求 Fo" },
    source: "40 CFR 60, Appendix A, Method 3B",
    inputs: {
      Fd_scf_per_mmBtu: { unit: "scf/mmBtu", basis: { moisture: "dry" }, role: "parameter" },
      Fc_scf_per_mmBtu: { unit: "scf/mmBtu", role: "parameter" },
    },
    constants: ["O2_air_pct"],
    output: { symbol: "Fo", unit: "1" },
    expression: "O2_air_pct / 100 * Fd_scf_per_mmBtu / Fc_scf_per_mmBtu",
    requires: notNegative("Fd_scf_per_mmBtu", "Fc_scf_per_mmBtu"),
  }),
];
