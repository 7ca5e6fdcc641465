import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  byHand,
  finish,
  type Recognised,
  type Recognition,
  type Running,
  recognise,
  type Sample,
} from "../../../../feed/derive/calibration/checks.ts";

const rules: Recognition = {
  named: {
    "status.zero": { point: "zero", reference: "0" },
    "status.span": { point: "span", reference: "400" },
  },
  announced: [{ point: "span", reference: "380", from: 1_000, to: 2_000 }],
  samples: 3,
  spread: "1",
  gap: 60,
};
const sample = (t: number, value: string | null, reason?: string): Sample =>
  reason === undefined ? { t, value, flag: "N" } : { t, value, flag: "C", reason };

function watch(samples: readonly Sample[], rules: Recognition, restart = false): Recognised[] {
  const found: Recognised[] = [];
  let running: Running | undefined;
  for (const one of samples) {
    const step = recognise(running, one, "so2", rules);
    if (step.done !== undefined) found.push(step.done);
    running = restart && step.running ? JSON.parse(JSON.stringify(step.running)) : step.running;
  }
  return running === undefined ? found : [...found, finish(running, "so2", rules)];
}
const shown = (found: readonly Recognised[]) =>
  found.map((one) =>
    one.ok ? `${one.check.point} ${one.check.reading}/${one.check.reference} @${one.check.t}` : one.why,
  );
const series = (from: number, reason: string | undefined, ...values: readonly (string | null)[]) =>
  values.map((value, i) => sample(from + i * 10, value, reason));

describe("a check in the status of the samples", () => {
  it("is the mean of the last that had settled, at the time of the last of them", () => {
    const samples = [
      ...series(0, "status.zero", "212", "40", "2.5", "0.5", "0.2", "0.2"),
      ...series(60, undefined, "9"),
    ];
    expect(shown(watch(samples, rules))).toEqual(["zero 0.3/0 @50"]);
    expect(watch(samples, rules)).toMatchObject([{ check: { channel: "so2", origin: "status" } }]);
  });

  it("leaves out the readings in which the gas is already gone", () => {
    const samples = series(0, "status.span", "399.5", "400", "400.5", "310", "150");
    expect(shown(watch(samples, rules))).toEqual(["span 400/400 @20"]);
  });

  it("is told from the next by its level, by a sample in between, and by a hole", () => {
    const zero = series(0, "status.zero", "0", "0", "0");
    const span = series(30, "status.span", "401", "401", "401");
    expect(shown(watch([...zero, ...span], rules))).toEqual(["zero 0/0 @20", "span 401/400 @50"]);
    const again = series(40, "status.zero", "0.5", "0.5", "0.5");
    expect(shown(watch([...zero, sample(30, "7"), ...again], rules))).toEqual(["zero 0/0 @20", "zero 0.5/0 @60"]);
    const [late, later] = [80, 81].map((from) => series(from, "status.zero", "0.5", "0.5", "0.5"));
    expect(watch([...zero, ...(late ?? [])], rules)).toHaveLength(1); // 60 ms without a sample are allowed
    expect(watch([...zero, ...(later ?? [])], rules)).toHaveLength(2);
  });

  it("is what an operator announced where the instrument says calibration and no more", () => {
    const samples = series(990, "status.calibration", "1", "381", "381", "381");
    expect(shown(watch(samples, rules))).toEqual(["span 381/380 @1020"]);
    const named = series(1_500, "status.zero", "0", "0", "0");
    expect(shown(watch(named, rules))).toEqual(["zero 0/0 @1520"]);
  });

  it("is none without flag C, and none at a level nobody named", () => {
    expect(watch([{ t: 0, value: "0", flag: "M", reason: "status.zero" }], rules)).toEqual([]);
    expect(watch(series(0, "status.calibration", "0", "0", "0"), rules)).toEqual([]);
    expect(watch(series(0, "constructor", "0", "0", "0"), rules)).toEqual([]);
  });

  it("has a reason and no number when nothing settled, was missing in between, or is no number", () => {
    const unstable = { ok: false, why: "derive.unstable", point: "zero" };
    expect(watch(series(0, "status.zero", "0", "1.1", "0", "1.1"), rules)).toMatchObject([unstable]);
    expect(watch(series(0, "status.zero", "0", "0"), rules)).toMatchObject([unstable]);
    expect(watch(series(0, "status.zero", "0", "0", null, "0", "0"), rules)).toMatchObject([unstable]);
    expect(watch(series(0, "status.zero", "0", "NaN", "0"), rules)).toMatchObject([unstable]);
    expect(watch(series(0, "status.zero", "0", "0", "0"), { ...rules, spread: "x" })).toMatchObject([unstable]);
    expect(shown(watch(series(0, "status.zero", "0", "1", "0"), rules))).toHaveLength(1);
  });

  it("takes no more memory however long it lasts", () => {
    for (const samples of [3, 1, 0, -1]) {
      let running: Running | undefined;
      for (const one of series(0, "status.zero", ...new Array(200).fill("0"))) {
        running = recognise(running, one, "so2", { ...rules, samples }).running;
      }
      expect(running?.readings.length).toBeLessThanOrEqual(3);
    }
  });

  it("is the same after a restart at every sample", () => {
    const any = fc.tuple(
      fc.constantFrom("0", "0.5", "2", "400", null, "NaN"),
      fc.constantFrom(undefined, "status.zero", "status.span", "status.calibration"),
      fc.constantFrom(10, 100),
    );
    fc.assert(
      fc.property(fc.array(any, { maxLength: 40 }), (rows) => {
        let t = 0;
        const samples = rows.map(([value, reason, step]) => {
          t += step;
          return sample(t, value, reason);
        });
        expect(watch(samples, rules, true)).toEqual(watch(samples, rules));
      }),
    );
  });
});

it("takes a check entered by hand, if it is of numbers", () => {
  const entered = { channel: "so2", point: "zero", t: 5, reading: "0.4", reference: "0" } as const;
  expect(byHand(entered)).toEqual({ ok: true, check: { ...entered, origin: "hand" } });
  expect(byHand({ ...entered, reading: "NaN" })).toEqual({ ok: false, why: "derive.not-a-number" });
  expect(byHand({ ...entered, reference: "" })).toEqual({ ok: false, why: "derive.not-a-number" });
  expect(byHand({ ...entered, t: Number.NaN })).toMatchObject({ ok: false });
});
