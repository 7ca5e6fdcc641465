/** Mass rates and diluent conversions of 40 CFR 75, Appendices F and G, in their units (scf at 68 °F and 29.92 inHg). */
import { formula, type Input } from "../formula.ts";
import { inRange, moisture, notNegative, oxygen, oxygenDivides } from "./require.ts";

const f = (equation: string): string => `40 CFR 75, Appendix F, equation ${equation}`;
const wet = { moisture: "wet" } as const;
const dry = { moisture: "dry" } as const;
const Q_scf_h: Input = { unit: "scf/h", basis: { moisture: "wet", conditions: "standard" } };
const H_pct: Input = { unit: "%" };
const ppm = (basis: Input["basis"] = {}): Input => ({ unit: "ppm", basis });
const pct = (basis: Input["basis"] = {}): Input => ({ unit: "%", basis });
const Fd_scf_per_mmBtu: Input = { unit: "scf/mmBtu", basis: dry, role: "parameter" };
const Fc_scf_per_mmBtu: Input = { unit: "scf/mmBtu", role: "parameter" };
const flow = notNegative("Q_scf_h");
const Fd = inRange("Fd_scf_per_mmBtu > 0");
const Fc = inRange("Fc_scf_per_mmBtu > 0");
const share = (name: string) => inRange(`${name} >= 0`, `${name} <= 100`);
const belowAir = (name: string) => oxygen(`${name} >= 0`, `${name} <= O2_air_pct`);
// One decimal place, midpoint away from zero: so EPA's own emissions check engine compares them. What is rounded is divided once
// and last, so that a midpoint is met exactly.
const rounding = { places: 1 } as const;

export const part75 = [
  formula({
    id: "part75-f1",
    title: { en: "SO2 mass rate, wet", zh: "SO2 质量速率（湿基）" },
    source: f("F-1"),
    inputs: { C_ppm: ppm(wet), Q_scf_h },
    constants: ["K_SO2_lb_per_scf_ppm"],
    output: { symbol: "Eh", unit: "lb/h" },
    expression: "K_SO2_lb_per_scf_ppm * C_ppm * Q_scf_h",
    requires: flow,
  }),
  formula({
    id: "part75-f2",
    title: { en: "SO2 mass rate, dry", zh: "SO2 质量速率（干基）" },
    source: f("F-2"),
    inputs: { C_ppm: ppm(dry), Q_scf_h, H_pct },
    constants: ["K_SO2_lb_per_scf_ppm"],
    output: { symbol: "Eh", unit: "lb/h" },
    expression: "K_SO2_lb_per_scf_ppm * C_ppm * Q_scf_h * (100 - H_pct) / 100",
    requires: [...flow, ...moisture("H_pct")],
  }),
  formula({
    id: "part75-f26a",
    title: { en: "NOx mass rate", zh: "NOx 质量速率" },
    source: f("F-26a"),
    inputs: { C_ppm: ppm(wet), Q_scf_h },
    constants: ["K_NOx_lb_per_scf_ppm"],
    output: { symbol: "Eh", unit: "lb/h" },
    expression: "K_NOx_lb_per_scf_ppm * C_ppm * Q_scf_h",
    requires: flow,
  }),
  formula({
    id: "part75-f5",
    title: { en: "NOx per heat, by oxygen", zh: "NOx 热值排放率（O2）" },
    source: `${f("F-5")} (Method 19, equation 19-1)`,
    inputs: { C_ppm: ppm(dry), Fd_scf_per_mmBtu, O2_pct: pct(dry) },
    constants: ["K_NOx_lb_per_scf_ppm", "O2_air_pct", "O2_max_pct"],
    output: { symbol: "E", unit: "lb/mmBtu" },
    expression: "K_NOx_lb_per_scf_ppm * C_ppm * Fd_scf_per_mmBtu * O2_air_pct / (O2_air_pct - O2_pct)",
    requires: [...oxygenDivides(), ...Fd],
  }),
  formula({
    id: "part75-f6",
    title: { en: "NOx per heat, by CO2", zh: "NOx 热值排放率（CO2）" },
    source: `${f("F-6")} (Method 19, equation 19-6)`,
    inputs: { C_ppm: ppm(dry), Fc_scf_per_mmBtu, CO2_pct: pct(dry) },
    constants: ["K_NOx_lb_per_scf_ppm"],
    output: { symbol: "E", unit: "lb/mmBtu" },
    expression: "K_NOx_lb_per_scf_ppm * C_ppm * Fc_scf_per_mmBtu * 100 / CO2_pct",
    requires: [...share("CO2_pct"), ...Fc],
  }),
  formula({
    id: "part75-f11",
    title: { en: "CO2 mass rate, wet", zh: "CO2 质量速率（湿基）" },
    source: f("F-11"),
    inputs: { CO2_pct: pct(wet), Q_scf_h },
    constants: ["K_CO2_ton_per_scf_pct"],
    output: { symbol: "Eh", unit: "ton/h" },
    expression: "K_CO2_ton_per_scf_pct * CO2_pct * Q_scf_h",
    requires: [...share("CO2_pct"), ...flow],
  }),
  formula({
    id: "part75-f11-dry",
    title: { en: "CO2 mass rate, dry", zh: "CO2 质量速率（干基）" },
    source: `${f("F-11")}, with the moisture correction of a dry reading`,
    inputs: { CO2_pct: pct(dry), Q_scf_h, H_pct },
    constants: ["K_CO2_ton_per_scf_pct"],
    output: { symbol: "Eh", unit: "ton/h" },
    expression: "K_CO2_ton_per_scf_pct * CO2_pct * Q_scf_h * (100 - H_pct) / 100",
    requires: [...share("CO2_pct"), ...flow, ...moisture("H_pct")],
  }),
  formula({
    id: "part75-f14a",
    title: { en: "Dry CO2 from dry oxygen", zh: "由干基 O2 求干基 CO2" },
    source: f("F-14a"),
    inputs: { Fc_scf_per_mmBtu, Fd_scf_per_mmBtu, O2_pct: pct(dry) },
    constants: ["O2_air_pct"],
    output: { symbol: "CO2d", unit: "%", basis: dry },
    expression: "100 * Fc_scf_per_mmBtu * (O2_air_pct - O2_pct) / (Fd_scf_per_mmBtu * O2_air_pct)",
    rounding,
    requires: [...belowAir("O2_pct"), ...Fd, ...Fc],
  }),
  formula({
    id: "part75-f14b",
    title: { en: "Wet CO2 from wet oxygen", zh: "由湿基 O2 求湿基 CO2" },
    source: `${f("F-14b")}, not below zero`,
    inputs: { Fc_scf_per_mmBtu, Fd_scf_per_mmBtu, O2wet_pct: pct(wet), H_pct },
    constants: ["O2_air_pct"],
    output: { symbol: "CO2w", unit: "%", basis: wet },
    expression:
      "max(0, 100 * Fc_scf_per_mmBtu * (O2_air_pct * (100 - H_pct) / 100 - O2wet_pct) / (O2_air_pct * Fd_scf_per_mmBtu))",
    rounding,
    requires: [...belowAir("O2wet_pct"), ...moisture("H_pct"), ...Fd, ...Fc],
  }),
];
