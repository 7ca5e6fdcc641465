import { createHash } from "node:crypto";
import { closeSync, existsSync, openSync, readFileSync, readSync } from "node:fs";
import { join } from "node:path";
import { type VerifiedCertificate, verifyCertificate } from "../cert/verify.ts";
import { verifyExport } from "../format/export.ts";
import { readExport } from "../format/export-files.ts";
import { checks, Fault } from "../format/faults.ts";
import { parsePolicy } from "../format/policy.ts";

/**
 * Verifies a folder that `cems-agent export` wrote, with the policy in it or one of the verifier's own, and prints every
 * finding. Returns the exit status: 0 valid, 2 refused. E_EXPORT_MISSING, E_EXPORT_READ, E_VERIFY_POLICY.
 */
export function verifyFolder(dir: string, policyFile: string | undefined, print: (line: string) => void): number {
  const { report, certified } = readable(dir, () => {
    const read = readExport(dir);
    if (!read.ok) throw new Fault("E_EXPORT_MISSING", `${dir}: ${read.problem.detail}`);
    const policy = policyFile === undefined ? undefined : ownPolicy(policyFile);
    const files = policy === undefined ? read.value : { ...read.value, keys: policy };
    const report = verifyExport(files);
    const certified = certificateIn(dir, { ...files, leaves: reread(dir) }, report);
    return { report: certified === undefined ? report : withFindings(report, certified), certified };
  });
  if (certified?.certificate) {
    const { cert, params } = certified.certificate;
    print(`certificate ${cert} ${certified.countersigned ? "countersigned" : "not countersigned"}`);
    for (const { code, name, value, unit, n, expected } of params)
      print(`${code} ${value[0] ?? `none (${value[2]})`} ${unit} flag ${value[1]} valid ${n} of ${expected} (${name})`);
  }
  for (const { size, cosigned, quorate } of report.checkpoints) {
    const by = cosigned.map(({ name, time }) => `${name} ${new Date(time * 1000).toISOString()}`).join(", ");
    print(`checkpoint ${size} ${quorate ? `cosigned by ${by}` : "not yet cosigned by the quorum"}`);
  }
  for (const { code, detail, times, first, last } of report.findings) {
    const where = first === undefined ? "" : first === last ? `, entry ${first}` : `, entries ${first} to ${last}`;
    print(`${code} ${detail}${times > 1 ? ` (${times} times${where})` : where}`);
  }
  const end = report.first + report.entries;
  if (report.covered < end) print(`note: entries from ${report.covered} are not covered by a cosigned checkpoint`);
  const codes = report.findings.map(({ code }) => code).sort();
  print(
    report.verdict === "VALID"
      ? `VALID: ${report.entries} entries, root ${report.root.toString("base64")}`
      : `REFUSED: ${codes.join(" ")}`,
  );
  return report.verdict === "VALID" ? 0 : 2;
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

/** The entries once more: they were walked for the proof, and are walked again for what is said of them. */
function reread(dir: string): Iterable<Buffer> {
  const again = readExport(dir);
  return again.ok ? again.value.leaves : [];
}

function certificateIn(
  dir: string,
  files: Parameters<typeof verifyCertificate>[0],
  report: Parameters<typeof verifyCertificate>[3],
): VerifiedCertificate | undefined {
  const policy = parsePolicy(files.keys);
  if (!existsSync(join(dir, "cert.note")) || !policy.ok) return undefined;
  const close = existsSync(join(dir, "close.note")) ? { close: readFileSync(join(dir, "close.note")) } : {};
  const own = { cert: readFileSync(join(dir, "cert.note")), ...close, hashes: (name: string) => hashesOf(dir, name) };
  return verifyCertificate(files, own, policy.value, report);
}

/** SHA-256 and SM3 of a file of the bundle; names that lead out of it are none of it. */
function hashesOf(dir: string, name: string): readonly [string, string] | undefined {
  const path = join(dir, name);
  if (name.split("/").includes("..") || !existsSync(path)) return undefined;
  const [sha256, sm3] = [createHash("sha256"), createHash("sm3")];
  const file = openSync(path, "r");
  try {
    const chunk = Buffer.alloc(1_048_576);
    for (let length = readSync(file, chunk); length > 0; length = readSync(file, chunk)) {
      sha256.update(chunk.subarray(0, length));
      sm3.update(chunk.subarray(0, length));
    }
  } finally {
    closeSync(file);
  }
  return [sha256.digest("base64"), sm3.digest("base64")];
}

function withFindings<R extends ReturnType<typeof verifyExport>>(report: R, { findings }: VerifiedCertificate): R {
  const more = findings.map((finding) => ({ ...finding, times: 1 }));
  const all = [...report.findings, ...more];
  return {
    ...report,
    findings: all,
    verdict: all.some(({ code }) => checks[code].severity === "F") ? "REFUSED" : report.verdict,
  };
}
