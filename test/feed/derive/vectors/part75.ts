/** 40 CFR 75: a flow of 5.0e7 scf/h with 10 % water, bituminous coal (Fd 9780, Fc 1800). */
import { type Vector, vectorsOf } from "./vector.ts";

const Q_scf_h = "50000000";
const H_pct = "10";
const Fd_scf_per_mmBtu = "9780";
const Fc_scf_per_mmBtu = "1800";

/** 0.209 Fd / Fc of each fuel of Appendix F, table 1. */
const ratios = [
  ["10100", "1970", "1.072"],
  ["9860", "1910", "1.079"],
  ["9780", "1800", "1.136"],
  ["9820", "1840", "1.115"],
  ["9830", "1850", "1.111"],
  ["9190", "1420", "1.353"],
  ["8710", "1040", "1.750"],
  ["8710", "1190", "1.530"],
  ["8710", "1250", "1.456"],
  ["9600", "1920", "1.045"],
  ["9240", "1830", "1.055"],
] as const;

export const part75: readonly Vector[] = [
  ...vectorsOf("epa", "computed", "40 CFR 75, Appendices F and G", [
    ["part75-f1", { C_ppm: "250", Q_scf_h }, "2075.0"],
    ["part75-f2", { C_ppm: "250", Q_scf_h, H_pct }, "1867.5"],
    ["part75-f26a", { C_ppm: "180", Q_scf_h }, "1074.6"],
    ["part75-f5", { C_ppm: "200", Fd_scf_per_mmBtu, O2_pct: "6" }, "0.32759"],
    ["part75-f6", { C_ppm: "200", Fc_scf_per_mmBtu, CO2_pct: "12.8" }, "0.33581"],
    ["part75-f11", { CO2_pct: "11.5", Q_scf_h }, "327.75"],
    ["part75-f11-dry", { CO2_pct: "11.5", Q_scf_h, H_pct }, "294.975"],
    ["part75-f14a", { Fc_scf_per_mmBtu, Fd_scf_per_mmBtu, O2_pct: "6" }, "13.1", "13.1212"],
    ["part75-f14b", { Fc_scf_per_mmBtu, Fd_scf_per_mmBtu, O2wet_pct: "5.4", H_pct }, "11.8", "11.8091"],
    ["part75-f14b", { Fc_scf_per_mmBtu, Fd_scf_per_mmBtu, O2wet_pct: "20", H_pct }, "0.0"],
    ["part75-f15", { Q_scf_h, CO2_pct: "11.5", Fc_scf_per_mmBtu }, "3194.4"],
    ["part75-f16", { Q_scf_h, H_pct, CO2_pct: "12.8", Fc_scf_per_mmBtu }, "3200.0"],
    ["part75-f17", { Q_scf_h, Fd_scf_per_mmBtu, H_pct, O2wet_pct: "5.4" }, "3280.3"],
    ["part75-f18", { Q_scf_h, Fd_scf_per_mmBtu, H_pct, O2_pct: "6" }, "3280.3"],
    ["part75-g4", { Fc_scf_per_mmBtu: "1040", HI_mmBtu_h: "1000" }, "59.4286"],
  ]),
  ...vectorsOf(
    "epa",
    "computed",
    "40 CFR 75, Appendix F, table 1",
    ratios.map(([fd, fc, fo]) => ["fo-of-fuel", { Fd_scf_per_mmBtu: fd, Fc_scf_per_mmBtu: fc }, fo] as const),
  ),
  ...vectorsOf("epa", "computed", "40 CFR 60, Appendix A, Method 3B", [
    ["fo", { O2_pct: "6.0", CO2_pct: "13.1" }, "1.137"],
    // With a fifth of air let in, and with a fifth of nitrogen.
    ["fo", { O2_pct: "8.98", CO2_pct: "10.48" }, "1.137"],
    ["fo", { O2_pct: "4.8", CO2_pct: "10.48" }, "1.536"],
    ["fo", { O2_pct: "7.5", CO2_pct: "9.0" }, "1.489"],
    ["fo-with-co", { O2_pct: "6.1", CO2_pct: "12.9", CO_pct: "0.2" }, "1.137"],
  ]),
  ...vectorsOf("exact", "computed", "40 CFR 75, Appendix F, table 1, in SI units", [
    ["f-factor-si", { F_scf_per_mmBtu: "9780" }, "244.58"],
    ["f-factor-si", { F_scf_per_mmBtu: "1800" }, "45.015"],
    ["f-factor-si", { F_scf_per_mmBtu: "8710" }, "217.82"],
    ["f-factor-si", { F_scf_per_mmBtu: "1040" }, "26.008"],
    ["co2-of-heat", { Fc_m3_per_GJ: "45.015" }, "88.39"],
    ["co2-of-heat", { Fc_m3_per_GJ: "26.008" }, "51.07"],
  ]),
  ...vectorsOf("epa", "computed", "definition of Fd", [
    ["theoretical-flow", { HI_GJ_h: "2000", Fd_m3_per_GJ: "244.5788", O2_pct: "6" }, "686134"],
  ]),
];
