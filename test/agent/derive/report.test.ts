import { expect, test } from "vitest";
import { type ReportedHour, reportOf } from "../../../agent/derive/report.ts";
import { reportText } from "../../../agent/derive/report-text.ts";
import type { OpenJournal } from "../../../agent/keep/open-journal.ts";
import type { Derived } from "../../../config/site.ts";
import type { SubstitutionRules } from "../../../feed/derive/substitute/fill.ts";
import type { AmendBody, DerivedBody } from "../../../feed/format/body.ts";
import { isoTime } from "../../../feed/format/entry.ts";
import type { ReadingTuple } from "../../../feed/format/reading.ts";
import { millis } from "../../../feed/format/vocabulary.ts";
import { makeJournal } from "../keep/kit.ts";

const hour = 3_600_000;
/** November 2026 in China. */
const month = { from: Date.parse("2026-10-31T16:00:00.000Z"), to: Date.parse("2026-11-30T16:00:00.000Z") };

const derived: Derived = {
  offset: millis(8 * hour),
  channels: [
    {
      id: "so2",
      unit: "mg/m3",
      places: 1,
      how: {
        formula: "mean",
        in: { x: "so2" },
        at: "minute",
        every: 5000,
        longer: "mean",
        constants: "hj",
        regime: "hj",
      },
    },
  ],
  checks: [],
  units: new Map(),
  substitutes: new Map([["so2", { parameter: "so2", potential: "1000" }]]),
};

const hourly = (t: number, reading: ReadingTuple): DerivedBody => ({
  type: "derived",
  t: isoTime(millis(t + hour)),
  period: "hour",
  start: isoTime(millis(t)),
  cfg: 0,
  data: { so2: reading },
  n: { so2: [reading[0] === null ? 0 : 60, 60] },
  of: [0, 0],
});
const missing: ReadingTuple = [null, "D", "derive.coverage"];

/** Hours up to the end of the month's first day: `past` of them before a gap of `gap` hours, which the month begins with. */
function journalWith(past: number, shown: (back: number) => string, gap: number, after: ReadingTuple): OpenJournal {
  const { journal } = makeJournal();
  for (let back = past; back >= 1; back--) journal.append(hourly(month.from - back * hour, [shown(back), "N"]));
  for (let n = 0; n < gap; n++) journal.append(hourly(month.from + n * hour, missing));
  journal.append(hourly(month.from + gap * hour, after));
  return journal;
}
const hoursOf = (journal: OpenJournal, rules: SubstitutionRules | null): readonly ReportedHour[] =>
  reportOf(journal, derived, month, rules).channels[0]?.hours ?? [];
const filled = (journal: OpenJournal, rules: SubstitutionRules): unknown[] =>
  hoursOf(journal, rules).map(({ substitute }) => {
    if (substitute === undefined) return undefined;
    return substitute.kind === "none" ? substitute.why : [substitute.value, substitute.method, substitute.code];
  });

// The worked numbers: 40 CFR 75.33(b), hours before and after 210 and 230, 90th percentile 260.
test("Part 75: five hours get the mean of their neighbours, thirty the percentile where that is more", () => {
  const short = journalWith(800, (back) => (back === 1 ? "210" : "200"), 5, ["230", "N"]);
  expect(filled(short, "part-75")).toEqual([...Array(5).fill(["220.0", "mean-before-after", "06"]), undefined]);
  // Of the 720 hours looked back on 72 are above 260, so that 260 has the rank of the 90th percentile.
  const value = (back: number): string => (back === 1 ? "210" : back <= 73 ? "300" : back <= 100 ? "260" : "200");
  const long = journalWith(800, value, 30, ["230", "N"]);
  expect(filled(long, "part-75")).toEqual([...Array(30).fill(["260.0", "percentile-or-mean", "08"]), undefined]);
});

test("HJ 75: a day gets the highest of 180 hours, more than a day that of 720, and a poor quarter nothing", () => {
  const value = (back: number): string => (back === 181 ? "400" : back === 180 ? "350" : "300");
  expect(filled(journalWith(800, value, 24, ["310", "N"]), "hj75")[0]).toEqual(["350.0", "extreme", "HJ75-2017-5-1"]);
  expect(filled(journalWith(800, value, 25, ["310", "N"]), "hj75")[0]).toEqual(["400.0", "extreme", "HJ75-2017-5-2"]);
  expect(filled(journalWith(180, value, 70, ["310", "N"]), "hj75")[0]).toBe("derive.no-rule");
});

test("EU: the mean of the year's hours and twice their deviation", () => {
  // 10 and 20, n - 1: mean 15, sigma 7.0711
  expect(
    filled(
      journalWith(1, () => "10", 1, ["20", "N"]),
      "eu",
    ),
  ).toEqual([["29.1", "mean-plus-two-sigma", "MRR-eq4"], undefined]);
});

test("hours in which the plant stood still are not filled, and do not end a gap", () => {
  const { journal } = makeJournal();
  const readings: ReadingTuple[] = [["210", "N"], missing, [null, "F", "derive.stopped"], missing, ["230", "N"]];
  for (const [n, reading] of readings.entries()) journal.append(hourly(month.from + n * hour, reading));
  const mean = ["220.0", "mean-before-after", "07"];
  expect(filled(journal, "part-75")).toEqual([undefined, mean, undefined, mean, undefined]);
});

test("the table says what was measured, amended or not kept; with substitutes it says so first, and they stand apart", () => {
  const { journal } = makeJournal();
  const [first] = journal.append(hourly(month.from, ["210", "N"]));
  journal.append(hourly(month.from + hour, missing));
  journal.append(hourly(month.from + 3 * hour, ["230", "N"]));
  const amend: AmendBody = {
    type: "amend",
    t: isoTime(millis(month.from + 5 * hour)),
    ref: first?.seq ?? 0,
    why: "readings of this period came after it was closed",
    by: "agent",
    value: '{"so2":["212","N"]}',
  };
  journal.append(amend);
  const size = journal.head().size;
  expect(reportText(reportOf(journal, derived, month, null)).split("\n")).toEqual([
    "# Hours of 2026-11 as measured, with all amendments. Nothing is put in where a value is missing.",
    "# 2026-11 小时值，均为测量值（含全部更正）；缺失处未作任何替代。",
    "channel,unit,period,value,flag,reason,valid,possible,entry,amended",
    "so2,mg/m3,2026-11-01T00,212,N,,60,60,1,4",
    "so2,mg/m3,2026-11-01T01,,D,derive.coverage,0,60,2,",
    "so2,mg/m3,2026-11-01T02,,,no entry,0,0,,",
    "so2,mg/m3,2026-11-01T03,230,N,,60,60,3,",
    "",
  ]);
  const text = reportText(reportOf(journal, derived, month, "part-75")).split("\n");
  expect(text[0]).toMatch(/SUBSTITUTED.*measured by nobody.*40 CFR 75/);
  expect(text[1]).toContain("并非测量所得");
  expect(text.slice(2)).toEqual([
    "channel,unit,period,value,flag,reason,valid,possible,entry,amended,substituted,method,code,no_substitute",
    "so2,mg/m3,2026-11-01T00,212,N,,60,60,1,4,,,,",
    "so2,mg/m3,2026-11-01T01,,D,derive.coverage,0,60,2,,221.0,mean-before-after,07,",
    "so2,mg/m3,2026-11-01T02,,,no entry,0,0,,,221.0,mean-before-after,07,",
    "so2,mg/m3,2026-11-01T03,230,N,,60,60,3,,,,,",
    "",
  ]);
  expect(journal.head().size).toBe(size);
});
