import fc from "fast-check";
import { expect, it } from "vitest";
import { meanPlusTwoSigma } from "../../../../feed/derive/substitute/eu.ts";

const fill = (values: readonly string[], places = 4): string => {
  const found = meanPlusTwoSigma(values, places);
  return found.ok ? `${found.substitute.value} ${found.substitute.code}` : found.why;
};

it("is the mean and twice the deviation (by hand: 2, 4, 4, 4, 5, 5, 7, 9 have the mean 5 and sigma sqrt(32 / 7))", () => {
  expect(fill(["2", "4", "4", "4", "5", "5", "7", "9"])).toBe("9.2762 MRR-eq4");
  expect(fill(["12.0", "12.0"])).toBe("12.0000 MRR-eq4");
});

it("says the mean, sigma and hours it was made of", () => {
  const found = meanPlusTwoSigma(["1", "3", "2"], 1);
  expect(found).toMatchObject({ substitute: { value: "4.0", of: { mean: "2", sigma: "1", hours: "3" } } });
});

it("needs two values, and numbers", () => {
  expect([fill([]), fill(["1"]), fill(["1", "NaN"]), fill(["1", ""])]).toEqual([
    "derive.history",
    "derive.history",
    "derive.not-a-number",
    "derive.not-a-number",
  ]);
});

it("does not depend on the order of the hours", () => {
  const values = fc.array(
    fc.integer({ min: 0, max: 9999 }).map((n) => String(n / 10)),
    { minLength: 2 },
  );
  fc.assert(
    fc.property(values, (hours) => {
      expect(meanPlusTwoSigma([...hours].reverse(), 6)).toEqual(meanPlusTwoSigma(hours, 6));
    }),
  );
});
