import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { VerifiedCertificate } from "../cert/verify.ts";
import { verifyExport } from "../format/export.ts";
import { readExport } from "../format/export-files.ts";
import { Fault } from "../format/faults.ts";
import { parsePolicy } from "../format/policy.ts";
import { openRegister, type Register } from "../format/registry.ts";
import type { Report } from "../format/report.ts";
import { parseVkey } from "../format/vkey.ts";
import type { Language } from "../language.ts";
import { type SecondCore, startSecondCore } from "../second/core.ts";
import { fingerprint } from "./registry/show.ts";
import { reportObject } from "./reporting/object.ts";
import type { Source, Verification } from "./reporting/steps.ts";
import { reportText } from "./reporting/text.ts";
import { certificateIn, policyOf, withCertificate } from "./verify-certificate.ts";

/** Exit status of each verdict. */
export const verdictExits = { VALID: 0, "VALID WITH REMARKS": 3, REFUSED: 2 } as const;

export interface VerifyOptions {
  /** Print one object in the place of lines. */
  readonly json?: boolean;
  /** Print the report of the steps in this language, before the lines; left out: the lines alone. */
  readonly language?: Language;
  /** Whether the verifier named the registry's key, and did not take the register's own. */
  readonly keyGiven?: boolean;
}

/**
 * Verifies a folder that `cems-agent export` wrote, by the policy in it, by one of the verifier's own (a file) or by a
 * register, and prints every finding, or one JSON object. Returns the exit status: 0 valid, 3 valid with remarks, 2 refused.
 * E_EXPORT_MISSING, E_EXPORT_READ, E_VERIFY_POLICY.
 */
export function verifyFolder(
  dir: string,
  by: string | Register | undefined,
  print: (line: string) => void,
  { json = false, language, keyGiven = false }: VerifyOptions = {},
): number {
  const verified = readable(dir, () => (isLarge(dir) ? onTwoCores(dir, by) : onOneCore(dir, by)));
  const { report, certified } = verified;
  const verification = { dir, source: sourceOf(by, keyGiven), ...besides(dir), ...verified };
  const lines = textOf(report, certified);
  const text = language === undefined ? lines : reportText(verification, lines, language);
  for (const line of json ? [JSON.stringify(reportObject(verification))] : text) print(line);
  return verdictExits[report.verdict];
}

type Verified = Pick<Verification, "report" | "certified" | "policy">;

function sourceOf(by: string | Register | undefined, keyGiven: boolean): Source {
  if (by === undefined) return { kind: "folder" };
  return typeof by === "string" ? { kind: "policy", file: by } : { kind: "register", register: by, keyGiven };
}

const besides = (dir: string): Pick<Verification, "close" | "token"> => ({
  close: existsSync(join(dir, "close.note")),
  token: existsSync(join(dir, "cert.tsr")),
});

export function onOneCore(dir: string, by: string | Register | undefined, second?: SecondCore): Verified {
  const read = readExport(dir);
  if (!read.ok) throw new Fault("E_EXPORT_MISSING", `${dir}: ${read.problem.detail}`);
  const register = typeof by === "object" ? by : undefined;
  const files = typeof by === "string" ? { ...read.value, keys: ownPolicy(by) } : read.value;
  const certificate = certificateIn(dir, files, register, second);
  const found = verifyExport(files, {
    register,
    verify: second?.verify,
    ...(certificate && { take: certificate.take }),
  });
  const certified = certificate?.finish(found);
  const policy = policyOf(files, register);
  return { report: certified === undefined ? found : withCertificate(found, certified), certified, policy };
}

/** A thread of its own is worth its start. */
const large = 16_777_216;
function isLarge(dir: string): boolean {
  try {
    return statSync(join(dir, "leaves.jsonl")).size > large;
  } catch {
    return false; // what is wrong with it is said once it is read
  }
}

