import type { Constants } from "./formula.ts";

/**
 * The constants of the standards, by name with unit. A site names the set it is bound to; the set is part of what a value
 * rests on and stands in its trace. Sets differ on purpose: a regulator's 22.4 and a chemist's 22.414 are both right.
 */
export const constantUnits = {
  T0_K: ["K", "0 °C"],
  Tn_K: ["K", "temperature of the standard conditions"],
  p0_Pa: ["Pa", "pressure of the standard conditions"],
  Vm_L_per_mol: ["L/mol", "molar volume of a gas at standard conditions"],
  Vm_scf_per_lbmol: ["scf/lbmol", "molar volume of a gas at standard conditions"],
  M_C_g_per_mol: ["g/mol", "molar mass of carbon"],
  M_CO2_g_per_mol: ["g/mol", "molar mass of CO2"],
  M_NO_g_per_mol: ["g/mol", "molar mass of NO"],
  M_NO2_g_per_mol: ["g/mol", "molar mass of NO2"],
  O2_air_pct: ["%", "oxygen of dry air"],
  O2_max_pct: ["%", "oxygen above which nothing is divided by its distance to air"],
  X_margin_pct: ["%", "how far a moisture reading may lie above saturation"],
  K_SO2_lb_per_scf_ppm: ["lb/(scf ppm)", "SO2 of one scf at 1 ppm"],
  K_NOx_lb_per_scf_ppm: ["lb/(scf ppm)", "NOx, as NO2, of one scf at 1 ppm"],
  K_CO2_ton_per_scf_pct: ["ton/(scf %)", "CO2 of one scf at 1 %"],
  scf_m3: ["m3", "one cubic foot"],
  mmBtu_GJ: ["GJ", "one million British thermal units"],
  T_scf_K: ["K", "temperature of a standard cubic foot, 68 °F"],
  GWP_CF4: ["1", "global warming potential of CF4"],
  GWP_C2F6: ["1", "global warming potential of C2F6"],
  slope_CF4: ["(kg/t)/(min/d)", "CF4 of a tonne of aluminium for each anode-effect minute of a cell and day"],
  ratio_C2F6: ["1", "C2F6 by mass for each CF4"],
  D_carbide_slag: ["1", "CO2 saved by a tonne of carbide slag in the raw meal"],
  D_steel_slag: ["1", "CO2 saved by a tonne of steel slag in the raw meal"],
  D_fly_ash: ["1", "CO2 saved by a tonne of fly ash in the raw meal"],
} as const satisfies Readonly<Record<string, readonly [unit: string, meaning: string]>>;
export type ConstantName = keyof typeof constantUnits;

export interface Constant {
  /** A decimal string. */
  readonly value: string;
  readonly source: string;
  /** False where the number was not read in the source itself: a site compares it before it relies on it. */
  readonly verified: boolean;
}

export interface ConstantSet {
  readonly title: { readonly en: string; readonly zh: string };
  readonly values: Readonly<Partial<Record<ConstantName, Constant>>>;
}

const from =
  (source: string, verified = true) =>
  (value: string): Constant => ({ value, source, verified });
const annexD = from("HJ 212-2017, Annex D.2");
const ours = from("default of this product, for the site to decide", false);
const iupac = from("IUPAC, standard atomic weights, abridged", false);
const appendixF = from("40 CFR 75, Appendix F");
const definition = from("exact by definition");

const limits = { O2_max_pct: ours("20"), X_margin_pct: ours("1") } as const;

