import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formulaById, formulas } from "../../../feed/derive/catalogue.ts";
import { type ConstantSetId, constantSetIds, constantsOf } from "../../../feed/derive/constants.ts";
import { decimal } from "../../../feed/derive/decimal.ts";
import { evaluate } from "../../../feed/derive/evaluate.ts";
import { explain } from "../../../feed/derive/explain.ts";
import type { Formula } from "../../../feed/derive/formula.ts";
import { noValue } from "../../../feed/derive/outcome.ts";
import type { Values } from "../../../feed/derive/values.ts";
import { vectors } from "./vectors/all.ts";

const named = (id: string): Formula => formulaById(id) as Formula;
const first = (id: string) => vectors.find(({ formula }) => formula === id);

/** What becomes of the formula's own vector when some of its inputs change. */
function changed(id: string, change: Values, set?: ConstantSetId): string {
  const vector = first(id);
  if (vector === undefined) throw new Error(`no vector of ${id}`);
  const outcome = evaluate(named(id), { ...vector.inputs, ...change }, constantsOf(set ?? vector.set));
  return outcome.ok ? "a number" : outcome.why;
}

describe("no number but a reason", () => {
  test.each([
    ["reference-oxygen", { O2_pct: "21" }, "derive.oxygen"],
    ["reference-oxygen", { O2_pct: "20.999" }, "derive.oxygen"],
    ["reference-oxygen", { O2_pct: "25" }, "derive.oxygen"],
    ["reference-oxygen", { O2_pct: "-0.1" }, "derive.oxygen"],
    ["reference-oxygen", { O2ref_pct: "21" }, "derive.oxygen"],
    ["excess-air", { O2_pct: "21" }, "derive.oxygen"],
    ["theoretical-flow", { O2_pct: "20.9" }, "derive.oxygen"],
    ["part75-f5", { O2_pct: "20.9" }, "derive.oxygen"],
    ["part75-f14a", { O2_pct: "21" }, "derive.oxygen"],
    ["part75-f14b", { O2wet_pct: "-1" }, "derive.oxygen"],
    ["part75-f17", { O2wet_pct: "19" }, "derive.oxygen"],
    ["part75-f18", { O2_pct: "21" }, "derive.oxygen"],
    ["fo", { CO2_pct: "0" }, "derive.division"],
    ["fo", { O2_pct: "21" }, "derive.oxygen"],
    ["part75-f6", { CO2_pct: "0" }, "derive.division"],
    ["moisture-from-oxygen", { O2wet_pct: "0", O2dry_pct: "0" }, "derive.division"],
    ["moisture-from-oxygen", { O2wet_pct: "8" }, "derive.moisture"],
    ["concentration-to-standard", { Ps_Pa: "-101325" }, "derive.pressure"],
    ["standard-dry-flow", { Ps_Pa: "-200000" }, "derive.pressure"],
    ["pitot-velocity", { Ba_Pa: "0", Ps_Pa: "-1" }, "derive.pressure"],
    ["saturation-moisture", { Ba_Pa: "-1" }, "derive.pressure"],
    ["standard-dry-flow", { t_C: "-273" }, "derive.temperature"],
    ["concentration-to-standard", { t_C: "-300" }, "derive.temperature"],
    ["standard-dry-flow", { X_pct: "-1" }, "derive.moisture"],
    ["standard-dry-flow", { X_pct: "100", t_C: "150" }, "derive.moisture"],
    // 50 °C and 99,325 Pa hold 12.44 %; one more is the margin.
    ["standard-dry-flow", { X_pct: "13.5", t_C: "50" }, "derive.moisture"],
    ["dry-concentration-to-standard", { X_pct: "60", t_C: "20" }, "derive.moisture"],
    ["concentration-wet-to-dry", { X_pct: "100" }, "derive.moisture"],
    ["part75-f2", { H_pct: "100" }, "derive.moisture"],
    ["carbon-from-air-dried", { Mad_pct: "100" }, "derive.moisture"],
    ["carbon-from-air-dried", { Mad_pct: "13" }, "derive.moisture"],
    ["pitot-velocity", { dP_Pa: "-3" }, "derive.negative"],
    ["section-flow", { Vs_m_s: "-0.1" }, "derive.negative"],
    ["emission-rate", { Q_m3_h: "-1" }, "derive.negative"],
    ["fuel-co2", { FC_t: "-1" }, "derive.negative"],
    ["cement-process", { clinker_t: "0" }, "derive.negative"],
    ["fuel-co2", { OF_pct: "101" }, "derive.range"],
    ["co2-mass-dry", { CO2_pct: "101" }, "derive.range"],
    ["aluminium-cf4-factor", { AE_min_per_d: "1441" }, "derive.range"],
    ["saturation-pressure", { t_C: "101" }, "derive.range"],
    ["part75-f15", { Fc_scf_per_mmBtu: "0" }, "derive.range"],
    ["eu-average-rate", { hours_h: "0" }, "derive.no-flow"],
    ["emission-rate", { Q_m3_h: "1e59", C_mg_m3: "1e59" }, "derive.range"],
    ["emission-rate", { Q_m3_h: null }, "derive.input-missing"],
    ["emission-rate", { Q_m3_h: undefined }, "derive.input-missing"],
  ] as const)("%s with %o: %s", (id, change, why) => {
    expect(changed(id, {})).toBe("a number");
    expect(changed(id, change)).toBe(why);
  });

  test("moisture within the margin above saturation is believed: behind a wet scrubber the gas is saturated", () => {
    expect(changed("standard-dry-flow", { X_pct: "13.4", t_C: "50" })).toBe("a number");
  });

  test("a set without the formula's constants", () => {
    expect(changed("part75-f1", {}, "hj")).toBe("derive.constant-missing");
    expect(changed("aluminium-pfc", {}, "exact")).toBe("derive.constant-missing");
  });

  test("an hour without flow has no mass from nothing, and no concentration is made of it", () => {
    const still = evaluate(named("emission-rate"), { C_mg_m3: "100", Q_m3_h: "0" }, {});
    expect(still).toMatchObject({ ok: true });
    expect(changed("emission-rate", { C_mg_m3: null, Q_m3_h: "0" })).toBe("derive.input-missing");
  });
});

