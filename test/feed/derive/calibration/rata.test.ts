import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { type Run, relativeAccuracy } from "../../../../feed/derive/calibration/rata.ts";
import { neverBiased, type System, tierOf } from "../../../../feed/derive/calibration/rata-tiers.ts";
import { tOf, tTable } from "../../../../feed/derive/calibration/t-table.ts";
import { decimal, written } from "../../../../feed/derive/decimal.ts";

const references = ["250.0", "246.5", "251.2", "248.9", "253.1", "249.7", "247.3", "252.4", "250.9"];
const readings = ["244.1", "241.0", "246.3", "243.2", "247.5", "243.0", "243.1", "246.0", "244.8"];
const runs: readonly Run[] = references.map((reference, i) => ({ reference, cems: readings[i] ?? "" }));
const audit = (rows: readonly Run[], system: System = "so2") => {
  const found = relativeAccuracy(rows, system);
  if (!found.ok) throw new Error(`${found.why} ${found.detail}`);
  return found;
};

describe("an audit of nine runs (computed with Python's statistics module and t = 2.306)", () => {
  it("has the mean difference, deviation, confidence coefficient, accuracy and factor of its formulas", () => {
    const found = audit(runs);
    const at = (name: "meanDifference" | "deviation" | "confidence" | "meanReference" | "meanCems") =>
      written(found[name], 6);
    expect(found).toMatchObject({ runs: 9, t: "2.306", bias: "failed" });
    expect(at("meanDifference")).toBe("5.666667");
    expect(at("deviation")).toBe("0.759934");
    expect(at("confidence")).toBe("0.584136");
    expect(at("meanReference")).toBe("250.000000");
    expect(at("meanCems")).toBe("244.333333");
    expect(written(found.relativeAccuracy, 2)).toBe("2.50");
    expect(written(found.factor, 3)).toBe("1.023");
    expect(found.tier).toEqual({ result: "passed", quarters: 4, by: "percentage" });
  });

  it("has the factor 1 where the CEMS reads high, however far", () => {
    const high = runs.map(({ reference, cems }) => ({ reference: cems, cems: reference }));
    expect(audit(high)).toMatchObject({ bias: "passed" });
    expect(audit(high).factor.toFixed()).toBe("1");
  });

  it("is never tested for bias where a factor is not allowed", () => {
    for (const system of neverBiased) {
      expect(audit(runs, system)).toMatchObject({ bias: "not-tested" });
      expect(audit(runs, system).factor.toFixed()).toBe("1");
    }
    expect([...neverBiased].sort()).toEqual(["co2", "h2o", "hcl", "hf", "hg", "o2"]);
  });

  it("is not biased when the mean difference only equals the confidence coefficient: both zero", () => {
    const equal = runs.map(({ reference }) => ({ reference, cems: reference }));
    expect(audit(equal)).toMatchObject({ bias: "passed", tier: { quarters: 4 } });
    expect(audit(equal).relativeAccuracy.toFixed()).toBe("0");
  });

  it("shows no more than 999.99 %", () => {
    const far = runs.map(({ cems }) => ({ reference: "0.1", cems }));
    expect(audit(far).relativeAccuracy.toFixed()).toBe("999.99");
    expect(audit(far).tier).toEqual({ result: "failed" });
  });
});

