import { describe, expect, test } from "vitest";
import { formulaById, formulaGroups, formulas } from "../../../feed/derive/catalogue.ts";
import { constantSetIds, constantSets, constantsOf, constantUnits } from "../../../feed/derive/constants.ts";
import { isFunction, readCondition, readExpression } from "../../../feed/derive/expression.ts";
import type { FormulaData, Quantity } from "../../../feed/derive/formula.ts";
import { noValue } from "../../../feed/derive/outcome.ts";
import { filesUnder } from "../../house/source.ts";
import { vectors } from "./vectors/all.ts";

const sorted = (names: Iterable<string>): string[] => [...new Set(names)].sort();
const known = Object.keys(constantUnits);

const namesOf = (text: string, read: typeof readExpression | typeof readCondition): readonly string[] => {
  const found = read(text);
  return found.ok ? found.names : [`unread: ${found.problem}`];
};

/** What is wrong with a formula, in words; nothing where it is well made. */
function faultsOf(
  formula: FormulaData,
  tested: ReadonlySet<string> = new Set(vectors.map((v) => v.formula)),
): string[] {
  const { id, title, source, inputs, constants, output, expression, requires } = formula;
  const used = sorted([
    ...namesOf(expression, readExpression),
    ...requires.flatMap((requirement) => namesOf(requirement.expression, readCondition)),
  ]);
  const given = [...Object.keys(inputs), ...constants];
  const quantities: readonly Quantity[] = [...Object.values(inputs), output];
  const faults: readonly (readonly [bad: boolean, what: string])[] = [
    [!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(id), "id"],
    [title.en.length < 5, "English title"],
    [!/[\u4e00-\u9fff]/.test(title.zh), "Chinese title"],
    [source.length < 10, "source"],
    [used.some((name) => name.startsWith("unread")), "expression"],
    [used.join() !== sorted(given).join(), "names"],
    [new Set(given).size !== given.length, "a name that is input and constant"],
    [given.some(isFunction), "a name that is a function"],
    [constants.some((name) => !known.includes(name)), "constants"],
    [constantSetIds.every((set) => constants.some((name) => constantsOf(set)[name] === undefined)), "constant set"],
    [output.follows !== undefined && inputs[output.follows] === undefined, "follows"],
    [quantities.some(({ unit }) => unit.length === 0), "unit"],
    [requires.some(({ otherwise }) => noValue[otherwise] === undefined), "reason"],
    [!tested.has(id), "test vector"],
  ];
  return faults.filter(([bad]) => bad).map(([, what]) => `${id}: ${what}`);
}

test("every formula reads, names what it uses, has source, titles, constants and a vector", () => {
  expect(formulas.flatMap((formula) => faultsOf(formula))).toEqual([]);
});

test("none is skipped: each one of each file is in the catalogue, under its own id", () => {
  const files = filesUnder(["feed/derive/formulas"], ".ts");
  const ids = files.flatMap(({ text }) => [...text.matchAll(/^ {4}id: "([^"]+)",$/gm)].map(([, id]) => id ?? ""));
  const made = files.flatMap(({ text }) => text.match(/\bformula\(\{/g) ?? []);
  expect(ids.length).toBeGreaterThan(55);
  expect(ids.length).toBe(made.length);
  expect(sorted(ids)).toEqual(sorted(formulas.map(({ id }) => id)));
  expect(new Set(ids).size).toBe(ids.length);
  expect(Object.keys(formulaGroups)).toHaveLength(files.length - 1);
});

test("every vector is one of a formula that exists", () => {
  expect(vectors.filter(({ formula }) => formulaById(formula) === undefined)).toEqual([]);
});

const good = formulas.find(({ id }) => id === "reference-oxygen") as FormulaData;
describe("a fault is seen", () => {
  test.each([
    ["id", { id: "Reference" }],
    ["English title", { title: { en: "", zh: "折算" } }],
    ["Chinese title", { title: { en: "converted", zh: "converted" } }],
    ["source", { source: "" }],
    ["expression", { expression: "C_mg_m3 *" }],
    ["names", { expression: "C_mg_m3 * O2_air_pct", requires: [] }],
    ["names", { constants: [...good.constants, "T0_K"] }],
    ["constants", { constants: ["O2_air_pct", "O2_max_pct", "X_unknown"] }],
    ["constant set", { constants: [...good.constants, "GWP_CF4"] }],
    ["follows", { output: { ...good.output, follows: "Q" } }],
    ["unit", { output: { ...good.output, unit: "" } }],
    ["test vector", { id: "reference-nitrogen" }],
    ["a name that is input and constant", { inputs: { ...good.inputs, O2_air_pct: { unit: "%" } } }],
  ] as const)("%s", (what, change) => {
    const data = { ...good, ...change };
    expect(faultsOf(data)).toContain(`${data.id}: ${what}`);
  });
});

test("a constant is a decimal string with a unit and a source, and every one is used or stated", () => {
  const all = Object.values(constantSets).flatMap(({ values }) => Object.entries(values));
  expect(all.length).toBeGreaterThan(30);
  expect(all.filter(([name]) => !known.includes(name))).toEqual([]);
  expect(all.filter(([, { value }]) => !/^\d+(\.\d+)?(e-\d+)?$/.test(value))).toEqual([]);
  expect(all.filter(([, { source }]) => source.length < 10)).toEqual([]);
  expect(sorted(all.map(([name]) => name))).toEqual(sorted(known));
  expect(sorted(formulas.flatMap(({ constants }) => constants))).toEqual(sorted(known));
});

test("a site's number takes the place of the set's", () => {
  expect(constantsOf("hj", { O2_air_pct: "20.9" })).toEqual({ ...constantsOf("hj"), O2_air_pct: "20.9" });
  expect(constantsOf("hj").O2_air_pct).toBe("21");
  expect(constantsOf("hj").K_SO2_lb_per_scf_ppm).toBeUndefined();
});
