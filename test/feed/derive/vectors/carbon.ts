/** China's carbon market: fuels, steel, cement, aluminium, purchased power. */
import { type Vector, vectorsOf } from "./vector.ts";

/** Process factors of steel making, t CO2 a tonne, by which 1,000 t are counted. */
const materials = [
  ["0.440", "440.000"],
  ["0.476", "476.000"],
  ["3.663", "3663.000"],
  ["0.172", "172.000"],
  ["0.037", "37.000"],
] as const;
/** Clinker: Portland, white, sulfoaluminate, aluminate. */
const clinkers = [
  ["0.535", "80250"],
  ["0.550", "82500"],
  ["0.413", "61950"],
  ["0.292", "43800"],
] as const;
const noSubstitute = { carbide_slag_t: "0", steel_slag_t: "0", fly_ash_t: "0" };
const platformGas = { FC_10k_m3: "21", NCV_GJ_per_10k_m3: "389.31" };

export const carbon: readonly Vector[] = [
  ...vectorsOf("cets", "acceptance", "the platform's own example of natural gas", [
    ["gas-co2", { ...platformGas, CC_tC_per_GJ: "0.01532", OF_pct: "99" }, "454.33"],
    ["gas-heat", platformGas, "8175.51"],
  ]),
  ...vectorsOf("cets", "computed", "CETS-AG-01.01-V01-2024, combustion", [
    ["carbon-from-heat", { NCV_GJ_per_t: "20.5", CC_tC_per_GJ: "0.03085" }, "0.632425"],
    ["carbon-from-heat", { NCV_GJ_per_t: "389.31", CC_tC_per_GJ: "0.01532" }, "5.96423"],
    ["fuel-co2", { FC_t: "100000", Car_tC_per_t: "0.632425", OF_pct: "99" }, "229570.275"],
    [
      "fuel-co2-from-heat",
      { FC_t: "100000", NCV_GJ_per_t: "20.5", CC_tC_per_GJ: "0.03085", OF_pct: "99" },
      "229570.275",
    ],
    // Natural gas without the platform's rounding.
    ["fuel-co2-from-heat", { FC_t: "21", NCV_GJ_per_t: "389.31", CC_tC_per_GJ: "0.01532", OF_pct: "99" }, "454.6532"],
    ["fuel-heat", { FC_t: "100000", NCV_GJ_per_t: "20.5" }, "2050000"],
    ["carbon-from-air-dried", { Cad_pct: "58.20", Mar_pct: "12.5", Mad_pct: "3.2" }, "52.6085"],
    ["carbon-from-dry", { Cd_pct: "60.12", Mar_pct: "12.5" }, "52.605"],
  ]),
  ...vectorsOf("cets", "computed", "CETS-AG-03.01-V01-2024, steel", [
    ["steel-fuel-co2", { FC_t: "1000", NCV_GJ_per_t: "28.435", CC_tC_per_GJ: "0.02942" }, "3067.378"],
    ["steel-total", { Efuel_t: "3067.378", Eprocess_t: "440", Rproduct_t: "37" }, "3470.378"],
    ...materials.map(([EF_t_per_t, value]) => ["material-co2", { P_t: "1000", EF_t_per_t }, value] as const),
  ]),
  ...vectorsOf("cets", "computed", "CETS-AG-02.01-V01-2024, cement", [
    ["cement-process", { ...noSubstitute, clinker_t: "150000", EF_t_per_t: "0.535", carbide_slag_t: "5000" }, "77850"],
    [
      "cement-process",
      { clinker_t: "1000", EF_t_per_t: "0.535", carbide_slag_t: "0", steel_slag_t: "100", fly_ash_t: "200" },
      "502.5",
    ],
    ...clinkers.map(
      ([EF_t_per_t, value]) => ["cement-process", { ...noSubstitute, clinker_t: "150000", EF_t_per_t }, value] as const,
    ),
  ]),
  ...vectorsOf("cets", "computed", "CETS-AG-04.01-V01-2024, aluminium", [
    ["aluminium-cf4-factor", { AE_min_per_d: "0.5" }, "0.0715"],
    ["aluminium-c2f6-factor", { EF_CF4_kg_per_t: "0.034" }, "0.0034"],
    ["aluminium-pfc", { Al_t: "1000", EF_CF4_kg_per_t: "0.034", EF_C2F6_kg_per_t: "0.0034" }, "263.16"],
  ]),
  ...vectorsOf("cets", "computed", "MEE notice, grid factor 0.5810 t/MWh", [
    ["purchased-power", { W_MWh: "1000", EF_t_per_MWh: "0.5810" }, "581.0"],
  ]),
];
