import { expect, test } from "vitest";
import { chartsOf } from "../../../agent/commands/calibration-chart.ts";
import { auditOf, auditText } from "../../../agent/commands/calibration-rata.ts";
import { chartText } from "../../../agent/derive/chart.ts";
import { seal } from "../../../agent/keep/seal.ts";
import type { Derived } from "../../../config/site.ts";
import type { CheckTold } from "../../../feed/format/body.ts";
import { isoTime } from "../../../feed/format/entry.ts";
import { millis } from "../../../feed/format/vocabulary.ts";
import { makeJournal } from "../keep/kit.ts";

const begin = Date.parse("2026-10-01T00:00:00.000Z");
const derived: Derived = {
  offset: millis(8 * 3_600_000),
  channels: [],
  checks: [
    {
      channel: "cems.co2",
      recognition: {
        named: { "status.zero": { point: "zero", reference: "0" }, "status.span": { point: "span", reference: "18" } },
        announced: [],
        samples: 3,
        spread: "1",
        gap: 1,
      },
      judging: { rules: "part-75", kind: "co2", scale: "20" },
    },
  ],
  units: new Map([["cems.co2", "%"]]),
  substitutes: new Map(),
};

/** Differences of the span, a day apart, as the agent told of them; others between them. */
function journalOf(differences: readonly string[]): string {
  const { dir, journal, signer } = makeJournal();
  const told = (n: number, check: Partial<CheckTold>) =>
    void journal.append({
      type: "event",
      t: isoTime(millis(begin + n * 86_400_000)),
      code: "CALIBRATION_PASSED",
      detail: `${n} ${check.point} ${check.channel}`,
      check: {
        channel: "cems.co2",
        point: "span",
        at: isoTime(millis(begin + n * 86_400_000)),
        reading: "0",
        reference: "0",
        ...check,
      },
    });
  for (const [n, d] of differences.entries()) {
    told(n, { reading: d });
    told(n, { point: "zero" });
    told(n, { channel: "cems.o2", reading: "99" });
  }
  seal(journal, signer);
  return dir;
}
const asked = { channel: "cems.co2", deviation: "1", point: "span", since: undefined };

// The hand-worked steps of test/feed/derive/calibration/charts.test.ts, from the ABB EL3000 manual's constants.
test("a chart takes the checks of its channel and point from the journal, in the order of time", () => {
  const [chart, ...more] = chartsOf({ derived }, journalOf(["1", "3", "-2"]), asked);
  expect(more).toEqual([]);
  expect(chart?.rows.map(({ d, cusum }) => [d, cusum.positive, cusum.negative, cusum.squares])).toEqual([
    ["1", "0.499", "0", "0"],
    ["3", "2.998", "0", "0.15"],
    ["-2", "0.497", "1.499", "10.8"],
  ]);
  expect(chart?.rows[1]?.signals).toContain("cusum-high");
  expect(chart?.now.map(({ signal, asksFor }) => [signal, asksFor])).toEqual([["cusum-precision", "repair"]]);
  expect(chart?.inControl).toBe(false);
  expect(chart?.limits.ewma).toMatchObject({ limit: "1", verified: false });
  const text = chart ? chartText(chart) : "";
  expect(text).toContain("2026-10-02T00:00:00.000Z .   .   .   |   .   .   *");
  expect(text).toContain("OUT OF CONTROL\ncusum-precision: repair;");
});

test("charts begin anew where they are told to, and both points have one", () => {
  const dir = journalOf(["9", "0.1", "-0.1"]);
  const charts = chartsOf({ derived }, dir, { ...asked, point: undefined, since: "2026-10-02T08:00" });
  expect(charts.map(({ point, rows, inControl }) => [point, rows.length, inControl])).toEqual([
    ["zero", 2, true],
    ["span", 2, true],
  ]);
  expect(charts.map(chartText).join("")).not.toContain("OUT OF CONTROL");
});

test.each([
  [{ channel: "cems.o2" }, "cems.o2 is not among the channels of `derived.calibration`: cems.co2"],
  [{ deviation: "0" }, "0 is no standard deviation"],
  [{ deviation: "abc" }, "abc is no standard deviation"],
  [{ since: "now" }, "now is no time"],
])("%j is refused", (more, why) => {
  expect(() => chartsOf({ derived }, journalOf([]), { ...asked, ...more })).toThrow(why);
});

// The audit of test/feed/derive/calibration/rata.test.ts, computed with Python's statistics module and t = 2.306.
const runs = [
  "250.0,244.1,",
  "246.5,241.0,",
  "251.2,246.3,",
  "248.9,243.2,",
  "253.1,247.5,",
  "249.7,243.0,",
  "247.3,243.1,",
  "252.4,246.0,",
  "250.9,244.8,",
  "999,1,x",
];
const table = (rows: readonly string[]) => `reference,cems,rejected\n${rows.join("\n")}\n`;

test("an audit from a table", () => {
  const audit = auditOf(table(runs), "so2");
  expect(audit).toEqual({
    system: "so2",
    runs: 9,
    rejected: 1,
    meanReference: "250.0000",
    meanCems: "244.3333",
    meanDifference: "5.6667",
    deviation: "0.7599",
    t: "2.306",
    confidence: "0.5841",
    relativeAccuracy: "2.50",
    bias: "failed",
    factor: "1.023",
    tier: "passed",
    quarters: 4,
  });
  const text = auditText(audit);
  expect(text).toContain("relative accuracy 2.50 %: passed; the next audit is due in four quarters\n");
  expect(text).toContain("9, and 1 left out by the tester\n");
  expect(text).toContain("failed: values are multiplied by 1.023\n");
});

test("an audit that is none, or fails", () => {
  expect(() => auditOf(table(runs.slice(1)), "so2")).toThrow("8 runs, 1 left out");
  expect(() => auditOf("reference;cems\n12,5;3\n", "so2")).toThrow('line 2: "12,5" is no decimal number');
  const far = runs.map((row) => row.replace(",24", ",14"));
  expect(auditText(auditOf(table(far), "so2"))).toContain(" %: FAILED\n");
  expect(auditText(auditOf(table(far), "hg"))).toContain("no limit of hg is known here");
});