const noNumbers = [
  "NaN",
  "nan",
  "Infinity",
  "-Infinity",
  "inf",
  "",
  " ",
  "1 ",
  "+1",
  "1,5",
  "0x10",
  "1e999",
  "--1",
  "１",
];

describe("a text that is no number is not one, in any input of any formula", () => {
  test.each(noNumbers)("%o", (text) => {
    let asked = 0;
    for (const formula of formulas) {
      for (const name of Object.keys(formula.inputs)) {
        asked += 1;
        expect(changed(formula.id, { [name]: text }), `${formula.id} ${name}`).toBe("derive.not-a-number");
      }
    }
    expect(asked).toBeGreaterThan(150);
  });
});

test("a stray value cannot pass for a constant, nor for an input by its prototype", () => {
  const formula = named("reference-oxygen");
  const inputs = { C_mg_m3: "100", O2_pct: "10", O2ref_pct: "6" };
  const honest = evaluate(formula, inputs, constantsOf("hj"));
  expect(evaluate(formula, { ...inputs, O2_air_pct: "99" }, constantsOf("hj"))).toEqual(honest);
  expect(explain(formula, { ...inputs, O2_air_pct: "99" }, constantsOf("hj")).substituted).not.toContain("99");
  expect(evaluate(formula, Object.create(inputs) as Values, constantsOf("hj"))).toMatchObject({
    why: "derive.input-missing",
  });
});

test("no requirement is idle: each refuses something that those before it let pass", () => {
  const steps = ["-1e6", "-300", "-1", "0", "0.5", "5", "8", "20.5", "50", "99", "100", "101", "150", "2000", "1e6"];
  const idle = formulas.flatMap((formula) => {
    const names = Object.keys(formula.inputs);
    const vector = first(formula.id)?.inputs ?? {};
    const set = constantsOf(first(formula.id)?.set ?? "hj");
    const changes = names.flatMap((name, at) =>
      steps.flatMap((step) => [
        { [name]: step },
        ...names.slice(at + 1).flatMap((other) => steps.map((its) => ({ [name]: step, [other]: its }))),
      ]),
    );
    const refused = new Set(
      changes.map((change) => {
        const inputs = { ...vector, ...change };
        const { outcome, requires } = explain(formula, inputs, set);
        const detail = outcome.ok ? undefined : outcome.detail;
        return requires.findIndex(({ substituted }) => substituted === detail);
      }),
    );
    return formula.requires.flatMap(({ expression }, at) => (refused.has(at) ? [] : [`${formula.id}: ${expression}`]));
  });
  expect(formulas.flatMap(({ requires }) => requires).length).toBeGreaterThan(150);
  expect(idle).toEqual([]);
});

const anything = fc.oneof(
  { weight: 4, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 }).map(String) },
  { weight: 2, arbitrary: fc.integer({ min: -10, max: 200 }).map(String) },
  fc.constantFrom(...noNumbers, "0", "-0", "21", "20.9", "100", "-273.15", "1e59", "-1e59", "1e-60", "9".repeat(60)),
  fc.string({ unit: "binary", maxLength: 8 }),
  fc.constantFrom(decimal("1e1000000"), decimal("1e-1000000"), decimal("-9e59"), decimal("0")),
  fc.anything().map((value) => value as string),
);

test("whatever comes in, out comes a bounded number or a reason, and its explanation, and nothing is thrown", () => {
  const seen = { number: 0, none: 0 };
  const cases = fc
    .constantFrom(...formulas)
    .chain((formula) =>
      fc.tuple(
        fc.constant(formula),
        fc.record(Object.fromEntries(Object.keys(formula.inputs).map((name) => [name, anything]))),
        fc.constantFrom(...constantSetIds),
      ),
    );
  fc.assert(
    fc.property(cases, ([formula, inputs, set]) => {
      const { outcome, text } = explain(formula, inputs, constantsOf(set));
      expect(text.length).toBeLessThan(8_000);
      seen[outcome.ok ? "number" : "none"] += 1;
      return outcome.ok ? outcome.value.e < 60 : noValue[outcome.why] !== undefined;
    }),
    { numRuns: 20_000 },
  );
  expect(seen.number).toBeGreaterThan(500);
  expect(seen.none).toBeGreaterThan(500);
});
