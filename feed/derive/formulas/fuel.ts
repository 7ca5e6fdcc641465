/** CO2 from what is burnt: carbon of the fuel, share that oxidises, and the bases a laboratory reports carbon on. */
import { formula, type Input, type Requirement } from "../formula.ts";
import { inRange, notNegative } from "./require.ts";

const power = "CETS-AG-01.01-V01-2024, combustion";
const ratio = ["M_CO2_g_per_mol", "M_C_g_per_mol"] as const;
const FC_t: Input = { unit: "t" };
const OF_pct: Input = { unit: "%", role: "parameter" };
const NCV_GJ_per_t: Input = { unit: "GJ/t", role: "parameter" };
const CC_tC_per_GJ: Input = { unit: "tC/GJ", role: "parameter" };
const E_t = { symbol: "E", unit: "t" } as const;
const oxidised = inRange("OF_pct <= 100");
const percent = (...names: readonly string[]): readonly Requirement[] =>
  inRange(...names.flatMap((name) => [`${name} >= 0`, `${name} <= 100`]));

export const fuel = [
  formula({
    id: "carbon-from-air-dried",
    title: { en: "Carbon as received, from air-dried", zh: "收到基元素碳（由空气干燥基）" },
    source: "mass balance of carbon, bases of coal analyses",
    inputs: { Cad_pct: { unit: "%" }, Mar_pct: { unit: "%" }, Mad_pct: { unit: "%" } },
    constants: [],
    output: { symbol: "Car", unit: "%" },
    expression: "Cad_pct * (100 - Mar_pct) / (100 - Mad_pct)",
    requires: [
      ...percent("Cad_pct"),
      { expression: "Mad_pct < 100", otherwise: "derive.moisture" },
      { expression: "Mad_pct >= 0", otherwise: "derive.moisture" },
      { expression: "Mar_pct <= 100", otherwise: "derive.moisture" },
      // Drying in air takes water away: a coal that is wetter afterwards is two samples.
      { expression: "Mar_pct >= Mad_pct", otherwise: "derive.moisture" },
    ],
  }),
  formula({
    id: "carbon-from-dry",
    title: { en: "Carbon as received, from dry", zh: "收到基元素碳（由干燥基）" },
    source: "mass balance of carbon, bases of coal analyses",
    inputs: { Cd_pct: { unit: "%" }, Mar_pct: { unit: "%" } },
    constants: [],
    output: { symbol: "Car", unit: "%" },
    expression: "Cd_pct * (100 - Mar_pct) / 100",
    requires: [
      ...percent("Cd_pct"),
      { expression: "Mar_pct >= 0", otherwise: "derive.moisture" },
      { expression: "Mar_pct <= 100", otherwise: "derive.moisture" },
    ],
  }),
  formula({
    id: "carbon-from-heat",
    title: {
      en: "Carbon as received, from heat and carbon per heat",
      zh: "收到基元素碳（由低位发热量与单位热值含碳量）",
    },
    source: power,
    inputs: { NCV_GJ_per_t, CC_tC_per_GJ },
    constants: [],
    output: { symbol: "Car", unit: "tC/t" },
    expression: "NCV_GJ_per_t * CC_tC_per_GJ",
    requires: notNegative("NCV_GJ_per_t", "CC_tC_per_GJ"),
  }),
  formula({
    id: "fuel-heat",
    title: { en: "Heat of a fuel", zh: "燃料热量" },
    source: power,
    inputs: { FC_t, NCV_GJ_per_t },
    constants: [],
    output: { symbol: "H", unit: "GJ" },
    expression: "FC_t * NCV_GJ_per_t",
    requires: notNegative("FC_t", "NCV_GJ_per_t"),
  }),
  formula({
    id: "fuel-co2",
    title: { en: "CO2 of a fuel, by its carbon", zh: "燃料 CO2 排放量（元素碳）" },
    source: power,
    inputs: { FC_t, Car_tC_per_t: { unit: "tC/t" }, OF_pct },
    constants: ratio,
    output: E_t,
    expression: "FC_t * Car_tC_per_t * OF_pct / 100 * M_CO2_g_per_mol / M_C_g_per_mol",
    requires: [...notNegative("FC_t", "Car_tC_per_t", "OF_pct"), ...oxidised, ...inRange("Car_tC_per_t <= 1")],
  }),
  formula({
    id: "fuel-co2-from-heat",
    title: { en: "CO2 of a fuel, by its heat", zh: "燃料 CO2 排放量（热值与单位热值含碳量）" },
    source: power,
    inputs: { FC_t, NCV_GJ_per_t, CC_tC_per_GJ, OF_pct },
    constants: ratio,
    output: E_t,
    expression: "FC_t * NCV_GJ_per_t * CC_tC_per_GJ * OF_pct / 100 * M_CO2_g_per_mol / M_C_g_per_mol",
    requires: [...notNegative("FC_t", "NCV_GJ_per_t", "CC_tC_per_GJ", "OF_pct"), ...oxidised],
  }),
  formula({
    id: "gas-heat",
    title: { en: "Heat of a gaseous fuel", zh: "气体燃料热量" },
    source: power,
    inputs: { FC_10k_m3: { unit: "10^4 m3" }, NCV_GJ_per_10k_m3: { unit: "GJ/10^4 m3", role: "parameter" } },
    constants: [],
    output: { symbol: "H", unit: "GJ" },
    expression: "FC_10k_m3 * NCV_GJ_per_10k_m3",
    requires: notNegative("FC_10k_m3", "NCV_GJ_per_10k_m3"),
  }),
  formula({
    id: "gas-co2",
    title: { en: "CO2 of a gaseous fuel, as the platform rounds it", zh: "气体燃料 CO2 排放量（按平台修约）" },
    // The platform keeps the carbon content to two places before it multiplies; the shown total follows from nothing else.
    source: `${power}; rounding as the platform's own example shows`,
    inputs: {
      FC_10k_m3: { unit: "10^4 m3" },
      NCV_GJ_per_10k_m3: { unit: "GJ/10^4 m3", role: "parameter" },
      CC_tC_per_GJ,
      OF_pct,
    },
    constants: ratio,
    output: E_t,
    expression:
      "FC_10k_m3 * round(NCV_GJ_per_10k_m3 * CC_tC_per_GJ, 2) * OF_pct / 100 * M_CO2_g_per_mol / M_C_g_per_mol",
    rounding: { places: 2 },
    requires: [...notNegative("FC_10k_m3", "NCV_GJ_per_10k_m3", "CC_tC_per_GJ", "OF_pct"), ...oxidised],
  }),
];
