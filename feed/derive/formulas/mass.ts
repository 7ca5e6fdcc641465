/** What a concentration and a flow carry away in an hour. */
import { formula, type Input } from "../formula.ts";
import { inRange, notNegative } from "./require.ts";

const standardDry = { conditions: "standard", moisture: "dry" } as const;
const standardWet = { conditions: "standard", moisture: "wet" } as const;
const mrr = "Regulation (EU) 2018/2066, Annex VIII";
const share = inRange("CO2_pct >= 0", "CO2_pct <= 100");
const co2Mass = "Q_m3_h * CO2_pct / 100 * M_CO2_g_per_mol / Vm_L_per_mol / 1000";
const grams: Input = { unit: "g/m3", basis: { conditions: "standard" } };

export const mass = [
  formula({
    id: "emission-rate",
    title: { en: "Emission rate", zh: "污染物排放速率" },
    source: "HJ 212-2017, Annex D.2",
    inputs: {
      C_mg_m3: { unit: "mg/m3", basis: { ...standardDry, oxygen: "measured" } },
      Q_m3_h: { unit: "m3/h", basis: standardDry },
    },
    constants: [],
    output: { symbol: "G", unit: "kg/h" },
    expression: "C_mg_m3 * Q_m3_h * 1e-6",
    requires: notNegative("Q_m3_h"),
  }),
  formula({
    id: "co2-mass-dry",
    title: { en: "CO2 mass from dry CO2 and dry flow", zh: "CO2 排放量（干基 CO2 与干基流量）" },
    source: "mass of an ideal gas at standard conditions",
    inputs: { CO2_pct: { unit: "%", basis: { moisture: "dry" } }, Q_m3_h: { unit: "m3/h", basis: standardDry } },
    constants: ["M_CO2_g_per_mol", "Vm_L_per_mol"],
    output: { symbol: "G", unit: "t/h" },
    expression: co2Mass,
    requires: [...share, ...notNegative("Q_m3_h")],
  }),
  formula({
    id: "co2-mass-wet",
    title: { en: "CO2 mass from wet CO2 and wet flow", zh: "CO2 排放量（湿基 CO2 与湿基流量）" },
    source: "mass of an ideal gas at standard conditions",
    inputs: { CO2_pct: { unit: "%", basis: { moisture: "wet" } }, Q_m3_h: { unit: "m3/h", basis: standardWet } },
    constants: ["M_CO2_g_per_mol", "Vm_L_per_mol"],
    output: { symbol: "G", unit: "t/h" },
    expression: co2Mass,
    requires: [...share, ...notNegative("Q_m3_h")],
  }),
  formula({
    id: "eu-hourly-mass",
    title: { en: "Greenhouse gas of one hour", zh: "每小时温室气体排放量" },
    source: `${mrr}, equation 1, one term of the sum`,
    inputs: { C_g_m3: grams, Q_m3_h: { unit: "m3/h", basis: { conditions: "standard" } } },
    constants: [],
    output: { symbol: "GHG", unit: "t/h" },
    expression: "C_g_m3 * Q_m3_h * 1e-6",
    requires: notNegative("C_g_m3", "Q_m3_h"),
  }),
  formula({
    id: "eu-average-rate",
    title: { en: "Average hourly greenhouse gas of a period", zh: "期间平均每小时温室气体排放量" },
    source: `${mrr}, equation 2`,
    inputs: { sum_g: { unit: "g" }, hours_h: { unit: "h" } },
    constants: [],
    output: { symbol: "GHGav", unit: "kg/h" },
    expression: "sum_g / (hours_h * 1000)",
    requires: [...notNegative("sum_g"), { expression: "hours_h > 0", otherwise: "derive.no-flow" }],
  }),
];
