/** One stack by HJ 212-2017, Annex D.2 (Cs 100 mg/m3, 120 °C, -2000 Pa, 8 % water, 8.5 % O2 for 6 %), and its neighbours. */
import { type Vector, vectorsOf } from "./vector.ts";

const state = { t_C: "120", Ps_Pa: "-2000", Ba_Pa: "101325" };

export const stack: readonly Vector[] = [
  ...vectorsOf("hj", "computed", "HJ 212-2017, Annex D.2", [
    ["concentration-to-standard", { C_mg_m3: "100", ...state }, "146.8547"],
    ["concentration-to-actual", { C_mg_m3: "146.8547", ...state }, "100.0000"],
    ["concentration-wet-to-dry", { C_mg_m3: "146.8547", X_pct: "8" }, "159.6247"],
    ["concentration-dry-to-wet", { C_mg_m3: "159.6247", X_pct: "8" }, "146.8547"],
    ["dry-concentration-to-standard", { C_mg_m3: "100", ...state, X_pct: "8" }, "159.6247"],
    ["share-wet-to-dry", { S_pct: "6.9", X_pct: "8" }, "7.5"],
    ["reference-oxygen", { C_mg_m3: "159.6247", O2_pct: "8.5", O2ref_pct: "6" }, "191.5496"],
    ["excess-air", { O2_pct: "8.5" }, "1.68"],
    ["excess-air", { O2_pct: "6" }, "1.4"],
    ["reference-excess-air", { C_mg_m3: "159.6247", alpha: "1.68", alpha_ref: "1.4" }, "191.5496"],
    ["section-velocity", { Kv: "0.95", Vp_m_s: "13.1579" }, "12.500"],
    ["section-flow", { F_m2: "28.26", Vs_m_s: "12.5" }, "1271700"],
    ["standard-dry-flow", { Q_m3_h: "1271700", ...state, X_pct: "8" }, "796681.18"],
    ["standard-wet-flow", { Q_m3_h: "1271700", ...state }, "865957.8"],
    ["flow-wet-to-dry", { Q_m3_h: "865957.8", X_pct: "8" }, "796681.2"],
    ["emission-rate", { C_mg_m3: "159.6247", Q_m3_h: "796681.18" }, "127.17"],
    ["ppm-to-mass", { C_ppm: "100", M_g_per_mol: "64" }, "285.714"],
    ["mass-to-ppm", { C_mg_m3: "285.714", M_g_per_mol: "64" }, "100.000"],
    ["nox-from-ppm", { NO_ppm: "190", NO2_ppm: "10" }, "410.714"],
    ["nox-from-mass", { NO_mg_m3: "300", NO2_mg_m3: "20" }, "480.000"],
  ]),
  ...vectorsOf("hj", "computed", "HJ 75-2017, pitot tube, as a shipped logger computes it", [
    ["gas-density", { rho0_kg_m3: "1.2928", ...state }, "0.88033"],
    ["pitot-velocity", { Kp: "0.84", dP_Pa: "120", rho0_kg_m3: "1.2928", ...state }, "13.8696"],
    [
      "pitot-velocity-from-root",
      { Kp: "0.84", rootdP_rootPa: "10.954451150103", rho0_kg_m3: "1.2928", ...state },
      "13.8696",
    ],
    ["moisture-from-oxygen", { O2wet_pct: "6.9", O2dry_pct: "7.5" }, "8.0"],
    ["wet-oxygen", { O2dry_pct: "7.5", X_pct: "8" }, "6.90"],
  ]),
  ...vectorsOf("exact", "computed", "Magnus form, Alduchov and Eskridge 1996", [
    ["saturation-pressure", { t_C: "50" }, "12361"],
    ["saturation-moisture", { t_C: "50", Ps_Pa: "0", Ba_Pa: "101325" }, "12.20"],
  ]),
  ...vectorsOf("exact", "computed", "mass of an ideal gas, 44.01 g/mol in 22.414 L/mol", [
    ["co2-mass-dry", { Q_m3_h: "796681.18", CO2_pct: "12.0" }, "187.714"],
    ["co2-mass-wet", { Q_m3_h: "796681.18", CO2_pct: "12.0" }, "187.714"],
    ["co2-share-to-mass", { CO2_pct: "12" }, "235.6"],
  ]),
  ...vectorsOf("hj", "computed", "mass of an ideal gas, 44 g/mol in 22.4 L/mol", [
    ["co2-mass-dry", { Q_m3_h: "796681.18", CO2_pct: "12.0" }, "187.789"],
  ]),
  ...vectorsOf("exact", "computed", "Regulation (EU) 2018/2066, Annex VIII, equations 1 and 2", [
    ["eu-hourly-mass", { C_g_m3: "235.621", Q_m3_h: "796681.18" }, "187.715"],
    ["eu-average-rate", { sum_g: "1126290000", hours_h: "6" }, "187715"],
  ]),
];
