/** CO2 of what is made rather than burnt: steel, cement, aluminium, and the power that is bought. */
import { formula, type Input } from "../formula.ts";
import { inRange, notNegative } from "./require.ts";

const steel = "CETS-AG-03.01-V01-2024";
const cement = "CETS-AG-02.01-V01-2024";
const aluminium = "CETS-AG-04.01-V01-2024";
const E_t = { symbol: "E", unit: "t" } as const;
const tonnes: Input = { unit: "t" };
const factor: Input = { unit: "t/t", role: "parameter" };

export const processes = [
  formula({
    id: "steel-fuel-co2",
    title: { en: "CO2 of a fuel in steel making", zh: "钢铁：化石燃料 CO2 排放量" },
    source: `${steel}: carbon of fuels, without oxidation factor`,
    inputs: {
      FC_t: tonnes,
      NCV_GJ_per_t: { unit: "GJ/t", role: "parameter" },
      CC_tC_per_GJ: { unit: "tC/GJ", role: "parameter" },
    },
    constants: ["M_CO2_g_per_mol", "M_C_g_per_mol"],
    output: E_t,
    expression: "FC_t * NCV_GJ_per_t * CC_tC_per_GJ * M_CO2_g_per_mol / M_C_g_per_mol",
    requires: notNegative("FC_t", "NCV_GJ_per_t", "CC_tC_per_GJ"),
  }),
  formula({
    id: "material-co2",
    title: { en: "CO2 of a material, by its factor", zh: "物料 CO2 量（排放因子法）" },
    source: `${steel}: process inputs and carbon kept in products`,
    inputs: { P_t: tonnes, EF_t_per_t: factor },
    constants: [],
    output: E_t,
    expression: "P_t * EF_t_per_t",
    requires: notNegative("P_t", "EF_t_per_t"),
  }),
  formula({
    id: "steel-total",
    title: { en: "CO2 of a steel works", zh: "钢铁：企业 CO2 排放总量" },
    source: `${steel}: fuels and process less products`,
    inputs: { Efuel_t: tonnes, Eprocess_t: tonnes, Rproduct_t: tonnes },
    constants: [],
    output: E_t,
    expression: "Efuel_t + Eprocess_t - Rproduct_t",
    requires: notNegative("Efuel_t", "Eprocess_t", "Rproduct_t"),
  }),
  formula({
    id: "cement-process",
    title: { en: "Process CO2 of clinker", zh: "水泥：熟料过程 CO2 排放量" },
    source: `${cement}: clinker less non-carbonate raw material`,
    inputs: {
      clinker_t: tonnes,
      EF_t_per_t: factor,
      carbide_slag_t: tonnes,
      steel_slag_t: tonnes,
      fly_ash_t: tonnes,
    },
    constants: ["D_carbide_slag", "D_steel_slag", "D_fly_ash"],
    output: E_t,
    expression:
      "clinker_t * EF_t_per_t - (carbide_slag_t * D_carbide_slag + steel_slag_t * D_steel_slag + fly_ash_t * D_fly_ash)",
    requires: [
      ...notNegative("clinker_t", "EF_t_per_t", "carbide_slag_t", "steel_slag_t", "fly_ash_t"),
      ...notNegative(
        "clinker_t * EF_t_per_t - (carbide_slag_t * D_carbide_slag + steel_slag_t * D_steel_slag + fly_ash_t * D_fly_ash)",
      ),
    ],
  }),
  formula({
    id: "aluminium-cf4-factor",
    title: { en: "CF4 factor, by anode effects", zh: "电解铝：CF4 排放因子（斜率法）" },
    source: `${aluminium}: slope method`,
    inputs: { AE_min_per_d: { unit: "min/d" } },
    constants: ["slope_CF4"],
    output: { symbol: "EF_CF4", unit: "kg/t" },
    expression: "slope_CF4 * AE_min_per_d",
    requires: [...notNegative("AE_min_per_d"), ...inRange("AE_min_per_d <= 1440")],
  }),
  formula({
    id: "aluminium-c2f6-factor",
    title: { en: "C2F6 factor, by CF4", zh: "电解铝：C2F6 排放因子" },
    source: `${aluminium}: slope method`,
    inputs: { EF_CF4_kg_per_t: { unit: "kg/t" } },
    constants: ["ratio_C2F6"],
    output: { symbol: "EF_C2F6", unit: "kg/t" },
    expression: "ratio_C2F6 * EF_CF4_kg_per_t",
    requires: notNegative("EF_CF4_kg_per_t"),
  }),
  formula({
    id: "aluminium-pfc",
    title: { en: "Perfluorocarbons of aluminium, as CO2", zh: "电解铝：全氟化碳排放量（CO2 当量）" },
    source: aluminium,
    inputs: { Al_t: tonnes, EF_CF4_kg_per_t: { unit: "kg/t" }, EF_C2F6_kg_per_t: { unit: "kg/t" } },
    constants: ["GWP_CF4", "GWP_C2F6"],
    output: E_t,
    expression: "Al_t * (EF_CF4_kg_per_t * GWP_CF4 + EF_C2F6_kg_per_t * GWP_C2F6) / 1000",
    requires: notNegative("Al_t", "EF_CF4_kg_per_t", "EF_C2F6_kg_per_t"),
  }),
  formula({
    id: "purchased-power",
    title: { en: "CO2 of purchased power", zh: "购入电力间接排放量" },
    source: "MEE notices on reporting, grid emission factor of the year",
    inputs: { W_MWh: { unit: "MWh" }, EF_t_per_MWh: { unit: "t/MWh", role: "parameter" } },
    constants: [],
    output: E_t,
    expression: "W_MWh * EF_t_per_MWh",
    requires: notNegative("W_MWh", "EF_t_per_MWh"),
  }),
];
