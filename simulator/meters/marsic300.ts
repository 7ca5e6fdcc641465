import { milligrams, molarMass } from "../plant/gas.ts";
import { type Model, row } from "./model.ts";

const samplingPoints = Array.from({ length: 12 }, (_, index) => `sampling-${index + 1}`);

/**
 * SICK MARSIC300, a hot extractive analyser: it measures the gas wet (Technical Information 8017585, 11.2, p. 90). Function
 * 2 for states, function 4 for values (float32, high word first), nothing between the groups. Set to mg/m³ at 0 °C and
 * 101325 Pa and to % by volume. Values are 0 while it does not measure; state 1004 is 0 while they are held.
 */
export const marsic300: Model = {
  profile: "sick/marsic300",
  about: "SICK MARSIC300 stack gas analyser: SO2, CO2, H2O, NOx, CO, O2 and more, wet; float32 ABCD",
  maxRegisters: 125,
  identity: { vendor: "SICK", product: "MARSIC300", revision: "1.4" },
  cells: [
    ...row("discrete", 1000, "bit", ["malfunction", "maint-request", "maintenance", "out-of-spec", "live"]),
    ...row("discrete", 1008, "bit", samplingPoints),
    ...row("discrete", 1024, "bit", ["zero", "span"]),
    ...row("input", 1000, "float32", [
      "so2",
      "co2",
      "so2-co2",
      "h2o",
      "no",
      "no2",
      "nox",
      "nh3",
      "co",
      "ch4",
      "o2",
      "voc",
    ]),
    ...row("input", 1050, "uint16", ["sampling"]),
  ],
  values: ({ plant, condition, scatter }) => {
    const gives = condition === "measuring" || condition === "held" ? 1 : 0;
    const wet = 1 - plant.moisture / 100;
    // Scatter of 0.2 % of the value: readings differ a little from the plant and never go below 0.
    const shown = (label: string, value: number): number => gives * value * (1 + 0.002 * scatter(label));
    const so2 = shown("so2", plant.so2Dry * wet);
    const co2 = shown("co2", plant.co2Dry * wet);
    const no = shown("no", plant.noDry * wet);
    const no2 = shown("no2", plant.no2Dry * wet);
    const sampling = Object.fromEntries(samplingPoints.map((point, index) => [point, index === 0 ? 1 : 0]));
    return {
      ...sampling,
      malfunction: condition === "malfunction" ? 1 : 0,
      "maint-request": 0,
      maintenance: condition === "maintenance" ? 1 : 0,
      "out-of-spec": 0,
      live: condition === "held" ? 0 : 1,
      zero: condition === "zero" ? 1 : 0,
      span: condition === "span" ? 1 : 0,
      so2: milligrams(so2, molarMass.SO2),
      co2,
      "so2-co2": gives * (so2 / (co2 || 1)),
      h2o: shown("h2o", plant.moisture),
      no: milligrams(no, molarMass.NO),
      no2: milligrams(no2, molarMass.NO2),
      // Nitrogen oxides are stated as NO2.
      nox: milligrams(no + no2, molarMass.NO2),
      nh3: shown("nh3", 1.5),
      co: milligrams(shown("co", plant.coDry * wet), molarMass.CO),
      ch4: shown("ch4", 0.8),
      o2: shown("o2", plant.o2Dry * wet),
      voc: shown("voc", 0.6),
      sampling: 1,
    };
  },
};
