import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Charted } from "../../../../feed/derive/calibration/charts.ts";
import { cusum, cusumStart } from "../../../../feed/derive/calibration/cusum.ts";
import { ewma, ewmaStart } from "../../../../feed/derive/calibration/ewma.ts";
import { shewhart, shewhartStart } from "../../../../feed/derive/calibration/shewhart.ts";
import type { Absent } from "../../../../feed/derive/outcome.ts";

type Advance<State> = (state: State, d: string, s: string) => Charted<State> | Absent;

/** Each step of a chart, from `state` on. */
function run<State>(advance: Advance<State>, state: State, ds: readonly string[], s: string): Charted<State>[] {
  const steps: Charted<State>[] = [];
  for (const d of ds) {
    const step = advance(steps[steps.length - 1]?.state ?? state, d, s);
    if (!step.ok) throw new Error(step.why);
    steps.push(step);
  }
  return steps;
}
const signalsOf = (steps: readonly Charted<unknown>[]) => steps.map(({ signals }) => signals.join(" "));

describe("CUSUM (limits of the ABB EL3000 manual, page 160; s = 1 makes them the constants themselves)", () => {
  const steps = (ds: readonly string[], s = "1") => run(cusum, cusumStart, ds, s);

  it("sums what exceeds kx on either side, and half the squared change beyond ks", () => {
    // By hand: pos 1 - .501 = .499, then .499 + 3 - .501 = 2.998 > 2.85; st (3 - 1)^2 / 2 - 1.85 = .15
    const [first, second, third] = steps(["1", "3", "-2"]).map(({ state }) => state);
    expect(first).toEqual({ positive: "0.499", negative: "0", squares: "0", last: "1" });
    expect(second).toEqual({ positive: "2.998", negative: "0", squares: "0.15", last: "3" });
    // pos 2.998 - 2 - .501 = .497; neg 2 - .501 = 1.499; st .15 + 12.5 - 1.85 = 10.8
    expect(third).toEqual({ positive: "0.497", negative: "1.499", squares: "10.8", last: "-2" });
    expect(signalsOf(steps(["1", "3", "-2"]))).toEqual(["", "cusum-high", "cusum-precision"]);
  });

  it("scales with s, and its squares with s squared", () => {
    const [, , third] = steps(["2", "6", "-4"], "2");
    expect(third?.state).toEqual({ positive: "0.994", negative: "2.998", squares: "43.2", last: "-4" });
    expect(third?.signals).toEqual(["cusum-precision"]);
  });

  it("is in control at a limit and out of it beyond", () => {
    expect(signalsOf(steps(["3.351"]))).toEqual([""]);
    expect(signalsOf(steps(["3.3511"]))).toEqual(["cusum-high"]);
    expect(signalsOf(steps(["-3.351"]))).toEqual([""]);
    expect(signalsOf(steps(["-3.3511"]))).toEqual(["cusum-low"]);
    // hs + ks = 8.75 = d^2 / 2 at d = sqrt 17.5 = 4.1833001...
    expect(signalsOf(steps(["0", "-4.1833"])).map((text) => text.includes("precision"))).toEqual([false, false]);
    expect(signalsOf(steps(["0", "-4.1834"])).map((text) => text.includes("precision"))).toEqual([false, true]);
  });

  it("never signals on an instrument that reads its reference", () => {
    expect(signalsOf(steps(new Array(100).fill("0"))).join("")).toBe("");
  });

  it("finds a small steady drift that no single difference shows", () => {
    const signals = signalsOf(steps(new Array(6).fill("1")));
    expect(signals.indexOf("cusum-high")).toBe(5); // 6 x .499 = 2.994
  });
});

describe("Shewhart with Westgard's rules", () => {
  const last = (ds: readonly string[], s = "1") => run(shewhart, shewhartStart, ds, s).at(-1)?.signals;

  it("warns beyond 2 s and acts beyond 3 s, not at them", () => {
    expect([last(["2"]), last(["2.01"]), last(["-3"]), last(["-3.01"])]).toEqual([
      [],
      ["1-2s"],
      ["1-2s"],
      ["1-2s", "1-3s"],
    ]);
    expect(last(["4.1"], "2")).toEqual(["1-2s"]);
  });

  it("sees two beyond 2 s on one side, and on opposite sides", () => {
    expect(last(["2.1", "2.1"])).toEqual(["1-2s", "2-2s"]);
    expect(last(["-2.1", "-2.1"])).toEqual(["1-2s", "2-2s"]);
    expect(last(["2.1", "-2.1"])).toEqual(["1-2s", "R-4s"]);
    expect(last(["2.1", "0", "2.1"])).toEqual(["1-2s"]);
    expect(last(["2", "-2.1"])).toEqual(["1-2s"]);
  });

  it("sees four beyond 1 s and ten on one side", () => {
    expect(last(["1.1", "1.1", "1.1"])).toEqual([]);
    expect(last(["1.1", "1.1", "1.1", "1.1"])).toEqual(["4-1s"]);
    expect(last(["1.1", "1.1", "1", "1.1"])).toEqual([]);
    expect(last(["1.1", "1.1", "-1.1", "1.1"])).toEqual([]);
    expect(last(new Array(9).fill("0.1"))).toEqual([]);
    expect(last(new Array(10).fill("0.1"))).toEqual(["10-x"]);
    expect(last([...new Array(9).fill("-0.1"), "0"])).toEqual([]);
    expect(last(new Array(25).fill("-0.1"))).toEqual(["10-x"]);
  });

  it("remembers no more than nine differences", () => {
    expect(run(shewhart, shewhartStart, new Array(50).fill("0.5"), "1").at(-1)?.state.last).toHaveLength(9);
  });
});

