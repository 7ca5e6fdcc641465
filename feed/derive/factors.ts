/**
 * Factors of fuels and materials, as parameters for the formulas. They are defaults: a laboratory's number goes before them, a
 * year's notice replaces them, and a row that is not verified was not read in the standard itself.
 */
export interface FFactors {
  readonly Fd_scf_per_mmBtu: string;
  readonly Fc_scf_per_mmBtu: string;
  /** Range of Fo that Method 3B accepts for the fuel; undefined where it names none. */
  readonly Fo?: readonly [least: string, most: string];
  readonly verified: boolean;
}

const fuel = (Fd_scf_per_mmBtu: string, Fc_scf_per_mmBtu: string, Fo?: FFactors["Fo"], verified = false): FFactors => ({
  Fd_scf_per_mmBtu,
  Fc_scf_per_mmBtu,
  ...(Fo === undefined ? {} : { Fo }),
  verified,
});

/** 40 CFR 75, Appendix F, table 1 (Fd dry, Fc), and 40 CFR 60, Appendix A, Method 3B (Fo). */
export const fFactors = {
  anthracite: fuel("10100", "1970", ["1.016", "1.130"]),
  lignite: fuel("9860", "1910", ["1.016", "1.130"]),
  bituminous: fuel("9780", "1800", ["1.083", "1.230"]),
  "sub-bituminous": fuel("9820", "1840", ["1.083", "1.230"]),
  "petroleum-coke": fuel("9830", "1850"),
  "distillate-oil": fuel("9190", "1420", ["1.260", "1.413"]),
  "residual-oil": fuel("9190", "1420", ["1.210", "1.370"]),
  "natural-gas": fuel("8710", "1040", ["1.600", "1.836"]),
  propane: fuel("8710", "1190", ["1.434", "1.586"]),
  butane: fuel("8710", "1250", ["1.405", "1.553"]),
  "wood-bark": fuel("9600", "1920", ["1.003", "1.130"]),
  "wood-residue": fuel("9240", "1830", ["1.000", "1.120"]),
} as const satisfies Readonly<Record<string, FFactors>>;

export interface FuelDefaults {
  /** GJ/t; of gases GJ per 10^4 m3. */
  readonly NCV: string;
  readonly per: "t" | "10^4 m3";
  readonly CC_tC_per_GJ: string;
  readonly verified: boolean;
}

const carbon = (NCV: string, CC_tC_per_GJ: string, per: FuelDefaults["per"] = "t", verified = true): FuelDefaults => ({
  NCV,
  per,
  CC_tC_per_GJ,
  verified,
});

/** Default heat and carbon of China's carbon market, as its reporting platform shows them. */
export const fuelDefaults = {
  anthracite: carbon("22.867", "0.02749"),
  bituminous: carbon("23.076", "0.02618"),
  lignite: carbon("14.759", "0.02797"),
  coke: carbon("28.435", "0.02942"),
  "petroleum-coke": carbon("32.5", "0.0275"),
  "fuel-oil": carbon("41.816", "0.0211"),
  gasoline: carbon("43.07", "0.0189"),
  diesel: carbon("42.652", "0.0202"),
  lng: carbon("51.498", "0.0172"),
  "natural-gas": carbon("389.31", "0.01532", "10^4 m3"),
  "blast-furnace-gas": carbon("33.0", "0.0708", "10^4 m3"),
  "converter-gas": carbon("84.0", "0.0496", "10^4 m3"),
  "coke-oven-gas": carbon("173.854", "0.0121", "10^4 m3"),
  // What the power sector has to count where it did not measure: set high, so that measuring pays.
  "coal-not-measured": carbon("26.7", "0.03085", "t", false),
} as const satisfies Readonly<Record<string, FuelDefaults>>;

/** CO2 a tonne of material, t/t: CETS-AG-03.01 (steel) and CETS-AG-02.01 (clinker), as the platform computes. */
export const materialFactors = {
  limestone: "0.440",
  dolomite: "0.476",
  electrode: "3.663",
  "pig-iron": "0.172",
  scrap: "0.037",
  "crude-steel": "0.037",
  "portland-clinker": "0.535",
  "white-clinker": "0.550",
  "sulfoaluminate-clinker": "0.413",
  "aluminate-clinker": "0.292",
} as const satisfies Readonly<Record<string, string>>;

/** Perfluorocarbons of primary aluminium where no anode effects are counted, kg/t: CETS-AG-04.01. */
export const aluminiumDefaults = { EF_CF4_kg_per_t: "0.034", EF_C2F6_kg_per_t: "0.0034" } as const;
