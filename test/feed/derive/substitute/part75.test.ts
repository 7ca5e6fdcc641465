import fc from "fast-check";
import { describe, expect, expectTypeOf, it, test } from "vitest";
import { decimal } from "../../../../feed/derive/decimal.ts";
import {
  type AssuredHour,
  availability,
  lookBack,
  type MissingHours,
  type Past,
  part75Substitute,
  percentile,
} from "../../../../feed/derive/substitute/part75.ts";
import { type Parameter, type Part75Rule, part75Rules } from "../../../../feed/derive/substitute/part75-rules.ts";

import type { Substituted } from "../../../../feed/derive/substitute/substituted.ts";
import type { Measured, Reading } from "../../../../feed/format/reading.ts";

const hour = 3_600_000;
const now = 1_800_000_000_000;
const ruleOf = (parameter: Parameter): Part75Rule => {
  const rule = part75Rules.find(({ parameters }) => parameters.includes(parameter));
  if (rule === undefined) throw new Error(parameter);
  return rule;
};
/** Hours up to the gap, the newest last. */
const hoursOf = (values: readonly (string | number)[], load?: number): AssuredHour[] =>
  values.map((value, i) => ({
    t: now - (values.length - i) * hour,
    value: String(value),
    ...(load === undefined ? {} : { load }),
  }));
const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1);

function fill(parameter: Parameter, gap: Partial<MissingHours>, past: Partial<Past>): string {
  const missing = { from: now, hours: 1, before: "210", after: "230", ...gap };
  const found = part75Substitute(
    missing,
    { earlier: hoursOf(upTo(720)), availability: "96.0", potential: "2000", ...past },
    ruleOf(parameter),
    1,
  );
  return found.ok ? `${found.substitute.value} ${found.substitute.code} ${found.substitute.method}` : found.why;
}

describe("worked numbers", () => {
  it("availability: 8,322 of 8,760 hours are 95.0 %", () => {
    expect(availability(8322, 8760)).toMatchObject({ ok: true });
    const shown = (assured: number, operating: number) => {
      const found = availability(assured, operating);
      return found.ok ? found.value.toFixed(1) : found.why;
    };
    expect([shown(8322, 8760), shown(8317, 8760), shown(0, 10), shown(10, 10)]).toEqual([
      "95.0",
      "94.9",
      "0.0",
      "100.0",
    ]);
    expect([shown(1, 0), shown(2, 1), shown(1, 8761), shown(Number.NaN, 1), shown(1, Number.NaN)]).toEqual([
      "derive.division",
      "derive.range",
      "derive.range",
      "derive.range",
      "derive.division",
    ]);
  });

  it("210 before, 230 after, 96 %, 5 h: 220 with MODC 06", () => {
    expect(fill("so2", { hours: 5 }, {})).toBe("220.0 06 mean-before-after");
  });

  it("a gap of 30 h with the 90th percentile 260: 260 with MODC 08", () => {
    // 720 hours of which the 648th in rising order is 260
    const values = [...new Array(647).fill("100"), "260", ...new Array(72).fill("300")];
    expect(fill("so2", { hours: 30 }, { earlier: hoursOf(values) })).toBe("260.0 08 percentile-or-mean");
  });
});

