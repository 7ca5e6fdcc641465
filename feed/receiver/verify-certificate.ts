import { lstatSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type CertificateCheck, type VerifiedCertificate, verifyCertificate } from "../cert/verify.ts";
import { fileHashes } from "../files/file-hashes.ts";
import type { ExportFiles } from "../format/export.ts";
import { severityOf } from "../format/faults.ts";
import { noteLimits } from "../format/note.ts";
import { type Policy, parsePolicy } from "../format/policy.ts";
import type { Register } from "../format/registry.ts";
import { type Report, verdictOf } from "../format/report.ts";
import type { SecondCore } from "../second/core.ts";

/** The check of a bundle's certificate; undefined where there is none. Throws the errors of the file system. */
export function certificateIn(
  dir: string,
  files: ExportFiles,
  register: Register | undefined,
  second: SecondCore | undefined,
): CertificateCheck | undefined {
  const cert = noteIn(dir, "cert.note");
  const policy = policyOf(files, register);
  if (cert === undefined || policy === undefined) return undefined;
  const close = noteIn(dir, "close.note");
  const isBeside = second !== undefined && isPlain(join(dir, large));
  if (isBeside) second.hash(join(dir, large));
  const hashes = (name: string) => (name === large && isBeside ? second.hashes() : undefined) ?? hashesOf(dir, name);
  const beside = { cert, ...(close && { close }), hashes };
  const epochs = (origin: string) => register?.logs.find((log) => log.origin === origin)?.keys;
  return verifyCertificate(files, beside, { policy, epochs });
}

/** Whose signatures count; undefined where nobody says so in a form that can be read. */
export function policyOf({ keys }: Pick<ExportFiles, "keys">, register: Register | undefined): Policy | undefined {
  if (register !== undefined)
    return { ...register.policy, logs: register.logs.flatMap(({ keys }) => keys.map(({ vkey }) => vkey)) };
  const own = parsePolicy(keys);
  return own.ok ? own.value : undefined;
}

export function withCertificate(report: Report, { findings }: VerifiedCertificate): Report {
  const more = findings.map((finding) => ({ ...finding, severity: severityOf(finding.code), times: 1 }));
  const all = [...report.findings, ...more];
  return { ...report, findings: all, verdict: verdictOf(all) };
}

/** Nearly all bytes of a bundle are in one file. */
const large = "leaves.jsonl";

/** A bundle comes from a stranger: only plain files of a note's size are read. */
function noteIn(dir: string, name: string): Buffer | undefined {
  const path = join(dir, name);
  const stat = lstatSync(path, { throwIfNoEntry: false });
  return stat?.isFile() && stat.size <= noteLimits.bytes ? readFileSync(path) : undefined;
}

const isPlain = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false })?.isFile() === true;

/** SHA-256 and SM3 of a file of the bundle; names that lead out of it are none of it. */
function hashesOf(dir: string, name: string): readonly [string, string] | undefined {
  const path = join(dir, name);
  if (name.split("/").includes("..") || !isPlain(path)) return undefined;
  return fileHashes(path);
}
