import { seedFor, wander } from "../random.ts";
import { kelvin, molarMass, molarVolume, oxygenInAir, ppm, standardPa, steamPa } from "./gas.ts";

/** Coal as received. `fd` and `fc` are m³ (0 °C) of dry gas without excess air, and of CO2, per GJ of higher heating value. */
export interface Fuel {
  /** Net calorific value, GJ/t. */
  readonly ncv: number;
  /** Mass fractions. */
  readonly carbon: number;
  readonly sulphur: number;
  /** Fraction of the carbon that burns. */
  readonly oxidised: number;
  readonly fd: number;
  readonly fc: number;
}

/** A coal-fired unit with SCR and a wet scrubber, seen at the stack. */
export interface PowerUnit {
  readonly ratedMW: number;
  readonly fuel: Fuel;
  /** Stack section, m². */
  readonly sectionM2: number;
  readonly barometricPa: number;
}

/**
 * Bituminous coal: Fd 9780 dscf and Fc 1800 scf per mmBtu (40 CFR 75, Appendix F, Table 1) brought to 0 °C and GJ. Carbon and
 * NCV lie near the Chinese default of 0.02618 tC/GJ.
 */
export const bituminous: Fuel = {
  ncv: 22.35,
  carbon: 0.57,
  sulphur: 0.007,
  oxidised: 0.99,
  fd: 244.58,
  fc: 45.015,
};

export const unit350: PowerUnit = { ratedMW: 350, fuel: bituminous, sectionM2: 28.26, barometricPa: 101_100 };

/** Everything at one moment. Concentrations are of dry gas; "standard" is 0 °C and 101325 Pa; flows in m³/s. */
export interface PlantState {
  readonly seconds: number;
  readonly powerMW: number;
  readonly coalTph: number;
  /** Heat of the coal per hour, GJ/h by higher heating value. */
  readonly heatGJh: number;
  readonly co2Kgs: number;
  /** % by volume. */
  readonly o2Dry: number;
  readonly co2Dry: number;
  readonly moisture: number;
  /** ppm by volume. */
  readonly so2Dry: number;
  readonly noDry: number;
  readonly no2Dry: number;
  readonly coDry: number;
  readonly flowStandardDry: number;
  readonly flowStandardWet: number;
  readonly flowActual: number;
  readonly velocity: number;
  readonly temperatureC: number;
  /** Against the air outside. */
  readonly staticPa: number;
  readonly absolutePa: number;
}

/**
 * Higher heating value, GJ/t. It follows from the carbon, so that the CO2 counted from the coal is the CO2 that leaves the
 * stack: `fc` says how much there is per GJ.
 */
export const higherHeatingValue = (fuel: Fuel): number =>
  (fuel.carbon * fuel.oxidised * 1000 * molarVolume) / 12.011 / fuel.fc;

/** The unit `seconds` after the start; the same for the same seed, in whatever order it is asked. */
export function plantAt(unit: PowerUnit, seed: number, seconds: number): PlantState {
  const drift = (label: string, period: number): number => wander(seedFor(seed, label), period, seconds);
  const load = 0.77 + 0.17 * drift("load", 3600) + 0.05 * drift("ramp", 300) + 0.008 * drift("swing", 25);
  const powerMW = unit.ratedMW * load;
  const efficiency = 0.41 - 0.06 * (1 - load) ** 2;
  const coalTph = (powerMW * 3.6) / (efficiency * unit.fuel.ncv);
  const heatGJh = coalTph * higherHeatingValue(unit.fuel);

  // More excess air at low load; the F-factors give the dry gas and its CO2 (Method 19).
  const o2Dry = 4.8 + 3.5 * (1 - load) + 0.35 * drift("air", 90);
  const dilution = oxygenInAir / (oxygenInAir - o2Dry);
  const flowStandardDry = (heatGJh / 3600) * unit.fuel.fd * dilution;
  const co2Dry = (100 * unit.fuel.fc) / unit.fuel.fd / dilution;

  // Behind a wet scrubber the gas is saturated.
  const temperatureC = 48.5 + 4 * (load - 0.75) + 0.6 * drift("scrubber", 400);
  const staticPa = -130 - 90 * (load - 0.75) + 12 * drift("draught", 15);
  const absolutePa = unit.barometricPa + staticPa;
  const moisture = (100 * steamPa(temperatureC)) / absolutePa;
  const flowStandardWet = flowStandardDry / (1 - moisture / 100);
  const flowActual = flowStandardWet * ((kelvin + temperatureC) / kelvin) * (standardPa / absolutePa);

  const perCubicMetre = (kilogramsPerHour: number): number => (kilogramsPerHour * 1e6) / 3600 / flowStandardDry;
  const so2FromCoal = coalTph * 1000 * unit.fuel.sulphur * 0.95 * (molarMass.SO2 / 32.06);
  const so2Slip = 0.012 + 0.004 * drift("desulphurisation", 500);
  const noxAsNo2 = (38 + 9 * drift("denitrification", 200)) * ((oxygenInAir - o2Dry) / (oxygenInAir - 6));
  const noxPpm = ppm(noxAsNo2, molarMass.NO2);
  return {
    seconds,
    powerMW,
    coalTph,
    heatGJh,
    co2Kgs: (flowStandardDry * (co2Dry / 100) * molarMass.CO2) / molarVolume,
    o2Dry,
    co2Dry,
    moisture,
    so2Dry: ppm(perCubicMetre(so2FromCoal * so2Slip), molarMass.SO2),
    noDry: noxPpm * 0.95,
    no2Dry: noxPpm * 0.05,
    coDry: 30 + 12 * drift("burners", 60) + 25 * Math.max(0, 5 - o2Dry),
    flowStandardDry,
    flowStandardWet,
    flowActual,
    velocity: flowActual / unit.sectionM2,
    temperatureC,
    staticPa,
    absolutePa,
  };
}
