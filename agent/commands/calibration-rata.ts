import { readFileSync, statSync } from "node:fs";
import { command, flag, only, option } from "../../feed/command.ts";
import { type Rata, relativeAccuracy } from "../../feed/derive/calibration/rata.ts";
import { readRuns } from "../../feed/derive/calibration/rata-table.ts";
import { type System, systems } from "../../feed/derive/calibration/rata-tiers.ts";
import { written } from "../../feed/derive/decimal.ts";
import { noValue } from "../../feed/derive/outcome.ts";
import { Fault } from "../../feed/format/faults.ts";
import { ends } from "./ends.ts";

const isSystem = (text: string): text is System => (systems as readonly string[]).includes(text);

export const calibrationRata = command({
  name: "calibration-rata",
  about:
    "Relative accuracy, bias test and bias adjustment factor (40 CFR 75, appendix A, 7.3 to 7.6) of an audit, from a table of paired runs.",
  takes: {
    file: option("FILE", "CSV: a line reference,cems and, where runs are left out, rejected; then one run a line"),
    system: only(
      option("--system SYSTEM", `what was audited: ${systems.join(", ")}`),
      isSystem,
      `One of ${systems.join(", ")}`,
    ),
    json: flag("--json", "the same as one JSON object"),
  },
  examples: ["calibration-rata runs.csv --system so2", "calibration-rata runs.csv --system flow --json"],
  exits: { 1: "the audit is failed" },
  ends: ends["calibration-rata"],
  run: ({ file, system, json }) => {
    const audit = auditOf(textOf(file), system as System);
    process.stdout.write(json ? `${JSON.stringify(audit)}\n` : auditText(audit));
    return audit.tier === "failed" ? 1 : 0;
  },
});

/** Numbers as decimal strings in the unit of the runs; relative accuracy in percent. */
export interface Audit {
  readonly system: System;
  readonly runs: number;
  readonly rejected: number;
  readonly meanReference: string;
  readonly meanCems: string;
  readonly meanDifference: string;
  readonly deviation: string;
  readonly t: string;
  readonly confidence: string;
  readonly relativeAccuracy: string;
  readonly bias: Rata["bias"];
  readonly factor: string;
  /** Null where the rules have no row for the system. */
  readonly tier: "passed" | "failed" | null;
  /** The next audit is due in so many quarters. */
  readonly quarters: number | null;
}

const places = 4;
const longest = 262_144;

/** Throws Fault E_CALIBRATION_TABLE for another text, and E_CALIBRATION_ARGUMENT for runs that make no audit. */
export function auditOf(text: string, system: System): Audit {
  const table = readRuns(text);
  if (!table.ok) throw new Fault("E_CALIBRATION_TABLE", table.why);
  const { runs } = table;
  const made = relativeAccuracy(runs, system);
  if (!made.ok)
    throw new Fault(
      "E_CALIBRATION_ARGUMENT",
      `${noValue[made.why]}${made.detail === undefined ? "" : `: ${made.detail}`}`,
    );
  return {
    system,
    runs: made.runs,
    rejected: runs.length - made.runs,
    meanReference: written(made.meanReference, places),
    meanCems: written(made.meanCems, places),
    meanDifference: written(made.meanDifference, places),
    deviation: written(made.deviation, places),
    t: made.t,
    confidence: written(made.confidence, places),
    relativeAccuracy: written(made.relativeAccuracy, 2),
    bias: made.bias,
    factor: written(made.factor, 3),
    tier: made.tier?.result ?? null,
    quarters: made.tier?.result === "passed" ? made.tier.quarters : null,
  };
}

const next: Readonly<Record<string, string>> = {
  "4": "passed; the next audit is due in four quarters",
  "2": "passed; the next audit is due in two quarters",
};

export function auditText(audit: Audit): string {
  const verdict =
    audit.tier === null
      ? `no limit of ${audit.system} is known here: compare with the permit's`
      : audit.tier === "failed"
        ? "FAILED"
        : next[`${audit.quarters}`];
  return [
    `relative accuracy ${audit.relativeAccuracy} %: ${verdict}`,
    `runs                  ${audit.runs}${audit.rejected > 0 ? `, and ${audit.rejected} left out by the tester` : ""}`,
    `mean of the reference ${audit.meanReference}`,
    `mean of the CEMS      ${audit.meanCems}`,
    `mean difference       ${audit.meanDifference} (reference minus CEMS)`,
    `standard deviation    ${audit.deviation}`,
    `confidence            ${audit.confidence} (t0.025 = ${audit.t})`,
    `bias                  ${audit.bias}${audit.bias === "failed" ? `: values are multiplied by ${audit.factor}` : ""}`,
    "",
  ].join("\n");
}

function textOf(file: string): string {
  try {
    if (statSync(file).size > longest)
      throw new Fault("E_CALIBRATION_TABLE", `${file} is longer than ${longest} bytes`);
    return readFileSync(file, "utf8");
  } catch (cause) {
    if (cause instanceof Fault) throw cause;
    throw new Fault("E_CALIBRATION_TABLE", `${file}: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}
