/** From a pressure difference to the gas that left the stack in an hour. */
import { formula, type Input } from "../formula.ts";
import { moisture, notNegative, pressure, temperature, unsaturated } from "./require.ts";

const annexD = "HJ 212-2017, Annex D.2";
// The text of HJ 75 was not at hand; a logger in the field computes the velocity by the same formula.
const pitot = "pitot tube, as HJ 75-2017 uses it (text not seen)";
const actual = { conditions: "actual", moisture: "wet" } as const;
const standardDry = { conditions: "standard", moisture: "dry" } as const;
const state = {
  t_C: { unit: "°C" },
  Ps_Pa: { unit: "Pa" },
  Ba_Pa: { unit: "Pa" },
} as const satisfies Readonly<Record<string, Input>>;
const stateConstants = ["T0_K", "Tn_K", "p0_Pa"] as const;
const density = "rho0_kg_m3 * Tn_K / (T0_K + t_C) * (Ba_Pa + Ps_Pa) / p0_Pa";
const rho0: Input = { unit: "kg/m3", role: "parameter", basis: { conditions: "standard" } };
const Kp: Input = { unit: "1", role: "parameter" };
const atStandard = "Q_m3_h * Tn_K / (T0_K + t_C) * (Ba_Pa + Ps_Pa) / p0_Pa";

export const flow = [
  formula({
    id: "gas-density",
    title: { en: "Density of the gas in the stack", zh: "烟气密度" },
    source: pitot,
    inputs: { rho0_kg_m3: rho0, ...state },
    constants: stateConstants,
    output: { symbol: "rho", unit: "kg/m3", basis: { conditions: "actual" } },
    expression: density,
    requires: [...pressure, ...temperature, ...notNegative("rho0_kg_m3")],
  }),
  formula({
    id: "pitot-velocity",
    title: { en: "Velocity by pitot tube", zh: "皮托管测点流速" },
    source: pitot,
    inputs: { Kp, dP_Pa: { unit: "Pa" }, rho0_kg_m3: rho0, ...state },
    constants: stateConstants,
    output: { symbol: "Vp", unit: "m/s", basis: actual },
    expression: `Kp * sqrt(2 * dP_Pa / (${density}))`,
    requires: [...pressure, ...temperature, ...notNegative("dP_Pa", "rho0_kg_m3")],
  }),
  formula({
    id: "pitot-velocity-from-root",
    title: { en: "Velocity by pitot tube whose transmitter takes the root", zh: "皮托管流速（变送器已开方）" },
    source: `${pitot}; for a controller that sends the root of the pressure difference`,
    inputs: { Kp, rootdP_rootPa: { unit: "Pa^0.5" }, rho0_kg_m3: rho0, ...state },
    constants: stateConstants,
    output: { symbol: "Vp", unit: "m/s", basis: actual },
    expression: `Kp * rootdP_rootPa * sqrt(2 / (${density}))`,
    requires: [...pressure, ...temperature, ...notNegative("rootdP_rootPa", "rho0_kg_m3")],
  }),
  formula({
    id: "section-velocity",
    title: { en: "Mean velocity of the section", zh: "断面平均流速" },
    source: annexD,
    inputs: { Kv: { unit: "1", role: "parameter" }, Vp_m_s: { unit: "m/s", basis: actual } },
    constants: [],
    output: { symbol: "Vs", unit: "m/s", basis: actual },
    expression: "Kv * Vp_m_s",
    requires: notNegative("Kv", "Vp_m_s"),
  }),
  formula({
    id: "section-flow",
    title: { en: "Flow at the stack's conditions", zh: "工况流量" },
    source: annexD,
    inputs: { F_m2: { unit: "m2", role: "parameter" }, Vs_m_s: { unit: "m/s", basis: actual } },
    constants: [],
    output: { symbol: "Qs", unit: "m3/h", basis: actual },
    expression: "3600 * F_m2 * Vs_m_s",
    requires: notNegative("F_m2", "Vs_m_s"),
  }),
  formula({
    id: "standard-wet-flow",
    title: { en: "Wet flow at standard conditions", zh: "标况湿基流量" },
    source: annexD,
    inputs: { Q_m3_h: { unit: "m3/h", basis: actual }, ...state },
    constants: stateConstants,
    output: { symbol: "Qsnw", unit: "m3/h", basis: { conditions: "standard", moisture: "wet" } },
    expression: atStandard,
    requires: [...pressure, ...temperature, ...notNegative("Q_m3_h")],
  }),
  formula({
    id: "standard-dry-flow",
    title: { en: "Dry flow at standard conditions", zh: "标况干基流量" },
    source: annexD,
    inputs: { Q_m3_h: { unit: "m3/h", basis: actual }, ...state, X_pct: { unit: "%" } },
    constants: [...stateConstants, "X_margin_pct"],
    output: { symbol: "Qsn", unit: "m3/h", basis: standardDry },
    expression: `${atStandard} * (1 - X_pct / 100)`,
    requires: [...pressure, ...temperature, ...notNegative("Q_m3_h"), ...moisture(), ...unsaturated],
  }),
  formula({
    id: "flow-wet-to-dry",
    title: { en: "Dry share of a flow", zh: "湿基流量换算为干基流量" },
    source: annexD,
    inputs: { Q_m3_h: { unit: "m3/h", basis: { moisture: "wet" } }, X_pct: { unit: "%" } },
    constants: [],
    output: { symbol: "Qdry", unit: "m3/h", basis: { moisture: "dry" }, follows: "Q_m3_h" },
    expression: "Q_m3_h * (1 - X_pct / 100)",
    requires: [...notNegative("Q_m3_h"), ...moisture()],
  }),
];