/** With the signatures looked at beside it, and once more in turn where one was bad: then it matters what follows from which. */
export function onTwoCores(dir: string, by: string | Register | undefined): Verified {
  const second = startSecondCore();
  if (second === undefined) return onOneCore(dir, by);
  try {
    const all = onOneCore(dir, by, second);
    if (second.settled()) return all;
  } finally {
    second.stop();
  }
  return onOneCore(dir, by);
}

function* textOf(report: Report, certified: VerifiedCertificate | undefined): Generator<string> {
  if (certified?.certificate) {
    const { cert, params } = certified.certificate;
    yield `certificate ${cert} ${certified.countersigned ? "countersigned" : "not countersigned"}`;
    for (const { code, name, value, unit, n, expected } of params)
      yield `${code} ${value[0] ?? `none (${value[2]})`} ${unit} flag ${value[1]} valid ${n} of ${expected} (${name})`;
  }
  for (const { size, cosigned, quorate } of report.checkpoints) {
    const by = cosigned.map(({ name, time }) => `${name} ${new Date(time * 1000).toISOString()}`).join(", ");
    yield `checkpoint ${size} ${quorate ? `cosigned by ${by}` : "not yet cosigned by the quorum"}`;
  }
  for (const { code, severity, detail, times, first, last } of report.findings) {
    const where = first === undefined ? "" : first === last ? `, entry ${first}` : `, entries ${first} to ${last}`;
    const remark = severity === "F" || severity === "R" ? "" : "remark: ";
    yield `${remark}${code} ${detail}${times > 1 ? ` (${times} times${where})` : where}`;
  }
  const end = report.first + report.entries;
  if (report.covered < end) yield `note: entries from ${report.covered} are not covered by a cosigned checkpoint`;
  if (report.unjudged > 0)
    yield `note: ${report.unjudged} values could not be recomputed: their configuration is not here, or says too little`;
  const codes = report.findings.map(({ code }) => code).sort();
  const what = `${report.entries} entries, root ${report.root.toString("base64")}`;
  if (report.verdict === "VALID") yield `VALID: ${what}`;
  else if (report.verdict === "REFUSED") yield `REFUSED: ${codes.join(" ")}`;
  else yield `VALID WITH REMARKS: ${codes.join(" ")}: ${what}`;
}

/** A file that cannot be read is no verdict on what it holds. */
function readable<T>(dir: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Error) || error instanceof Fault || !("code" in error) || typeof error.code !== "string")
      throw error;
    throw new Fault("E_EXPORT_READ", `${"path" in error ? error.path : dir}: ${error.code}`, { cause: error });
  }
}

/** The register that a verifier was given; which key signed it is said. E_VERIFY_REGISTER. */
export function ownRegister(file: string, keyText: string | undefined, print: (line: string) => void): Register {
  const key = keyText === undefined ? undefined : parseVkey(keyText);
  if (key?.ok === false) throw new Fault("E_VERIFY_REGISTER", key.problem.detail);
  let raw: Buffer;
  try {
    raw = readFileSync(file);
  } catch (cause) {
    throw new Fault("E_VERIFY_REGISTER", `cannot read ${file}`, { cause });
  }
  const register = openRegister(raw, key?.value);
  if (!register.ok)
    throw new Fault("E_VERIFY_REGISTER", `${file}: ${register.problem.code} ${register.problem.detail}`);
  const { serial, t, key: by } = register.value;
  const compare = key === undefined ? `; compare with what the regulator published: ${fingerprint(by)}` : "";
  print(`register ${serial} of ${t}, signed by ${by.text}${compare}`);
  return register.value;
}

function ownPolicy(file: string): string {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    throw new Fault("E_VERIFY_POLICY", `cannot read ${file}`, { cause });
  }
  const policy = parsePolicy(text);
  if (!policy.ok) throw new Fault("E_VERIFY_POLICY", `${file}: ${policy.problem.detail}`);
  // The policy.txt of the plants names no log: with it every checkpoint would look like one of a stranger.
  if (policy.value.logs.length === 0) throw new Fault("E_VERIFY_POLICY", `${file} has no line \`log VKEY\``);
  return text;
}