describe("tiers of 75.33(b), from both sides of each limit (720 hours of 1 to 720)", () => {
  test.each([
    ["95.0", 24, "220.0 06 mean-before-after"],
    ["95.0", 25, "648.0 08 percentile-or-mean"],
    ["94.9", 8, "220.0 06 mean-before-after"],
    ["94.9", 9, "684.0 09 percentile-or-mean"],
    ["90.0", 9, "684.0 09 percentile-or-mean"],
    ["89.9", 1, "720.0 10 extreme"],
    ["80.0", 1, "720.0 10 extreme"],
    ["79.9", 1, "2000.0 12 potential"],
    ["0", 1, "2000.0 12 potential"],
  ])("availability %s %, %i h: %s", (available, hours, expected) => {
    expect(fill("so2", { hours }, { availability: available })).toBe(expected);
    expect(fill("co2", { hours }, { availability: available })).toBe(expected);
    expect(fill("h2o-high", { hours }, { availability: available })).toBe(expected);
  });

  it("takes the mean before and after where that is more than the percentile", () => {
    expect(fill("so2", { hours: 25, before: "700", after: "701" }, {})).toBe("700.5 08 percentile-or-mean");
    expect(fill("so2", { hours: 9, before: "700", after: "701" }, { availability: "92" })).toBe(
      "700.5 09 percentile-or-mean",
    );
  });

  test.each([
    ["95.0", 24, "220.0 06 mean-before-after"],
    ["95.0", 25, "72.0 08 percentile-or-mean"],
    ["94.9", 9, "36.0 09 percentile-or-mean"],
    ["89.9", 1, "1.0 10 extreme"],
    ["79.9", 1, "3.0 12 potential"],
  ])("inverse for O2 and moisture: availability %s %, %i h: %s", (available, hours, expected) => {
    expect(fill("o2", { hours }, { availability: available, potential: "3" })).toBe(expected);
    expect(fill("h2o", { hours }, { availability: available, potential: "3" })).toBe(expected);
  });

  it("takes the lesser in an inverse rule", () => {
    expect(fill("o2", { hours: 25, before: "5", after: "6" }, {})).toBe("5.5 08 percentile-or-mean");
  });
});

describe("flow and NOx, 2,160 hours in the load range", () => {
  const mixed = [
    ...hoursOf(upTo(2160), 3).map((one) => ({ ...one, t: one.t - 3000 * hour })),
    ...hoursOf(upTo(100), 5),
  ];

  test.each([
    ["95.0", 24, "50.5 11 mean-before"],
    ["95.0", 25, "220.0 08 percentile-or-mean"],
    ["94.9", 8, "50.5 11 mean-before"],
    ["94.9", 9, "220.0 09 percentile-or-mean"],
    ["80.0", 9, "100.0 10 extreme"],
    ["79.9", 9, "2000.0 12 potential"],
  ])("load range 5, availability %s %, %i h: %s", (available, hours, expected) => {
    expect(fill("flow", { hours, load: 5 }, { availability: available, earlier: mixed })).toBe(expected);
    expect(fill("nox", { hours, load: 5 }, { availability: available, earlier: mixed })).toBe(expected);
  });

  it("counts the hours of the other range in that range", () => {
    expect(fill("nox-rate", { hours: 25, load: 3 }, { earlier: mixed })).toBe("1944.0 08 percentile-or-mean");
    expect(fill("nox", { hours: 1, load: 7 }, { earlier: mixed })).toBe("derive.history");
  });
});

describe("the initial procedure, before there are enough hours (75.31)", () => {
  it("holds up to 719 hours (2,159 of flow and NOx) and ends with the next", () => {
    expect(fill("so2", { hours: 100 }, { earlier: hoursOf(upTo(719)) })).toBe("220.0 07 mean-before-after");
    expect(fill("so2", { hours: 100 }, { earlier: hoursOf(upTo(720)) })).toBe("648.0 08 percentile-or-mean");
    expect(fill("flow", { hours: 9, load: 1 }, { earlier: hoursOf(upTo(2159), 1) })).toBe("1080.0 07 mean-before");
    expect(fill("flow", { hours: 9, load: 1 }, { earlier: hoursOf(upTo(2160), 1) })).toBe("1080.5 11 mean-before");
  });

  it("is the potential value where nothing precedes", () => {
    expect(fill("so2", {}, { earlier: [] })).toBe("2000.0 12 potential");
    expect(fill("flow", { load: 2 }, { earlier: hoursOf(upTo(100), 1) })).toBe("2000.0 12 potential");
    const bare = { earlier: [], availability: "96" };
    expect(part75Substitute({ from: now, hours: 1 }, bare, ruleOf("so2"), 1)).toMatchObject({ ok: false });
  });
});

