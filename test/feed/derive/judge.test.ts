import { execFileSync } from "node:child_process";
import { join } from "node:path";
import fc from "fast-check";
import { expect, it } from "vitest";
import type { Charted } from "../../../feed/derive/calibration/charts.ts";
import { cusum, cusumConstants, cusumStart } from "../../../feed/derive/calibration/cusum.ts";
import { ewma, ewmaStart } from "../../../feed/derive/calibration/ewma.ts";
import { relativeAccuracy } from "../../../feed/derive/calibration/rata.ts";
import { tTable } from "../../../feed/derive/calibration/t-table.ts";
import { decimal, rounded, written } from "../../../feed/derive/decimal.ts";
import type { Absent } from "../../../feed/derive/outcome.ts";
import { meanPlusTwoSigma } from "../../../feed/derive/substitute/eu.ts";
import { root } from "../../support/program.ts";
import { needs, python } from "../../support/system.ts";

const tenth = (min: number, max: number) => fc.integer({ min, max }).map((n) => String(n / 10));
const audits = fc.array(fc.tuple(tenth(2000, 3000), tenth(1800, 3000)), { minLength: 9, maxLength: 40 });
const concentrations = fc.array(tenth(1, 5000), { minLength: 2, maxLength: 60 });
const differences = fc.array(tenth(-40, 40), { minLength: 1, maxLength: 40 });

/** Every case in one process. */
function judged(cases: readonly object[]): Record<string, unknown>[] {
  const input = cases.map((one) => JSON.stringify(one)).join("\n");
  const out = execFileSync(python() ?? "python3", [join(root, "test/feed/derive/judge.py")], {
    input,
    encoding: "utf8",
  });
  return out
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}

function signalsOf<State>(
  advance: (state: State, d: string, s: string) => Charted<State> | Absent,
  start: State,
  ds: readonly string[],
): string[][] {
  let state = start;
  return ds.map((d) => {
    const step = advance(state, d, "1.3");
    if (!step.ok) throw new Error(step.why);
    state = step.state;
    return [...step.signals];
  });
}

needs("python").describe("Python's statistics, decimal and fractions", () => {
  const runs = fc.sample(audits, 100);
  const values = fc.sample(concentrations, 100);
  const series = fc.sample(differences, 100);
  const { hx, kx, hs, ks } = cusumConstants;
  const audited = runs.map((pairs) =>
    relativeAccuracy(
      pairs.map(([reference, cems]) => ({ reference, cems })),
      "so2",
    ),
  );
  const verdicts = judged([
    ...runs.map((pairs, i) => ({ kind: "audit", runs: pairs, t: audited[i]?.ok ? audited[i].t : "" })),
    ...values.map((one) => ({ kind: "eu", values: one })),
    ...series.map((one) => ({ kind: "charts", s: "1.3", constants: [hx, kx, hs, ks], differences: one })),
    ...tTable.values.map((t, i) => ({ kind: "student", df: i + 1, t })),
  ]);
  const at = (text: unknown, places: number): string => written(decimal(String(text)), places);

  it("find the same relative accuracy, confidence coefficient and bias factor", () => {
    audited.forEach((found, i) => {
      const verdict = verdicts[i] ?? {};
      if (!found.ok) throw new Error(found.why);
      for (const name of ["meanDifference", "deviation", "confidence"] as const) {
        expect(written(found[name], 30)).toBe(at(verdict[name], 30));
      }
      expect(found.relativeAccuracy.toFixed()).toBe(rounded(decimal(String(verdict.accuracy)), 2).toFixed());
      expect(written(found.factor, 3)).toBe(at(verdict.factor, 3));
    });
  });

  it("round Student's t to the same three places, for each degree of freedom", () => {
    expect(verdicts.slice(-30)).toEqual(new Array(30).fill({ rounds: true }));
  });

  it("find the same mean and twice the deviation", () => {
    values.forEach((one, i) => {
      const found = meanPlusTwoSigma(one, 30);
      if (!found.ok) throw new Error(found.why);
      expect(found.substitute.value).toBe(at(verdicts[runs.length + i]?.value, 30));
    });
  });

  it("see the same signals on CUSUM and EWMA charts", () => {
    series.forEach((one, i) => {
      const sums = signalsOf(cusum, cusumStart, one);
      const means = signalsOf(ewma, ewmaStart, one);
      const both = sums.map((signals, k) => [...signals, ...(means[k] ?? [])]);
      expect(both).toEqual(verdicts[runs.length + values.length + i]?.signals);
    });
    expect(verdicts.some(({ signals }) => Array.isArray(signals) && signals.flat().length > 0)).toBe(true);
  });
});
