/** Python computes what our traces print. It shares nothing with us but the text. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { formulas } from "../../feed/derive/catalogue.ts";
import { constantSetIds, constantsOf } from "../../feed/derive/constants.ts";
import { decimal } from "../../feed/derive/decimal.ts";
import { type Explanation, explain } from "../../feed/derive/explain.ts";
import type { Formula } from "../../feed/derive/formula.ts";
import { root } from "../support/program.ts";
import { needs, python } from "../support/system.ts";

/** Where a plant's numbers lie, by unit; where a name is not here, by the name's unit. */
const byName: Readonly<Record<string, readonly [number, number]>> = {
  Ps_Pa: [-6000, 6000],
  Ba_Pa: [75000, 105000],
  alpha: [1, 4],
  alpha_ref: [1, 4],
  O2wet_pct: [0, 9],
  O2dry_pct: [9, 20],
  Mad_pct: [0, 5],
  Mar_pct: [5, 40],
  C_ppm: [-2, 3000],
  C_mg_m3: [-2, 5000],
  carbide_slag_t: [0, 10],
  steel_slag_t: [0, 10],
  fly_ash_t: [0, 10],
};
const byUnit: Readonly<Record<string, readonly [number, number]>> = {
  "%": [0, 12],
  "°C": [-20, 100],
  Pa: [0, 500],
  "scf/mmBtu": [900, 12000],
  "scf/h": [1, 9e7],
  "m3/h": [0, 2e6],
  "tC/t": [0, 1],
  "tC/GJ": [0, 0.1],
};

const inputOf = (name: string, unit: string): fc.Arbitrary<string> => {
  const [least, most] = byName[name] ?? byUnit[unit] ?? [0.01, 1000];
  return fc
    .tuple(fc.integer({ min: 0, max: 1_000_000 }), fc.integer({ min: 2, max: 9 }))
    .map(([part, places]) => (least + ((most - least) * part) / 1_000_000).toFixed(places));
};

const each = 60;

function traces(formula: Formula): readonly Explanation[] {
  const inputs = Object.entries(formula.inputs).map(([name, { unit }]) => [name, inputOf(name, unit)] as const);
  const sets = constantSetIds.filter((id) => formula.constants.every((name) => constantsOf(id)[name] !== undefined));
  const cases = fc.tuple(fc.record(Object.fromEntries(inputs)), fc.constantFrom(...sets));
  return fc.sample(cases, each).map(([values, set]) => explain(formula, values, constantsOf(set)));
}

/** The results of all texts, by one process. */
function judged(texts: readonly string[]): readonly unknown[] {
  const out = execFileSync(python() ?? "python3", [join(root, "test/interop/formula-judge.py")], {
    input: JSON.stringify(texts),
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  return JSON.parse(out) as readonly unknown[];
}

/** A quotient carries 40 places, so a very small one has fewer digits. */
const lastPlaces = decimal("1e-38");

/** Equal to 30 digits. */
function agrees(ours: Explanation, theirs: unknown): boolean {
  if (!ours.outcome.ok || typeof theirs !== "string") return false;
  const value = ours.outcome.value;
  const apart = value.minus(decimal(theirs.replace("E", "e"))).abs();
  return apart.lte(value.abs().times(decimal("1e-30"))) || apart.lte(lastPlaces);
}

needs("python").describe("Python judges the formulas", () => {
  test("every trace computes to the number it shows, and every requirement in it holds", () => {
    const made = formulas.map((formula) => ({ formula, good: traces(formula).filter(({ outcome }) => outcome.ok) }));
    expect(
      made.filter(({ good }) => good.length < each / 4).map(({ formula, good }) => [formula.id, good.length]),
    ).toEqual([]);
    const all = made.flatMap(({ good }) => good);
    const needed = all.flatMap(({ requires }) => requires.map(({ substituted }) => substituted));
    const results = judged([...all.map(({ substituted }) => substituted), ...needed]);
    expect(results).toHaveLength(all.length + needed.length);
    const wrong = all.filter((trace, at) => !agrees(trace, results[at]));
    expect(wrong.map(({ text }) => text)).toEqual([]);
    expect(needed.filter((_, at) => results[all.length + at] !== true)).toEqual([]);
  });

  test("Python sees a wrong number, and a requirement that does not hold", () => {
    const [formula] = formulas;
    if (formula === undefined) throw new Error("no formula");
    const trace = traces(formula).find(({ outcome }) => outcome.ok);
    if (trace === undefined) throw new Error("no trace");
    const [same, other, no] = judged([trace.substituted, `${trace.substituted} + 1e-25`, "1 - 2 > 0"]);
    expect([agrees(trace, same), agrees(trace, other), no]).toEqual([true, false, false]);
  });
});