describe("what is looked back on", () => {
  const missing = { from: now, hours: 1, load: 1 };
  const past = (earlier: readonly AssuredHour[]): Past => ({ earlier, availability: "96" });

  it("is the newest 720 before the gap, in whatever order they come", () => {
    const many = hoursOf(upTo(1000), 1);
    const later = { t: now, value: "9", load: 1 };
    const found = lookBack(past([later, ...many].reverse()), missing, ruleOf("so2"));
    expect([found.length, found[0]?.value, found.at(-1)?.value]).toEqual([720, "281", "1000"]);
  });

  it("is not older than three years", () => {
    const old = (hours: number): AssuredHour => ({ t: now - hours * hour, value: "1" });
    expect(lookBack(past([old(26_280)]), missing, ruleOf("so2"))).toHaveLength(1);
    expect(lookBack(past([old(26_281)]), missing, ruleOf("so2"))).toHaveLength(0);
  });
});

describe("a percentile", () => {
  it("is a value that occurred, by its rank", () => {
    const ten = upTo(10).map((n) => decimal(String(n)));
    const at = (p: number) => percentile(ten, p)?.toFixed();
    expect([at(90), at(95), at(100), at(10), at(5), at(91)]).toEqual(["9", "10", "10", "1", "1", "10"]);
    expect(percentile([], 90)).toBeUndefined();
  });

  it("has at least p % of the values at or below it", () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { minLength: 1 }), fc.integer({ min: 1, max: 100 }), (numbers, p) => {
        const found = Number(
          percentile(
            numbers.map((n) => decimal(String(n))),
            p,
          )?.toFixed(),
        );
        const below = numbers.filter((n) => n <= found).length;
        const under = numbers.filter((n) => n < found).length;
        expect(below * 100 >= p * numbers.length && under * 100 < p * numbers.length).toBe(true);
      }),
    );
  });
});

describe("a substitute", () => {
  it("cannot be given where a reading is asked for", () => {
    expectTypeOf<Substituted>().not.toExtend<Reading>();
    expectTypeOf<Measured>().not.toExtend<Substituted>();
  });

  it("is no reading: it has no flag, and says of what it was made", () => {
    const past = { earlier: hoursOf(upTo(720)), availability: "96" };
    expect(part75Substitute({ from: now, hours: 30, before: "1", after: "2" }, past, ruleOf("so2"), 2)).toEqual({
      ok: true,
      substitute: {
        kind: "substituted",
        value: "648.00",
        method: "percentile-or-mean",
        code: "08",
        of: { hours: "720", percentile90: "648", before: "1", after: "2" },
      },
    });
  });

  it("is absent, with a reason, while the hour after the gap is", () => {
    const past = { earlier: hoursOf(upTo(720)), availability: "96" };
    for (const hours of [5, 30]) {
      const open = part75Substitute({ from: now, hours, before: "1" }, past, ruleOf("so2"), 1);
      expect(open).toMatchObject({ ok: false, why: "derive.history" });
    }
    expect(part75Substitute({ from: now, hours: 5, after: "1" }, past, ruleOf("so2"), 1)).toMatchObject({ ok: false });
  });

  it("is absent where a number is none", () => {
    for (const bad of ["NaN", "", "1,5", "Infinity"]) {
      expect(fill("so2", {}, { availability: bad })).toBe("derive.not-a-number");
      expect(fill("so2", { before: bad }, {})).toBe("derive.not-a-number");
      expect(fill("so2", { after: bad, hours: 30 }, {})).toBe("derive.not-a-number");
      expect(fill("so2", {}, { earlier: hoursOf([...upTo(719), bad]) })).toBe("derive.not-a-number");
      expect(fill("so2", {}, { availability: "50", potential: bad })).toBe("derive.not-a-number");
    }
    expect(fill("so2", { hours: 0 }, {})).toBe("derive.range");
    expect(fill("so2", { hours: Number.NaN }, {})).toBe("derive.range");
    expect(fill("so2", {}, { availability: "-1" })).toBe("derive.no-rule");
  });
});
