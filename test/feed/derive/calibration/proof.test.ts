import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  checkIn,
  firstApart,
  isIn,
  type KnownCheck,
  makeProof,
  spanText,
} from "../../../../feed/derive/calibration/proof.ts";
import type { Calibration } from "../../../../feed/format/body.ts";
import { isoTime, type StoredEntry } from "../../../../feed/format/entry.ts";
import { millis } from "../../../../feed/format/vocabulary.ts";

const hour = 3_600_000;
const begin = Date.parse("2026-10-01T00:00:00.000Z");
const calibrated = (lasts: number, reach: "last-pass" | "failure", more: Partial<Calibration> = {}): Calibration => ({
  rules: "hj75",
  kind: "gas",
  scale: "100",
  zero: ["status.zero", "0"],
  span: ["status.span", "80"],
  samples: 3,
  spread: "1",
  timer: { lasts: lasts * hour, reach, since: isoTime(millis(begin)) },
  ...more,
});
/** A drift of 1 % passes, one of 20 % fails. */
const check = (seq: number, at: number, point: "zero" | "span", good: boolean): KnownCheck => ({
  seq,
  channel: "x",
  point,
  t: begin + at * hour,
  reading: `${(point === "zero" ? 0 : 80) + (good ? 1 : 20)}`,
  reference: point === "zero" ? "0" : "80",
});
const proofOf = (how: Calibration, checks: readonly KnownCheck[]) => {
  const proof = makeProof({ calibrate: { x: how } });
  for (const one of checks) proof.add(one);
  return proof;
};
const hours = (spans: ReturnType<ReturnType<typeof makeProof>["spans"]>) =>
  spans.map(({ from, to, why, by }) => `${(from - begin) / hour}-${(to - begin) / hour} ${why} ${by?.id}`);

describe("what checks leave unproven", () => {
  it("is nothing while the declaration counts as a pass, and all after it where no check is made", () => {
    const proof = proofOf(calibrated(24, "last-pass"), []);
    expect(hours(proof.spans("x"))).toEqual(["24-Infinity expired declared"]);
    expect(spanText("x", proof.spans("x")[0] as never)).toBe("no zero check of x was made by 2026-10-02T00:00:00.000Z");
  });

  it("follows from the numbers of a check, for its entries below a number only", () => {
    const proof = proofOf(calibrated(24, "last-pass"), [
      check(10, 5, "zero", true),
      check(11, 5, "span", true),
      check(20, 9, "span", false),
    ]);
    expect(hours(proof.spans("x", 10))).toEqual(["24-Infinity expired declared"]);
    expect(hours(proof.spans("x", 12))).toEqual(["29-Infinity expired 10"]);
    expect(hours(proof.spans("x", 20))).toEqual(["29-Infinity expired 10"]);
    expect(hours(proof.spans("x", 21))).toEqual(["5-Infinity failed 20"]);
  });

  it("is nothing of a channel without a timer, and of one that is not declared", () => {
    const { timer: _, ...told } = calibrated(24, "last-pass");
    const failed = check(1, 1, "zero", false);
    expect(proofOf(told, [failed]).spans("x")).toEqual([]);
    expect(proofOf(calibrated(24, "last-pass"), [{ ...failed, channel: "y" }]).spans("y")).toEqual([]);
  });

  it("does not change by a check whose numbers are none, or that no rule judges", () => {
    const how = calibrated(24, "last-pass");
    const odd = { ...check(1, 1, "zero", false), reading: "NaN" };
    expect(proofOf(how, [odd]).spans("x")).toEqual(proofOf(how, []).spans("x"));
    for (const kind of ["constructor", "hg", "gas "]) {
      const unruled = { ...how, rules: "part-75", kind: kind === "hg" ? "no" : kind } as const;
      expect(proofOf(unruled, [check(1, 1, "zero", false)]).spans("x")).toHaveLength(1);
    }
  });
});

it("a check stands in the entry of an event, and nowhere else", () => {
  const told = { channel: "x", point: "zero", at: isoTime(millis(begin)), reading: "1", reference: "0" } as const;
  const entry = { type: "event", seq: 7, code: "CALIBRATION_PASSED", detail: "", check: told } as StoredEntry;
  expect(checkIn(entry)).toEqual({ seq: 7, channel: "x", point: "zero", t: begin, reading: "1", reference: "0" });
  const { check: _, ...without } = entry as never as { check: unknown };
  expect(checkIn(without as never)).toBeUndefined();
});

const anyChecks = fc.array(
  fc.tuple(fc.integer({ min: 0, max: 200 }), fc.constantFrom("zero", "span"), fc.boolean(), fc.boolean()),
  { maxLength: 16 },
);
const known = (all: readonly (readonly [number, string, boolean, boolean])[]): KnownCheck[] =>
  [...all]
    .sort(([a], [b]) => a - b)
    .map(([at, point, one, other], seq) => check(seq, at, point as "zero" | "span", one || other));

describe("any checks", () => {
  it("of a time earlier than a timer before a moment do not decide it: whoever has the later ones comes to the same", () => {
    fc.assert(
      fc.property(
        anyChecks.map(known),
        fc.integer({ min: 1, max: 48 }),
        fc.constantFrom("last-pass", "failure"),
        fc.integer({ min: 0, max: 200 }),
        fc.integer({ min: 0, max: 60 }),
        (checks, lasts, reach, start, after) => {
          const how = calibrated(lasts, reach as "last-pass");
          const [from, t] = [begin + (start - lasts) * hour, begin + (start + after) * hour + 1];
          const all = proofOf(how, checks).spans("x");
          const late = proofOf(
            how,
            checks.filter((one) => one.t >= from),
          ).spans("x");
          expect(isIn(late, t)).toBe(isIn(all, t));
        },
      ),
      { numRuns: 1000 },
    );
  });

  it("are apart first where a walk finds them apart", () => {
    fc.assert(
      fc.property(anyChecks.map(known), anyChecks.map(known), (a, b) => {
        const how = calibrated(20, "last-pass");
        const [one, other] = [proofOf(how, a).spans("x"), proofOf(how, b).spans("x")];
        const steps = Array.from({ length: 300 }, (_, n) => begin + n * hour);
        const walked = steps.find((t) => isIn(one, t) !== isIn(other, t)) ?? Number.POSITIVE_INFINITY;
        expect(firstApart(one, other)).toBe(walked);
      }),
    );
  });
});
