/** What must hold between formulas, whatever the numbers. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formulaById } from "../../../feed/derive/catalogue.ts";
import { type ConstantSetId, constantsOf } from "../../../feed/derive/constants.ts";
import { type Decimal, decimal } from "../../../feed/derive/decimal.ts";
import { evaluate } from "../../../feed/derive/evaluate.ts";
import { type FormulaData, formula } from "../../../feed/derive/formula.ts";
import type { Values } from "../../../feed/derive/values.ts";

/** A number between two bounds, in thousandths. */
const between = (least: number, most: number) =>
  fc.integer({ min: Math.round(least * 1000), max: Math.round(most * 1000) }).map((n) => decimal(`${n}e-3`));

/** The value before the standard's rounding; fails the test where there is none. */
function value(id: string, inputs: Values, set: ConstantSetId): Decimal {
  const { rounding: _, ...data } = formulaById(id) as FormulaData;
  const outcome = evaluate(formula(data), inputs, constantsOf(set));
  if (!outcome.ok) throw new Error(`${id}: ${outcome.why} ${outcome.detail}`);
  return outcome.value;
}

const hair = decimal("1e-25");
function same(one: Decimal, other: Decimal): void {
  const scale = one.abs().gt(decimal("1")) ? one.abs() : decimal("1");
  expect(one.minus(other).abs().div(scale).lt(hair), `${one.toFixed()} is ${other.toFixed()}`).toBe(true);
}

const share = (percent: Decimal): Decimal => percent.div(decimal("100"));
const hundred = decimal("100");
const air = decimal("20.9");
const stack = { t_C: between(0, 400), Ps_Pa: between(-5000, 5000), Ba_Pa: between(80000, 105000) };

describe("40 CFR 75", () => {
  test("F-17 is F-18 where the wet oxygen is the dry one's share", () => {
    fc.assert(
      fc.property(between(1e3, 1e6), between(8000, 12000), between(0, 40), between(0, 20), (q, fd, h, o2) => {
        const common = { Q_scf_h: q, Fd_scf_per_mmBtu: fd, H_pct: h };
        const wet = o2.times(hundred.minus(h)).div(hundred);
        same(
          value("part75-f17", { ...common, O2wet_pct: wet }, "epa"),
          value("part75-f18", { ...common, O2_pct: o2 }, "epa"),
        );
      }),
    );
  });

  test("so they are at 10 % water and a wet oxygen of 0.9 of the dry one, also as the standard rounds", () => {
    const common = { Q_scf_h: "50000000", Fd_scf_per_mmBtu: "9780", H_pct: "10" };
    const rounded = (id: string, inputs: Values) => {
      const outcome = evaluate(formulaById(id) as ReturnType<typeof formula>, inputs, constantsOf("epa"));
      return outcome.ok ? outcome.value.toFixed() : outcome.why;
    };
    expect(rounded("part75-f17", { ...common, O2wet_pct: "5.4" })).toBe("3280.3");
    expect(rounded("part75-f18", { ...common, O2_pct: "6" })).toBe("3280.3");
  });

  test("F-14a gives the CO2 by which F-16 says what F-18 says", () => {
    fc.assert(
      fc.property(between(1e3, 1e6), between(0, 40), between(0, 20), (q, h, o2) => {
        const factors = { Fd_scf_per_mmBtu: "9780", Fc_scf_per_mmBtu: "1800" };
        const co2 = value("part75-f14a", { ...factors, O2_pct: o2 }, "epa");
        same(
          value("part75-f16", { ...factors, Q_scf_h: q, H_pct: h, CO2_pct: co2 }, "epa"),
          value("part75-f18", { ...factors, Q_scf_h: q, H_pct: h, O2_pct: o2 }, "epa"),
        );
      }),
    );
  });
});

describe("Fo", () => {
  const gas = fc.tuple(between(1, 12), between(5, 15), between(1, 40));
  const fo = (O2_pct: Decimal, CO2_pct: Decimal) => value("fo", { O2_pct, CO2_pct }, "epa");

  test("does not see air that leaks in", () => {
    fc.assert(
      fc.property(gas, ([o2, co2, percent]) => {
        const leak = share(percent);
        const rest = decimal("1").minus(leak);
        same(fo(o2.times(rest).plus(air.times(leak)), co2.times(rest)), fo(o2, co2));
      }),
    );
  });

  test("rises with nitrogen that is let in", () => {
    fc.assert(
      fc.property(gas, ([o2, co2, percent]) => {
        const rest = decimal("1").minus(share(percent));
        expect(fo(o2.times(rest), co2.times(rest)).gt(fo(o2, co2))).toBe(true);
      }),
    );
  });

  test("of a fuel is the Fo of its gas by F-14a", () => {
    fc.assert(
      fc.property(between(0, 19), between(8000, 12000), between(900, 3000), (o2, fd, fc_) => {
        const factors = { Fd_scf_per_mmBtu: fd, Fc_scf_per_mmBtu: fc_ };
        same(fo(o2, value("part75-f14a", { ...factors, O2_pct: o2 }, "epa")), value("fo-of-fuel", factors, "epa"));
      }),
    );
  });
});

