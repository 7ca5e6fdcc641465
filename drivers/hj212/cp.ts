import type { Finding } from "./finding.ts";

export interface Field {
  readonly name: string;
  /** As sent, the marks of a log text included. */
  readonly value: string;
}
/** What stands between two semicolons: the fields of one factor. */
export type Item = readonly Field[];

/** More than a frame of 1024 bytes can hold in earnest. */
const mostFields = 1000;
const name = /^[0-9A-Za-z_][0-9A-Za-z_-]{0,39}$/;

/**
 * Reads CP behind its opening "&&" (HJ 212-2017, 6.3): items separated by ";", fields of one item by ",", "name=value". A text
 * between "//" and "//" (logs, Table B.10) may hold all of these. A field that means nothing is left out with a finding.
 */
export function cpItems(text: string): { items: Item[]; findings: Finding[] } | { finding: Finding } {
  if (!text.endsWith("&&")) return { finding: { code: "message", detail: "CP does not end in &&" } };
  const items: Item[] = [];
  const findings: Finding[] = [];
  const note = (detail: string): void =>
    void findings.push({ code: "item", detail: detail.replace(/[^\x20-\x7e]/g, ".").slice(0, 120) });
  let count = 0;
  const inside = text.slice(0, -2);
  for (const item of inside === "" ? [] : split(inside, ";")) {
    const fields: Field[] = [];
    for (const part of split(item, ",")) {
      if (++count > mostFields) return { finding: { code: "message", detail: `more than ${mostFields} fields` } };
      const equals = part.indexOf("=");
      const field = { name: part.slice(0, Math.max(equals, 0)), value: part.slice(equals + 1) };
      if (part === "") note("an empty item");
      else if (equals < 0) note(`no = in ${part}`);
      else if (!name.test(field.name)) note(`no field name: ${part}`);
      else if (!field.value.startsWith("//") && /[=&]/.test(field.value)) note(`no value: ${part}`);
      else fields.push(field);
    }
    if (fields.length > 0) items.push(fields);
  }
  return { items, findings };
}

/** Splits outside of texts between "//" and "//"; an unclosed text goes to the end. */
function split(text: string, separator: string): string[] {
  const parts: string[] = [];
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    if (text.startsWith("=//", at)) {
      const end = text.indexOf("//", at + 3);
      if (end < 0) break;
      at = end + 1;
    } else if (text[at] === separator) {
      parts.push(text.slice(from, at));
      from = at + 1;
    }
  }
  parts.push(text.slice(from));
  return parts;
}