describe("which runs count", () => {
  const more = (n: number, rejected: number): Run[] =>
    Array.from({ length: n }, (_, i) => ({ reference: "100", cems: String(100 + i), rejected: i < rejected }));

  it("takes at least nine, and lets up to three be left out", () => {
    expect(relativeAccuracy(more(9, 0), "so2")).toMatchObject({ ok: true, runs: 9 });
    expect(relativeAccuracy(more(12, 3), "so2")).toMatchObject({ ok: true, runs: 9, t: "2.306" });
    expect(relativeAccuracy(more(12, 0), "so2")).toMatchObject({ ok: true, runs: 12, t: "2.201" });
    expect(relativeAccuracy(more(8, 0), "so2")).toMatchObject({ ok: false, why: "derive.runs" });
    expect(relativeAccuracy(more(11, 3), "so2")).toMatchObject({ ok: false, why: "derive.runs" });
    expect(relativeAccuracy(more(13, 4), "so2")).toMatchObject({ ok: false, why: "derive.runs" });
    expect(relativeAccuracy([], "so2")).toMatchObject({ ok: false, why: "derive.runs" });
  });

  it("is the same audit whether a run was left out or never there, and in whatever order they come", () => {
    const spoilt: Run = { reference: "NaN", cems: "", rejected: true };
    expect(audit([...runs, spoilt])).toEqual(audit(runs));
    fc.assert(
      fc.property(fc.shuffledSubarray([...runs], { minLength: runs.length }), (shuffled) => {
        expect(audit(shuffled)).toEqual(audit(runs));
      }),
    );
  });

  it("gives a reason, no number, for runs that cannot be judged", () => {
    const all = (reference: string, cems: string) => runs.map(() => ({ reference, cems }));
    expect(relativeAccuracy(all("0", "1"), "so2")).toMatchObject({ ok: false, why: "derive.division" });
    expect(relativeAccuracy(all("-1", "1"), "so2")).toMatchObject({ ok: false, why: "derive.negative" });
    expect(relativeAccuracy(all("10", "0"), "so2")).toMatchObject({ ok: false, why: "derive.division" });
    expect(relativeAccuracy(all("10", "0"), "co2")).toMatchObject({ ok: true });
    for (const bad of ["NaN", "", "Infinity", "1,5"]) {
      expect(relativeAccuracy([...runs, { reference: bad, cems: "1" }], "so2")).toMatchObject({ ok: false });
      expect(relativeAccuracy([...runs, { reference: "1", cems: bad }], "so2")).toMatchObject({ ok: false });
    }
  });
});

describe("tiers, from both sides of each limit", () => {
  test.each([
    ["so2", "7.54", "500", "50", "4 percentage"],
    ["so2", "7.55", "500", "50", "2 percentage"],
    ["so2", "10.04", "500", "50", "2 percentage"],
    ["so2", "10.05", "500", "50", "failed"],
    ["so2", "30", "250.04", "12.04", "4 difference"],
    ["nox", "30", "250", "12.05", "2 difference"],
    ["nox", "30", "250", "-15.04", "2 difference"],
    ["nox", "30", "250", "15.05", "failed"],
    ["nox", "30", "250.05", "12", "failed"],
    ["nox-rate", "30", "0.2004", "0.0154", "4 difference"],
    ["nox-rate", "30", "0.2", "0.0155", "2 difference"],
    ["nox-rate", "30", "0.2", "0.0249", "2 difference"],
    ["nox-rate", "30", "0.2", "0.025", "failed"],
    ["so2-rate", "30", "0.5", "0.0164", "4 difference"],
    ["so2-rate", "30", "0.5", "0.0165", "2 difference"],
    ["so2-rate", "30", "0.5", "0.035", "failed"],
    ["co2", "9", "10", "0.7", "4 difference"],
    ["co2", "9", "10", "0.75", "2 percentage"],
    ["o2", "12", "10", "1.04", "2 difference"],
    ["o2", "12", "10", "1.05", "failed"],
    ["h2o", "12", "10", "1.0", "4 difference"],
    ["h2o", "12", "10", "1.5", "2 difference"],
    ["h2o", "12", "10", "1.55", "failed"],
    ["flow", "7.5", "10", "9", "4 percentage"],
    ["flow", "10.1", "10", "0", "failed"],
    ["hg", "5", "10", "0", "undefined"],
  ] as const)(
    "%s, accuracy %s %, mean reference %s, mean difference %s: %s",
    (system, accuracy, mean, apart, expected) => {
      const tier = tierOf(system, decimal(accuracy), { reference: decimal(mean), difference: decimal(apart) });
      const shown = tier?.result === "passed" ? `${tier.quarters} ${tier.by}` : String(tier?.result);
      expect(shown).toBe(expected);
    },
  );
});

describe("Student's t", () => {
  it("has the values that EPA's check table has for 8 and 11 degrees of freedom", () => {
    expect([tOf(9), tOf(12)]).toEqual(["2.306", "2.201"]);
  });

  it("has 30 rows that fall, and what lies beyond them", () => {
    expect(tTable.values).toHaveLength(30);
    const sorted = [...tTable.values].sort((a, b) => Number(b) - Number(a));
    expect(tTable.values).toEqual(sorted);
    expect([tOf(0), tOf(1), tOf(2), tOf(31), tOf(32)]).toEqual([undefined, undefined, "12.706", "2.042", "1.960"]);
  });
});
