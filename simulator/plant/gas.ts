/** Gas arithmetic at 0 °C and 101325 Pa ("standard"), for ideal gases. */

/** Volume of one kilomole, m³ (CODATA, 0 °C, 101325 Pa). */
export const molarVolume = 22.414;
export const molarMass = { CO2: 44.01, SO2: 64.066, NO: 30.006, NO2: 46.006, CO: 28.01 } as const;
/** Oxygen in dry air, % by volume, as the F-factor equations use it (40 CFR 60, Method 19). */
export const oxygenInAir = 20.9;
export const standardPa = 101_325;
export const kelvin = 273.15;

/** ppm by volume to mg per standard m³ of the same gas (wet stays wet). */
export const milligrams = (ppm: number, mass: number): number => (ppm * mass) / molarVolume;
/** mg per standard m³ to ppm by volume. */
export const ppm = (milligrams: number, mass: number): number => (milligrams * molarVolume) / mass;

/** Pressure of saturated steam in Pa at °C (Magnus form, coefficients of Alduchov and Eskridge 1996; 0.4 % from -40 to 50 °C). */
export const steamPa = (celsius: number): number => 610.94 * Math.exp((17.625 * celsius) / (celsius + 243.04));
