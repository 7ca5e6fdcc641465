import type { SubstitutionRules } from "../../feed/derive/substitute/fill.ts";
import type { Report, ReportedHour } from "./report.ts";

const sources: Readonly<Record<SubstitutionRules, readonly [en: string, zh: string]>> = {
  "part-75": ["40 CFR 75.31 to 75.37", "美国 40 CFR 75.31 至 75.37"],
  hj75: [
    "HJ 75-2017, table 5, from memory: compare it with the standard",
    "HJ 75-2017 表 5（凭记忆录入，请与标准原文核对）",
  ],
  eu: ["Regulation (EU) 2018/2066, annex VIII, equation 4", "欧盟 2018/2066 号条例附件八式 4"],
};

/** What the table must not be read without: is every value in it measured, or not? */
export function headline({ month, substituted }: Pick<Report, "month" | "substituted">): {
  readonly en: string;
  readonly zh: string;
} {
  if (substituted === null)
    return {
      en: `Hours of ${month} as measured, with all amendments. Nothing is put in where a value is missing.`,
      zh: `${month} 小时值，均为测量值（含全部更正）；缺失处未作任何替代。`,
    };
  const [en, zh] = sources[substituted];
  return {
    en: `Hours of ${month}. SUBSTITUTED: what stands in "substituted" was measured by nobody; it was put in for this report by ${en}, and no journal holds it.`,
    zh: `${month} 小时值。含替代值："substituted" 栏的数值并非测量所得，仅为本报表按 ${zh} 替代，任何日志中均不存在。`,
  };
}

/** Lines of comma-separated values under the headline; no field needs quotes. */
export function reportText(report: Report): string {
  const { en, zh } = headline(report);
  const filled = report.substituted !== null;
  const columns = ["channel", "unit", "period", "value", "flag", "reason", "valid", "possible", "entry", "amended"];
  const more = filled ? ["substituted", "method", "code", "no_substitute"] : [];
  const rows = report.channels.flatMap(({ channel, unit, hours }) =>
    hours.map((hour) => [channel, unit, ...measured(hour), ...(filled ? substitute(hour) : [])].join(",")),
  );
  return [`# ${en}`, `# ${zh}`, [...columns, ...more].join(","), ...rows, ""].join("\n");
}

function measured({ period, reading, n, entry, amendments }: ReportedHour): string[] {
  const [value, flag, reason] = reading ?? [null, "", "no entry"];
  return [period, value ?? "", flag, reason ?? "", `${n[0]}`, `${n[1]}`, `${entry ?? ""}`, amendments.join(" ")];
}

function substitute({ substitute: made }: ReportedHour): string[] {
  if (made === undefined) return ["", "", "", ""];
  return made.kind === "none" ? ["", "", "", made.why] : [made.value, made.method, made.code, ""];
}