describe("there and back", () => {
  const back = (
    set: ConstantSetId,
    there: string,
    again: string,
    name: string,
    rest: Record<string, fc.Arbitrary<Decimal>>,
  ) =>
    fc.assert(
      fc.property(between(-10, 5000), fc.record(rest), (start, others) => {
        const far = value(there, { ...others, [name]: start }, set);
        same(value(again, { ...others, [name]: far }, set), start);
      }),
    );

  test.each(["hj", "exact", "epa"] as const)("actual and standard conditions, %s", (set) =>
    back(set, "concentration-to-standard", "concentration-to-actual", "C_mg_m3", stack),
  );
  test("wet and dry", () =>
    back("hj", "concentration-wet-to-dry", "concentration-dry-to-wet", "C_mg_m3", { X_pct: between(0, 60) }));

  test("ppm and mass", () => {
    fc.assert(
      fc.property(between(0, 5000), between(2, 100), (C_ppm, M_g_per_mol) => {
        const C_mg_m3 = value("ppm-to-mass", { C_ppm, M_g_per_mol }, "exact");
        same(value("mass-to-ppm", { C_mg_m3, M_g_per_mol }, "exact"), C_ppm);
      }),
    );
  });

  test("moisture from the wet oxygen it makes", () => {
    fc.assert(
      fc.property(between(1, 20.5), between(0, 60), (O2dry_pct, X_pct) => {
        const O2wet_pct = value("wet-oxygen", { O2dry_pct, X_pct }, "hj");
        same(value("moisture-from-oxygen", { O2wet_pct, O2dry_pct }, "hj"), X_pct);
      }),
    );
  });
});

test("converting by oxygen is converting by excess air", () => {
  fc.assert(
    fc.property(between(0, 5000), between(0, 20), between(0, 16), (C_mg_m3, O2_pct, O2ref_pct) => {
      const alpha = value("excess-air", { O2_pct }, "hj");
      const alpha_ref = value("excess-air", { O2_pct: O2ref_pct }, "hj");
      same(
        value("reference-excess-air", { C_mg_m3, alpha, alpha_ref }, "hj"),
        value("reference-oxygen", { C_mg_m3, O2_pct, O2ref_pct }, "hj"),
      );
    }),
  );
});

test("a mass rate is the same at the stack's conditions and at standard ones", () => {
  fc.assert(
    fc.property(between(0, 500), between(1, 1e6), fc.record(stack), between(0, 5), (C_mg_m3, Q_m3_h, state, X_pct) => {
      // Warm enough to hold the water.
      const given = { ...state, t_C: state.t_C.plus(decimal("50")), X_pct };
      const C = value("dry-concentration-to-standard", { ...given, C_mg_m3 }, "hj");
      const Q = value("standard-dry-flow", { ...given, Q_m3_h }, "hj");
      same(value("emission-rate", { C_mg_m3: C, Q_m3_h: Q }, "hj"), C_mg_m3.times(Q_m3_h).times(decimal("1e-6")));
    }),
  );
});

test("velocity by the root is velocity by the pressure difference", () => {
  fc.assert(
    fc.property(between(0, 40), fc.record(stack), (rootdP_rootPa, state) => {
      const common = { ...state, Kp: "0.84", rho0_kg_m3: "1.34" };
      same(
        value("pitot-velocity-from-root", { ...common, rootdP_rootPa }, "hj"),
        value("pitot-velocity", { ...common, dP_Pa: rootdP_rootPa.times(rootdP_rootPa) }, "hj"),
      );
    }),
  );
});

test("carbon from dry coal is carbon from air-dried coal of no moisture", () => {
  fc.assert(
    fc.property(between(1, 95), between(0, 40), (C, Mar_pct) => {
      same(
        value("carbon-from-dry", { Cd_pct: C, Mar_pct }, "cets"),
        value("carbon-from-air-dried", { Cad_pct: C, Mad_pct: "0", Mar_pct }, "cets"),
      );
    }),
  );
});
