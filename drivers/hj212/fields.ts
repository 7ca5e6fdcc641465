import { type Field, FieldCutter } from "../fields.ts";
import { hj212Crc } from "./crc.ts";

/** HJ 212-2017, Table 3. */
const header: Readonly<Record<string, string>> = {
  QN: "request number",
  ST: "system",
  CN: "command",
  PW: "password",
  MN: "logger",
  Flag: "flags",
  PNUM: "packets",
  PNO: "packet",
};
const commands: Readonly<Record<string, string>> = {
  "2011": "live data",
  "2031": "daily data",
  "2051": "minute data",
  "2061": "hourly data",
  "3019": "serial number",
  "3020": "states",
};

const text = (bytes: Buffer): string => bytes.toString("latin1");
const value = (bytes: Buffer): string =>
  text(bytes)
    .replace(/^[^=]*=/, "")
    .replace(/[;,]$/, "");

/** A frame as it is kept, "##" to the check: whatever it is, each of its bytes in one field. The items of CP are told as they stand. */
export function frameFields(frame: Buffer): readonly Field[] {
  const cutter = new FieldCutter(frame);
  cutter.take(2, "start", text);
  const digits = text(cutter.take(4, "length", (bytes) => String(Number(text(bytes)))));
  const data = Math.max(0, Math.min(/^\d{4}$/.test(digits) ? Number(digits) : 0, cutter.left - 4));
  const body = text(frame.subarray(6, 6 + data));
  const begin = body.indexOf("CP=&&");
  for (const part of pieces(body.slice(0, begin < 0 ? body.length : begin), /;/)) {
    const name = part.replace(/[=;].*$/s, "");
    cutter.take(part.length, name || "nothing", (bytes) =>
      [header[name], saysOf(name, value(bytes))].filter(Boolean).join(" "),
    );
  }
  if (begin >= 0) {
    cutter.take(5, "CP");
    const inside = body.slice(begin + 5);
    const ends = inside.endsWith("&&");
    for (const part of pieces(ends ? inside.slice(0, -2) : inside, /[;,]/))
      cutter.take(part.length, part.replace(/[=;,].*$/s, "") || "nothing", value);
    if (ends) cutter.take(2, "CP ends");
  }
  const sum = hj212Crc(frame.subarray(6, 6 + data))
    .toString(16)
    .padStart(4, "0")
    .toUpperCase();
  const masked = body.includes("PW=*");
  cutter.take(4, "check", (bytes) => {
    if (text(bytes).toUpperCase() === sum) return "right";
    return masked ? "of the true password" : `wrong: it is ${sum}`;
  });
  return cutter.rest("beyond the end", text);
}

const saysOf = (name: string, said: string): string => {
  if (name === "CN") return `${said} ${commands[said] ?? ""}`.trim();
  return name === "PW" ? "(not shown)" : said;
};

/** A text cut behind each separator. */
function pieces(whole: string, separator: RegExp): readonly string[] {
  const found: string[] = [];
  let rest = whole;
  for (let at = rest.search(separator); at >= 0; at = rest.search(separator)) {
    found.push(rest.slice(0, at + 1));
    rest = rest.slice(at + 1);
  }
  return rest === "" ? found : [...found, rest];
}