export const constantSets = {
  hj: {
    title: { en: "HJ 212 / HJ 75: 273 and 22.4", zh: "HJ 212 / HJ 75：273 与 22.4" },
    values: {
      T0_K: annexD("273"),
      Tn_K: annexD("273"),
      p0_Pa: annexD("101325"),
      Vm_L_per_mol: annexD("22.4"),
      M_NO_g_per_mol: annexD("30"),
      M_NO2_g_per_mol: annexD("46"),
      O2_air_pct: annexD("21"),
      M_CO2_g_per_mol: from("whole number, as in 44/12 and 44/22.4")("44"),
      M_C_g_per_mol: from("whole number, as in 44/12")("12"),
      ...limits,
    },
  },
  exact: {
    title: { en: "Physics: 273.15 and 22.414", zh: "物理精确值：273.15 与 22.414" },
    values: {
      T0_K: definition("273.15"),
      Tn_K: from("the ice point, 0 °C")("273.15"),
      p0_Pa: definition("101325"),
      Vm_L_per_mol: from("CODATA 2018, 22.413 969 54 L/mol, to three places")("22.414"),
      M_NO_g_per_mol: iupac("30.006"),
      M_NO2_g_per_mol: iupac("46.005"),
      M_CO2_g_per_mol: from("common use in emission calculations; IUPAC gives 44.009", false)("44.01"),
      M_C_g_per_mol: iupac("12.011"),
      O2_air_pct: from("U.S. Standard Atmosphere 1976, 20.9476 %", false)("20.95"),
      scf_m3: definition("0.028316846592"),
      mmBtu_GJ: from("International Table Btu, 1055.055 852 62 J")("1.05505585262"),
      T_scf_K: definition("293.15"),
      ...limits,
    },
  },
  epa: {
    title: { en: "40 CFR 75: 68 °F and 385 scf/lbmol", zh: "美国 40 CFR 75：68 °F 与 385 scf/lbmol" },
    values: {
      T0_K: definition("273.15"),
      Tn_K: from("40 CFR 75, Appendix F: 68 °F", false)("293.15"),
      p0_Pa: from("40 CFR 75, Appendix F: 29.92 inHg", false)("101325"),
      Vm_scf_per_lbmol: from("40 CFR 75, Appendix G, G-4: Uf = 1/385", false)("385"),
      M_CO2_g_per_mol: from("40 CFR 75, Appendix G, G-4")("44"),
      M_C_g_per_mol: from("40 CFR 75, Appendix G")("12"),
      O2_air_pct: appendixF("20.9"),
      K_SO2_lb_per_scf_ppm: appendixF("1.660e-7"),
      K_NOx_lb_per_scf_ppm: appendixF("1.194e-7"),
      K_CO2_ton_per_scf_pct: appendixF("5.7e-7"),
      ...limits,
    },
  },
  cets: {
    title: {
      en: "China's carbon market: 44/12 and the guidelines' factors",
      zh: "全国碳市场核算指南：44/12 与指南因子",
    },
    values: {
      M_CO2_g_per_mol: from("CETS-AG guidelines, 44/12")("44"),
      M_C_g_per_mol: from("CETS-AG guidelines, 44/12")("12"),
      GWP_CF4: from("CETS-AG-04.01-V01-2024, as the platform computes")("6630"),
      GWP_C2F6: from("CETS-AG-04.01-V01-2024, as the platform computes")("11100"),
      slope_CF4: from("CETS-AG-04.01-V01-2024, as the platform computes")("0.143"),
      ratio_C2F6: from("CETS-AG-04.01-V01-2024, as the platform computes")("0.1"),
      D_carbide_slag: from("CETS-AG-02.01-V01-2024, as the platform computes")("0.480"),
      D_steel_slag: from("CETS-AG-02.01-V01-2024, as the platform computes")("0.215"),
      D_fly_ash: from("CETS-AG-02.01-V01-2024, as the platform computes")("0.055"),
    },
  },
} as const satisfies Readonly<Record<string, ConstantSet>>;
export type ConstantSetId = keyof typeof constantSets;
export const constantSetIds = Object.keys(constantSets) as readonly ConstantSetId[];

/** A set's numbers, with those a site puts in their place. */
export function constantsOf(id: ConstantSetId, instead: Constants = {}): Constants {
  const values: Readonly<Record<string, Constant>> = constantSets[id].values;
  return { ...Object.fromEntries(Object.entries(values).map(([name, { value }]) => [name, value])), ...instead };
}
