import { cpItems, type Item } from "./cp.ts";
import type { Finding } from "./finding.ts";

/** What the sender says it speaks. Surface water stations set the bits of 2025 long before that year, so it proves nothing. */
export type Hj212Version = "2005" | "2017" | "2025";

/** The DATA of one frame (HJ 212-2017, Table 3). One of several packets (PNUM, PNO) is a message of its own, with its own QN. */
export interface Message {
  /** Time of the request in ms, 17 digits; the key of a conversation. */
  readonly qn?: string;
  /** System code; 31 is an air pollution source. */
  readonly st: string;
  /** Command code, 4 digits. */
  readonly cn: string;
  /** Password, as sent. */
  readonly pw?: string;
  /** Which logger. */
  readonly mn: string;
  /** 0 to 255: V5 to V0, D, A. */
  readonly flag?: number;
  /** By the version bits of Flag; 2005 where there is no Flag; undefined for bits nobody has assigned. */
  readonly version: Hj212Version | undefined;
  /** Bit A of Flag: the sender waits for an acknowledgement. */
  readonly wantsReply: boolean;
  /** Packets in all, and which one this is. */
  readonly pnum?: number;
  readonly pno?: number;
  readonly items: readonly Item[];
  /** CP is ciphertext; there are no items then. */
  readonly encrypted: boolean;
  readonly findings: readonly Finding[];
}

const fields: Readonly<Record<string, RegExp>> = {
  QN: /^\d{17}$/,
  ST: /^[0-9A-Z]{2}$/,
  CN: /^\d{4}$/,
  PW: /^[\x21-\x3a\x3c-\x7e]{0,16}$/,
  MN: /^[0-9A-Za-z_-]{1,32}$/,
  Flag: /^(?:\d|[1-9]\d|1\d\d|2[0-4]\d|25[0-5])$/,
  PNUM: /^\d{1,4}$/,
  PNO: /^\d{1,4}$/,
};
/** Without these a message cannot be placed: one that is there but malformed costs the message too. */
const needed = ["ST", "CN", "MN"] as const;

/** Reads DATA. Returns a finding where it is no message; never throws, whatever the bytes. */
export function readMessage(data: Buffer): Message | { readonly finding: Finding } {
  const text = utf8(data);
  const at = data.indexOf("CP=&&");
  const head = data.subarray(0, Math.max(at, 0)).toString("latin1");
  if (at < 0) return refuse("there is no CP=&&");
  const { values, findings } = headerOf(head);
  for (const name of needed) if (!values.has(name)) return refuse(`${name} is missing, malformed or there twice`);
  const flag = values.has("Flag") ? Number(values.get("Flag")) : undefined;
  const encrypted = ciphered(data.subarray(at + 5), flag);
  if (!encrypted && text === undefined) return refuse("bytes that are no UTF-8");
  const cp = encrypted ? { items: [], findings: [] } : cpItems(text?.slice(text.indexOf("CP=&&") + 5) ?? "");
  if ("finding" in cp) return cp;
  if (encrypted) findings.push({ code: "encrypted", detail: "CP is encrypted (SM4) and cannot be read" });
  const [qn, pw, pnum, pno] = ["QN", "PW", "PNUM", "PNO"].map((name) => values.get(name));
  return {
    ...(qn === undefined ? {} : { qn }),
    st: values.get("ST") ?? "",
    cn: values.get("CN") ?? "",
    ...(pw === undefined ? {} : { pw }),
    mn: values.get("MN") ?? "",
    ...(flag === undefined ? {} : { flag }),
    version: versionOf(flag),
    wantsReply: flag !== undefined && (flag & 1) === 1,
    ...(pnum === undefined ? {} : { pnum: Number(pnum) }),
    ...(pno === undefined ? {} : { pno: Number(pno) }),
    items: cp.items,
    encrypted,
    findings: [...findings, ...cp.findings],
  };
}

/** Whether DATA with a wrong check may be so because its CP was encrypted after the check was taken, as HJ 212-2025 A.2 has it. */
export function looksEncrypted(data: Buffer): boolean {
  const at = data.indexOf("CP=&&");
  if (at < 0) return false;
  const { values } = headerOf(data.subarray(0, at).toString("latin1"));
  const flag = values.get("Flag");
  return values.has("CN") && flag !== undefined && ciphered(data.subarray(at + 5), Number(flag));
}

function headerOf(head: string): { values: ReadonlyMap<string, string>; findings: Finding[] } {
  const values = new Map<string, string>();
  const spoilt = new Set<string>();
  const findings: Finding[] = [];
  const note = (detail: string): void => void findings.push({ code: "header", detail: printable(detail) });
  for (const part of head.split(";")) {
    if (part === "") continue;
    const equals = part.indexOf("=");
    const name = equals < 0 ? part : part.slice(0, equals);
    const value = equals < 0 ? "" : part.slice(equals + 1);
    const form = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (form === undefined) note(`unknown field ${part}`);
    else if (values.has(name)) {
      note(`${name} is there twice`);
      spoilt.add(name);
    } else if (form.test(value)) values.set(name, value);
    else note(`${name} is not as it should be: ${name === "PW" ? "(not shown)" : value}`);
  }
  for (const name of spoilt) values.delete(name);
  return { values, findings };
}

function versionOf(flag: number | undefined): Hj212Version | undefined {
  const versions: readonly (Hj212Version | undefined)[] = ["2005", "2017", "2025"];
  return versions[(flag ?? 0) >> 2];
}

/**
 * Ciphertext is bytes of any kind, or spelt {0x..,0x..} as the standard prints it. Plain CP begins with a letter or digit, or is
 * empty; only 2025 encrypts.
 */
function ciphered(cp: Buffer, flag: number | undefined): boolean {
  if (flag === undefined || flag >> 2 < 2) return false;
  if (/^\{(?:0x[0-9A-Fa-f]{2}[,}]|\})/.test(cp.toString("latin1", 0, 8))) return true;
  const first = cp.subarray(0, Math.min(16, cp.lastIndexOf("&&")));
  return first.length === 16 && first.some((byte) => byte < 0x20 || byte > 0x7e) && utf8(cp) === undefined;
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
function utf8(bytes: Buffer): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

const refuse = (detail: string): { finding: Finding } => ({ finding: { code: "message", detail } });
const printable = (text: string): string => text.replace(/[^\x20-\x7e]/g, ".").slice(0, 120);
