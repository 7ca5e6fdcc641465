import { expect, test } from "vitest";
import { formulaById } from "../../../feed/derive/catalogue.ts";
import { constantsOf } from "../../../feed/derive/constants.ts";
import { decimal, written } from "../../../feed/derive/decimal.ts";
import { evaluate } from "../../../feed/derive/evaluate.ts";
import { aluminiumDefaults, fFactors, fuelDefaults, materialFactors } from "../../../feed/derive/factors.ts";
import type { Formula } from "../../../feed/derive/formula.ts";

const named = (id: string): Formula => formulaById(id) as Formula;

test("the Fo of a fuel's factors lies in the range that Method 3B gives the fuel", () => {
  const rows = Object.entries(fFactors);
  const out = rows.filter(([, { Fd_scf_per_mmBtu, Fc_scf_per_mmBtu, ...row }]) => {
    const fo = evaluate(named("fo-of-fuel"), { Fd_scf_per_mmBtu, Fc_scf_per_mmBtu }, constantsOf("epa"));
    if (!("Fo" in row)) return !fo.ok;
    const [least, most] = row.Fo;
    return !fo.ok || fo.value.lt(decimal(least)) || fo.value.gt(decimal(most));
  });
  expect(rows).toHaveLength(12);
  expect(out).toEqual([]);
});

test("they lie within the bounds by which EPA's check engine takes a factor for plausible", () => {
  for (const { Fd_scf_per_mmBtu, Fc_scf_per_mmBtu } of Object.values(fFactors)) {
    expect([Number(Fd_scf_per_mmBtu) >= 8000, Number(Fd_scf_per_mmBtu) <= 12000]).toEqual([true, true]);
    expect([Number(Fc_scf_per_mmBtu) >= 900, Number(Fc_scf_per_mmBtu) <= 3000]).toEqual([true, true]);
  }
});

test("the defaults reproduce the platform's natural gas", () => {
  const gas = fuelDefaults["natural-gas"];
  const inputs = { FC_10k_m3: "21", NCV_GJ_per_10k_m3: gas.NCV, CC_tC_per_GJ: gas.CC_tC_per_GJ, OF_pct: "99" };
  const outcome = evaluate(named("gas-co2"), inputs, constantsOf("cets"));
  expect(outcome.ok && written(outcome.value, 2)).toBe("454.33");
});

test("every factor is a decimal string", () => {
  const texts = [
    ...Object.values(fuelDefaults).flatMap(({ NCV, CC_tC_per_GJ }) => [NCV, CC_tC_per_GJ]),
    ...Object.values(materialFactors),
    ...Object.values(aluminiumDefaults),
  ];
  expect(texts).toHaveLength(2 * 14 + 10 + 2);
  expect(texts.filter((text) => !/^\d+(\.\d+)?$/.test(text))).toEqual([]);
});
