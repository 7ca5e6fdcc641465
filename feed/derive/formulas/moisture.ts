/** Water in the gas: from the two oxygens, and the most that it can hold. */
import { formula } from "../formula.ts";
import { inRange, moisture, oxygen, pressure, saturationPressure } from "./require.ts";

const dryAndWet = "wet and dry oxygen method, as HJ 75-2017 uses it (text not seen)";
const magnus = "Magnus form, Alduchov and Eskridge 1996, J. Appl. Meteor. 35, 601";

export const moistureFormulas = [
  formula({
    id: "moisture-from-oxygen",
    title: { en: "Moisture from wet and dry oxygen", zh: "干湿氧法含湿量" },
    source: dryAndWet,
    inputs: {
      O2wet_pct: { unit: "%", basis: { moisture: "wet" } },
      O2dry_pct: { unit: "%", basis: { moisture: "dry" } },
    },
    constants: ["O2_air_pct"],
    output: { symbol: "Xsw", unit: "%" },
    expression: "100 * (1 - O2wet_pct / O2dry_pct)",
    requires: [
      ...oxygen("O2wet_pct >= 0", "O2dry_pct >= 0", "O2dry_pct <= O2_air_pct"),
      // A wet reading above the dry one would be negative water: one of the two cells has drifted.
      { expression: "O2wet_pct <= O2dry_pct", otherwise: "derive.moisture" },
    ],
  }),
  formula({
    id: "saturation-pressure",
    title: { en: "Saturation pressure of water", zh: "水的饱和蒸气压" },
    source: magnus,
    inputs: { t_C: { unit: "°C" } },
    constants: [],
    output: { symbol: "psat", unit: "Pa" },
    expression: saturationPressure,
    requires: inRange("t_C >= -40", "t_C <= 100"),
  }),
  formula({
    id: "saturation-moisture",
    title: { en: "Moisture of saturated gas", zh: "饱和含湿量" },
    source: magnus,
    inputs: { t_C: { unit: "°C" }, Ps_Pa: { unit: "Pa" }, Ba_Pa: { unit: "Pa" } },
    constants: [],
    output: { symbol: "Xsat", unit: "%" },
    expression: `min(100, 100 * ${saturationPressure} / (Ba_Pa + Ps_Pa))`,
    requires: [...inRange("t_C >= -40", "t_C <= 100"), ...pressure],
  }),
  formula({
    id: "wet-oxygen",
    title: { en: "Oxygen of the wet gas", zh: "湿基氧含量" },
    source: `${dryAndWet}, solved for the wet oxygen`,
    inputs: { O2dry_pct: { unit: "%", basis: { moisture: "dry" } }, X_pct: { unit: "%" } },
    constants: ["O2_air_pct"],
    output: { symbol: "O2wet", unit: "%", basis: { moisture: "wet" } },
    expression: "O2dry_pct * (1 - X_pct / 100)",
    requires: [...oxygen("O2dry_pct >= 0", "O2dry_pct <= O2_air_pct"), ...moisture()],
  }),
];
