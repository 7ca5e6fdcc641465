import { endOf, startOf } from "../derive/average/calendar.ts";
import { canonical, type Json } from "../format/canonical.ts";
import { isoTime } from "../format/entry.ts";
import type { Finding } from "../format/faults.ts";
import { millis } from "../format/vocabulary.ts";
import type { Certificate } from "./form.ts";
import type { Statement } from "./statement.ts";

/** What can be said of a certificate by itself: its month and span are one (CERT_MONTH), its range is one (CERT_RANGE). */
export function checkForm({ month, span: [begin, end], east, range: [from, to], open, close }: Certificate): Finding[] {
  const findings: Finding[] = [];
  const start = Date.parse(`${month}-01T00:00:00.000Z`) - east * 60_000;
  const whole = startOf("month", start, east) === start;
  if (!whole || begin !== isoTime(millis(start)) || end !== isoTime(millis(endOf("month", start, east))))
    findings.push({ code: "CERT_MONTH", detail: `${begin} to ${end} is not ${month}` });
  if (from >= to || open[0] !== from || close[0] !== to)
    findings.push({ code: "CERT_RANGE", detail: `entries ${from} to ${to}, trees of ${open[0]} and ${close[0]}` });
  return findings;
}

/** Members of the certificate that are not what the entries give (CERT_VALUE), and parameters without a value (CERT_COVERAGE). */
export function checkStatement(certificate: Certificate, statement: Statement): Finding[] {
  const spelt = (value: unknown): string => canonical(value as Json);
  const names = Object.keys(statement) as (keyof Statement)[];
  const differ = names.flatMap((name): Finding[] => {
    if (spelt(certificate[name]) === spelt(statement[name])) return [];
    const code = name === "gaps" ? "CERT_GAP_UNDECLARED" : "CERT_VALUE";
    return [
      { code, detail: name === "params" ? differing(certificate, statement) : `${name} is not what the entries give` },
    ];
  });
  const without = certificate.params.filter(({ value: [value] }) => value === null).map(({ code }) => code);
  return [
    ...differ,
    ...(without.length === 0 ? [] : [{ code: "CERT_COVERAGE" as const, detail: `no value of ${without.join(", ")}` }]),
  ];
}

/** The first parameter that differs, as it is said and as it comes out. */
function differing({ params }: Certificate, statement: Statement): string {
  for (const [index, said] of params.entries()) {
    const made = statement.params[index];
    if (canonical(said as Json) !== canonical(made as Json))
      return `${said.code} is ${said.value[0] ?? said.value[2]} there, and ${made?.value[0] ?? made?.value[2]} by the entries`;
  }
  return "params is not what the entries give";
}

/** Entries outside of the range that the certificate rests on, by number: before it, and behind it. */
export function outside(certificate: Certificate): { readonly before: number[]; readonly behind: number[] } {
  const { range, cfg, manual, docs, params } = certificate;
  const named = new Set([...cfg, ...manual, ...docs, ...params.flatMap(({ entries }) => entries)]);
  const sorted = [...named].sort((a, b) => a - b);
  return { before: sorted.filter((seq) => seq < range[0]), behind: sorted.filter((seq) => seq >= range[1]) };
}
