/** From the stack's conditions to standard ones, from wet to dry, and back. */
import { formula, type Input } from "../formula.ts";
import { moisture, pressure, temperature, unsaturated } from "./require.ts";

const source = "HJ 212-2017, Annex D.2";
const state = {
  t_C: { unit: "°C" },
  Ps_Pa: { unit: "Pa" },
  Ba_Pa: { unit: "Pa" },
} as const satisfies Readonly<Record<string, Input>>;
const constants = ["T0_K", "Tn_K", "p0_Pa"] as const;
const concentration = (basis: Input["basis"] = {}): Input => ({ unit: "mg/m3", basis });

export const conditions = [
  formula({
    id: "concentration-to-standard",
    title: { en: "Concentration at standard conditions", zh: "工况浓度换算为标况浓度" },
    source,
    inputs: { C_mg_m3: concentration({ conditions: "actual" }), ...state },
    constants,
    output: { symbol: "Csn", unit: "mg/m3", basis: { conditions: "standard" }, follows: "C_mg_m3" },
    expression: "C_mg_m3 * p0_Pa / (Ba_Pa + Ps_Pa) * (T0_K + t_C) / Tn_K",
    requires: [...pressure, ...temperature],
  }),
  formula({
    id: "concentration-to-actual",
    title: { en: "Concentration at the stack's conditions", zh: "标况浓度换算为工况浓度" },
    source: `${source}, solved for Cs`,
    inputs: { C_mg_m3: concentration({ conditions: "standard" }), ...state },
    constants,
    output: { symbol: "Cs", unit: "mg/m3", basis: { conditions: "actual" }, follows: "C_mg_m3" },
    expression: "C_mg_m3 * (Ba_Pa + Ps_Pa) / p0_Pa * Tn_K / (T0_K + t_C)",
    requires: [...pressure, ...temperature],
  }),
  formula({
    id: "concentration-wet-to-dry",
    title: { en: "Concentration in dry gas", zh: "湿基浓度换算为干基浓度" },
    source,
    inputs: { C_mg_m3: concentration({ moisture: "wet" }), X_pct: { unit: "%" } },
    constants: [],
    output: { symbol: "Cdry", unit: "mg/m3", basis: { moisture: "dry" }, follows: "C_mg_m3" },
    expression: "C_mg_m3 / (1 - X_pct / 100)",
    requires: moisture(),
  }),
  formula({
    id: "concentration-dry-to-wet",
    title: { en: "Concentration in wet gas", zh: "干基浓度换算为湿基浓度" },
    source: `${source}, solved for Cwet`,
    inputs: { C_mg_m3: concentration({ moisture: "dry" }), X_pct: { unit: "%" } },
    constants: [],
    output: { symbol: "Cwet", unit: "mg/m3", basis: { moisture: "wet" }, follows: "C_mg_m3" },
    expression: "C_mg_m3 * (1 - X_pct / 100)",
    requires: moisture(),
  }),
  formula({
    id: "share-wet-to-dry",
    title: { en: "Volume share in dry gas", zh: "湿基体积分数换算为干基体积分数" },
    source,
    inputs: { S_pct: { unit: "%", basis: { moisture: "wet" } }, X_pct: { unit: "%" } },
    constants: [],
    output: { symbol: "Sdry", unit: "%", basis: { moisture: "dry" }, follows: "S_pct" },
    expression: "S_pct / (1 - X_pct / 100)",
    requires: moisture(),
  }),
  formula({
    id: "dry-concentration-to-standard",
    title: { en: "Dry concentration at standard conditions", zh: "工况湿基浓度换算为标况干基浓度" },
    source,
    inputs: { C_mg_m3: concentration({ conditions: "actual", moisture: "wet" }), ...state, X_pct: { unit: "%" } },
    constants: [...constants, "X_margin_pct"],
    output: { symbol: "Cdry", unit: "mg/m3", basis: { conditions: "standard", moisture: "dry" }, follows: "C_mg_m3" },
    expression: "C_mg_m3 * p0_Pa / (Ba_Pa + Ps_Pa) * (T0_K + t_C) / Tn_K / (1 - X_pct / 100)",
    requires: [...pressure, ...temperature, ...moisture(), ...unsaturated],
  }),
];