describe("EWMA", () => {
  it("weights the newest difference by lambda (by hand: 0.2, then 0.36, then 0.488)", () => {
    expect(run(ewma, ewmaStart, ["1", "1", "1"], "1").map(({ state }) => state.mean)).toEqual(["0.2", "0.36", "0.488"]);
  });

  it("signals beyond 3 s sqrt(lambda / (2 - lambda)), which is s for 0.2", () => {
    expect(signalsOf(run(ewma, ewmaStart, ["5"], "1"))).toEqual([""]);
    expect(signalsOf(run(ewma, ewmaStart, ["5.0001"], "1"))).toEqual(["ewma"]);
    expect(signalsOf(run(ewma, ewmaStart, ["-5.0001"], "1"))).toEqual(["ewma"]);
  });

  it("keeps its state at 40 places", () => {
    const { state } = run(ewma, ewmaStart, new Array(200).fill("0.123"), "1").at(-1) ?? {};
    expect(state?.mean.length).toBeLessThan(50);
  });

  it("refuses a weight outside ]0, 1]", () => {
    const constants = { source: "test", verified: false, width: "3" };
    for (const lambda of ["0", "-0.1", "1.1", "x"]) {
      expect(ewma(ewmaStart, "1", "1", { ...constants, lambda })).toMatchObject({ ok: false });
    }
    expect(ewma(ewmaStart, "1", "1", { ...constants, lambda: "1" })).toMatchObject({ state: { mean: "1" } });
  });
});

const difference = fc.integer({ min: -500, max: 500 }).map((n) => String(n / 100));
const differences = fc.array(difference, { minLength: 1, maxLength: 30 });

describe("any chart", () => {
  const continues = <State>(advance: Advance<State>, start: State) =>
    fc.assert(
      fc.property(differences, fc.nat(), (ds, at) => {
        const whole = run(advance, start, ds, "0.7");
        const cut = at % ds.length;
        const before = run(advance, start, ds.slice(0, cut), "0.7");
        const kept: State = JSON.parse(JSON.stringify(before.at(-1)?.state ?? start));
        expect([...before, ...run(advance, kept, ds.slice(cut), "0.7")]).toEqual(whole);
      }),
    );

  it("continues from its stored state as though it had never stopped", () => {
    continues(shewhart, shewhartStart);
    continues(cusum, cusumStart);
    continues(ewma, ewmaStart);
  });

  it("continues also from the largest and the finest differences a text can say", () => {
    const digits = "9".repeat(64);
    const ds = [`${digits}e99`, `-0.${digits}e-99`, `-${digits}.${digits}e99`, "1e-99", "0"];
    for (const s of ["1", `${digits}e99`, `0.${digits}e-99`]) {
      expect(run(shewhart, shewhartStart, ds, s)).toHaveLength(5);
      expect(run(cusum, cusumStart, ds, s)).toHaveLength(5);
      expect(run(ewma, ewmaStart, ds, s)).toHaveLength(5);
    }
  });

  it("is its own mirror image", () => {
    const mirror = { "cusum-high": "cusum-low", "cusum-low": "cusum-high" } as Record<string, string>;
    const flipped = (steps: readonly Charted<unknown>[]) =>
      steps.map(({ signals }) => signals.map((signal) => mirror[signal] ?? signal).sort());
    const sorted = (steps: readonly Charted<unknown>[]) => steps.map(({ signals }) => [...signals].sort());
    const negative = (ds: readonly string[]) => ds.map((d) => String(-Number(d)));
    fc.assert(
      fc.property(differences, (ds) => {
        expect(flipped(run(cusum, cusumStart, negative(ds), "1"))).toEqual(sorted(run(cusum, cusumStart, ds, "1")));
        expect(flipped(run(ewma, ewmaStart, negative(ds), "1"))).toEqual(sorted(run(ewma, ewmaStart, ds, "1")));
        const [there, back] = [run(shewhart, shewhartStart, ds, "1"), run(shewhart, shewhartStart, negative(ds), "1")];
        expect(flipped(back)).toEqual(sorted(there));
      }),
    );
  });

  it("gives a reason for whatever is no number, and for a deviation that is not above zero", () => {
    const charts = [
      (d: string, s: string) => shewhart(shewhartStart, d, s),
      (d: string, s: string) => cusum(cusumStart, d, s),
      (d: string, s: string) => ewma(ewmaStart, d, s),
    ];
    for (const chart of charts) {
      expect(chart("NaN", "1")).toMatchObject({ ok: false, why: "derive.not-a-number" });
      expect(chart("1", "NaN")).toMatchObject({ ok: false, why: "derive.not-a-number" });
      expect(chart("1", "0")).toMatchObject({ ok: false, why: "derive.range" });
      expect(chart("1", "-1")).toMatchObject({ ok: false, why: "derive.range" });
      fc.assert(
        fc.property(fc.string(), fc.string(), (d, s) => {
          expect(typeof chart(d, s).ok).toBe("boolean");
        }),
      );
    }
    expect(shewhart({ last: ["x"] }, "1", "1")).toMatchObject({ ok: false });
    expect(cusum({ ...cusumStart, positive: "x" }, "1", "1")).toMatchObject({ ok: false });
    expect(ewma({ mean: "x" }, "1", "1")).toMatchObject({ ok: false });
  });
});
