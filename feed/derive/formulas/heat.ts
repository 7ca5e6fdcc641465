/** Heat input from the gas in the stack, and what follows from a fuel's F factors. */
import { formula, type Input } from "../formula.ts";
import { inRange, moisture, notNegative, oxygen, oxygenDivides } from "./require.ts";

const f = (equation: string): string => `40 CFR 75, Appendix F, equation ${equation}`;
const wet = { moisture: "wet" } as const;
const dry = { moisture: "dry" } as const;
const Q_scf_h: Input = { unit: "scf/h", basis: { moisture: "wet", conditions: "standard" } };
const H_pct: Input = { unit: "%" };
const pct = (basis: Input["basis"] = {}): Input => ({ unit: "%", basis });
const Fd_scf_per_mmBtu: Input = { unit: "scf/mmBtu", basis: dry, role: "parameter" };
const Fc_scf_per_mmBtu: Input = { unit: "scf/mmBtu", role: "parameter" };
const HI = { symbol: "HI", unit: "mmBtu/h" } as const;
const flow = notNegative("Q_scf_h");
const Fd = inRange("Fd_scf_per_mmBtu > 0");
const Fc = inRange("Fc_scf_per_mmBtu > 0");
const share = inRange("CO2_pct >= 0", "CO2_pct <= 100");
const belowAir = (name: string) => oxygen(`${name} >= 0`, `${name} <= O2_air_pct`);
// One decimal place, midpoint away from zero: so EPA's own emissions check engine compares them. What is rounded is divided once
// and last, so that a midpoint is met exactly.
const rounding = { places: 1 } as const;

export const heat = [
  formula({
    id: "part75-f15",
    title: { en: "Heat input, by wet CO2", zh: "热输入（湿基 CO2）" },
    source: f("F-15"),
    inputs: { Q_scf_h, CO2_pct: pct(wet), Fc_scf_per_mmBtu },
    constants: [],
    output: HI,
    expression: "Q_scf_h * CO2_pct / (100 * Fc_scf_per_mmBtu)",
    rounding,
    requires: [...flow, ...share, ...Fc],
  }),
  formula({
    id: "part75-f16",
    title: { en: "Heat input, by dry CO2", zh: "热输入（干基 CO2）" },
    source: f("F-16"),
    inputs: { Q_scf_h, H_pct, CO2_pct: pct(dry), Fc_scf_per_mmBtu },
    constants: [],
    output: HI,
    expression: "Q_scf_h * (100 - H_pct) * CO2_pct / (1e4 * Fc_scf_per_mmBtu)",
    rounding,
    requires: [...flow, ...share, ...moisture("H_pct"), ...Fc],
  }),
  formula({
    id: "part75-f17",
    title: { en: "Heat input, by wet oxygen", zh: "热输入（湿基 O2）" },
    source: f("F-17"),
    inputs: { Q_scf_h, Fd_scf_per_mmBtu, H_pct, O2wet_pct: pct(wet) },
    constants: ["O2_air_pct"],
    output: HI,
    expression: "Q_scf_h * (O2_air_pct / 100 * (100 - H_pct) - O2wet_pct) / (Fd_scf_per_mmBtu * O2_air_pct)",
    rounding,
    requires: [
      ...flow,
      ...belowAir("O2wet_pct"),
      ...moisture("H_pct"),
      ...Fd,
      // More oxygen than air of this moisture holds would be heat below zero.
      ...oxygen("O2wet_pct <= O2_air_pct / 100 * (100 - H_pct)"),
    ],
  }),
  formula({
    id: "part75-f18",
    title: { en: "Heat input, by dry oxygen", zh: "热输入（干基 O2）" },
    source: f("F-18"),
    inputs: { Q_scf_h, Fd_scf_per_mmBtu, H_pct, O2_pct: pct(dry) },
    constants: ["O2_air_pct"],
    output: HI,
    expression: "Q_scf_h * (100 - H_pct) * (O2_air_pct - O2_pct) / (100 * O2_air_pct * Fd_scf_per_mmBtu)",
    rounding,
    requires: [...flow, ...belowAir("O2_pct"), ...moisture("H_pct"), ...Fd],
  }),
  formula({
    id: "part75-g4",
    title: { en: "CO2 mass rate, by heat input", zh: "CO2 质量速率（由热输入）" },
    source: "40 CFR 75, Appendix G, equation G-4",
    inputs: { Fc_scf_per_mmBtu, HI_mmBtu_h: { unit: "mmBtu/h" } },
    constants: ["Vm_scf_per_lbmol", "M_CO2_g_per_mol"],
    output: { symbol: "W", unit: "ton/h" },
    expression: "Fc_scf_per_mmBtu * HI_mmBtu_h / Vm_scf_per_lbmol * M_CO2_g_per_mol / 2000",
    requires: [...notNegative("HI_mmBtu_h"), ...Fc],
  }),
  formula({
    id: "f-factor-si",
    title: { en: "F factor at 0 °C, per GJ", zh: "F 因子换算（0 °C，每 GJ）" },
    source: "40 CFR 75, Appendix F, table 1, in SI units",
    inputs: { F_scf_per_mmBtu: { unit: "scf/mmBtu", role: "parameter" } },
    constants: ["scf_m3", "Tn_K", "T_scf_K", "mmBtu_GJ"],
    output: { symbol: "F", unit: "m3/GJ", basis: { conditions: "standard" }, follows: "F_scf_per_mmBtu" },
    expression: "F_scf_per_mmBtu * scf_m3 * Tn_K / T_scf_K / mmBtu_GJ",
    requires: inRange("F_scf_per_mmBtu > 0"),
  }),
  formula({
    id: "co2-of-heat",
    title: { en: "CO2 of a fuel's heat, by Fc", zh: "单位热量 CO2（由 Fc）" },
    source: "mass of an ideal gas, by the definition of Fc",
    inputs: { Fc_m3_per_GJ: { unit: "m3/GJ", role: "parameter", basis: { conditions: "standard" } } },
    constants: ["M_CO2_g_per_mol", "Vm_L_per_mol"],
    output: { symbol: "EF", unit: "kg/GJ" },
    expression: "Fc_m3_per_GJ * M_CO2_g_per_mol / Vm_L_per_mol",
    requires: inRange("Fc_m3_per_GJ > 0"),
  }),
  formula({
    id: "theoretical-flow",
    title: { en: "Dry flow that a heat input makes", zh: "由热输入计算理论干烟气量" },
    source: "definition of Fd, with the excess air of the dry oxygen",
    inputs: {
      HI_GJ_h: { unit: "GJ/h" },
      Fd_m3_per_GJ: { unit: "m3/GJ", role: "parameter", basis: { conditions: "standard", moisture: "dry" } },
      O2_pct: pct(dry),
    },
    constants: ["O2_air_pct", "O2_max_pct"],
    output: { symbol: "Qth", unit: "m3/h", basis: { conditions: "standard", moisture: "dry" } },
    expression: "HI_GJ_h * Fd_m3_per_GJ * O2_air_pct / (O2_air_pct - O2_pct)",
    requires: [...notNegative("HI_GJ_h"), ...oxygenDivides(), ...inRange("Fd_m3_per_GJ > 0")],
  }),
];
