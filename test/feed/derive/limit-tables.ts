/** The tables of the READMEs, made from the data they speak of. */

import { signals } from "../../../feed/derive/calibration/charts.ts";
import { cusumConstants } from "../../../feed/derive/calibration/cusum.ts";
import { driftLimits } from "../../../feed/derive/calibration/drift.ts";
import { type Alternative, errorLimits } from "../../../feed/derive/calibration/error.ts";
import { accuracyTiers, rataTiers } from "../../../feed/derive/calibration/rata-tiers.ts";
import { timers } from "../../../feed/derive/calibration/validity.ts";
import { hj75Calibration, hj75Rows, hjt75Rows } from "../../../feed/derive/substitute/hj75.ts";
import { part75Rules } from "../../../feed/derive/substitute/part75-rules.ts";
import { methods } from "../../../feed/derive/substitute/substituted.ts";

const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [line(head), `|${"---|".repeat(head.length)}`, ...rows.map(line)].join("\n");
const seen = ({ verified }: { readonly verified: boolean }): string => (verified ? "yes" : "no");

const alternative = ({ aboveSpan, upToSpan, technique, most, unit }: Alternative): string => {
  const above = aboveSpan === undefined ? "" : `above ${aboveSpan} `;
  const span = upToSpan === undefined ? "" : `span ${above}up to ${upToSpan} ${unit}: `;
  return `${span}${technique === undefined ? "" : `${technique}: `}${most} ${unit}`;
};

export const calibrationTables: readonly string[] = [
  table(
    ["monitor", "measure", "most, %", "or a difference of at most", "verified"],
    Object.entries(errorLimits).map(([monitor, limit]) => [
      monitor,
      limit.measure,
      limit.most,
      limit.alternatives.map(alternative).join("; ") || "-",
      seen(limit),
    ]),
  ),
  table(
    ["instrument", "point", "adjust above, % of full scale", "out of control above", "verified"],
    driftLimits.map((row) => [row.instrument, row.point, row.routine, row.control, seen(row)]),
  ),
  table(
    ["signal", "asks for", "means"],
    Object.entries(signals).map(([signal, { consequence, means }]) => [`\`${signal}\``, consequence, means]),
  ),
  table(
    ["hx / s", "kx / s", "hs / s²", "ks / s²", "verified"],
    [[cusumConstants.hx, cusumConstants.kx, cusumConstants.hs, cusumConstants.ks, seen(cusumConstants)]],
  ),
  table(
    ["timer", "a pass lasts, h", "a failure reaches back to", "verified"],
    Object.entries(timers).map(([name, timer]) => [
      `\`${name}\``,
      String(timer.lasts / 3_600_000),
      timer.reach,
      seen(timer),
    ]),
  ),
  table(
    ["systems", ...accuracyTiers.map(({ most, quarters }) => `${quarters} quarters: up to ${most} %, or`), "verified"],
    rataTiers.map((row) => [
      row.systems.join(", "),
      ...accuracyTiers.map(({ quarters }) => {
        const small = row.small.find((one) => one.quarters === quarters);
        if (small === undefined) return "-";
        return `difference ${small.mostDifference}${small.mostReference ? `, reference up to ${small.mostReference}` : ""}`;
      }),
      seen(row),
    ]),
  ),
];

export const substituteTables: readonly string[] = [
  table(
    ["method", "is"],
    Object.entries(methods).map(([method, means]) => [`\`${method}\``, means]),
  ),
  table(
    ["parameters", "availability from, %", "gap up to, h", "method", "MODC", "verified"],
    part75Rules.flatMap((rule) =>
      rule.tiers.map((tier) => [
        rule.parameters.join(", "),
        tier.from,
        String(tier.upToHours ?? "-"),
        `\`${tier.method}\`${tier.percentile === undefined ? "" : ` ${rule.inverse ? 100 - tier.percentile : tier.percentile}`}`,
        tier.modc,
        seen(rule),
      ]),
    ),
  ),
  table(
    ["parameters", "looks back on, h", "by load range", "worse is"],
    part75Rules.map((rule) => [
      rule.parameters.join(", "),
      String(rule.lookBack),
      rule.byLoad ? "yes" : "no",
      rule.inverse ? "lower" : "higher",
    ]),
  ),
  table(
    ["row", "capture, %", "gap, h", "puts in", "verified"],
    [...hj75Rows, ...hj75Calibration, ...hjt75Rows].map((row) => [
      `\`${row.id}\``,
      `${row.fromCapture} up${row.belowCapture === undefined ? "" : `, below ${row.belowCapture}`}`,
      `over ${row.overHours}${row.upToHours === undefined ? "" : `, up to ${row.upToHours}`}`,
      row.lookBack === 0 ? "mean before and after" : `highest of the last ${row.lookBack} valid hours`,
      seen(row),
    ]),
  ),
];
