import { createHash } from "node:crypto";
import { fromBase64 } from "../format/base64.ts";
import { readEntry, type StoredEntry } from "../format/entry.ts";
import { checkEpoch, type KeyEpoch } from "../format/epoch.ts";
import type { ExportFiles, NamedFile } from "../format/export.ts";
import type { Finding } from "../format/faults.ts";
import type { Policy } from "../format/policy.ts";
import { parseProof } from "../format/proof.ts";
import type { Report } from "../format/report.ts";
import { emptyFrontier, rootOf } from "../format/tree.ts";
import { checkForm, checkStatement, outside } from "./check.ts";
import { openClose } from "./close.ts";
import { type Certificate, type OpenCertificate, openCertificate } from "./form.ts";
import { makeStatement } from "./statement.ts";

/** What a bundle has besides an export. */
export interface CertificateFiles {
  /** cert.note */
  readonly cert: Buffer;
  /** close.note, where the service has closed the month. */
  readonly close?: Buffer;
  /** SHA-256 and SM3 of a file of the bundle, base64; undefined where it is not there. */
  hashes(name: string): readonly [string, string] | undefined;
}

/** Whose signatures count, and where there is a register, for which sizes a log's keys are valid. */
export interface Trusted {
  readonly policy: Policy;
  epochs?(origin: string): readonly KeyEpoch[] | undefined;
}

export interface VerifiedCertificate {
  readonly certificate?: Certificate;
  readonly countersigned: boolean;
  readonly findings: readonly Finding[];
}

/** A certificate that is held against the entries of its bundle while they are walked for their proof. */
export interface CertificateCheck {
  /** Each entry that is one, in their order. */
  take(entry: StoredEntry): void;
  /** Once, after the last; `report` is about these entries and their checkpoints. */
  finish(report: Report): VerifiedCertificate;
}

/**
 * Verifies the certificate of a bundle: every statement in it is made again from the entries. Needs no network and nothing of
 * the plant but the bundle.
 */
export function verifyCertificate(
  files: Omit<ExportFiles, "leaves">,
  own: CertificateFiles,
  { policy, epochs }: Trusted,
): CertificateCheck {
  const control = policy.control === undefined ? [] : [policy.control];
  const open = openCertificate(own.cert, policy.logs, control);
  if (!open.ok) return { take: () => {}, finish: () => ({ countersigned: false, findings: [open.problem] }) };
  const { certificate, signedBy } = open.value;
  const countersigned = signedBy.some((key) => control.includes(key));
  const content = checkContent(certificate, files);
  const finish = (report: Report): VerifiedCertificate => {
    const findings: Finding[] = [
      ...checkForm(certificate),
      ...checkRange(certificate, files, report),
      ...checkManifest(certificate, own),
      ...checkLogged(open.value, files.proofs, epochs?.(certificate.origin)),
      ...(own.close === undefined ? [] : checkClose(open.value, own.close, control)),
    ];
    if (!policy.logs.some(({ name }) => name === certificate.origin))
      findings.push({ code: "CERT_ORIGIN", detail: `of ${certificate.origin}, which is no log of the policy` });
    if (!countersigned) findings.push({ code: "CERT_NOT_COUNTERSIGNED", detail: "without the service's signature" });
    findings.push(...content.finish(closingTimes(certificate, report)));
    return { certificate, countersigned, findings };
  };
  return { take: content.take, finish };
}

function checkRange(
  { range, open, close }: Certificate,
  { frontier }: Pick<ExportFiles, "frontier">,
  report: Report,
): Finding[] {
  const findings: Finding[] = [];
  if (report.first !== range[0] || report.first + report.entries !== range[1]) {
    const short = report.first + report.entries < range[1];
    const code = short ? "LEAVES_MISSING" : "CERT_RANGE";
    findings.push({
      code,
      detail: `entries ${report.first} to ${report.first + report.entries} are here, the certificate is of ${range[0]} to ${range[1]}`,
    });
  }
  if (!report.checkpoints.some(({ size, quorate }) => size === close[0] && quorate))
    findings.push({ code: "QUORUM", detail: `the checkpoint of ${close[0]} does not carry the quorum` });
  const stack = (frontier ?? "").split(/\s+/).flatMap((word) => fromBase64(word, 32) ?? []);
  const before = rootOf({ ...emptyFrontier, stack });
  if (before.toString("base64") !== open[1])
    findings.push({ code: "CERT_RANGE", detail: `not the tree of ${open[0]}` });
  if (report.root.toString("base64") !== close[1])
    findings.push({ code: "CERT_RANGE", detail: `the entries do not end in the tree of ${close[0]}` });
  return findings;
}

function checkManifest({ manifest }: Certificate, { hashes }: CertificateFiles): Finding[] {
  return Object.entries(manifest).flatMap(([name, [sha256, sm3]]): Finding[] => {
    const found = hashes(name);
    if (found === undefined) return [{ code: "CERT_MANIFEST", detail: `${name} is missing` }];
    return found[0] === sha256 && found[1] === sm3 ? [] : [{ code: "CERT_MANIFEST", detail: `${name} is another one` }];
  });
}

const textHash = ({ text }: OpenCertificate): string => createHash("sha256").update(text).digest("base64");

/** That the log names it, and that a key signed it which was valid there. */
function checkLogged(
  open: OpenCertificate,
  proofs: readonly NamedFile[],
  epochs: readonly KeyEpoch[] | undefined,
): Finding[] {
  const logged = entriesIn(proofs).find(
    (entry) => entry.type === "cert" && entry.cert === open.certificate.cert && entry.sha256 === textHash(open),
  );
  if (logged === undefined)
    return [{ code: "CERT_NOT_LOGGED", detail: `no proof of an entry that names ${open.certificate.cert}` }];
  const invalid = epochs && checkEpoch(epochs, open.signedBy, logged.seq + 1);
  return invalid === undefined ? [] : [{ ...invalid, detail: `the certificate: ${invalid.detail}` }];
}

function checkClose(open: OpenCertificate, note: Buffer, control: Parameters<typeof openClose>[1]): Finding[] {
  const close = openClose(note, control);
  if (!close.ok) return [close.problem];
  const { origin, month, size, root, certs } = close.value;
  const { certificate } = open;
  if (origin !== certificate.origin) return [{ code: "CERT_ORIGIN", detail: `the close is of ${origin}` }];
  if (month !== certificate.month) return [{ code: "CERT_MONTH", detail: `the close is of ${month}` }];
  const findings: Finding[] = [];
  const ends = certificate.close[0];
  if (ends < size || (ends === size && certificate.close[1] !== root))
    findings.push({
      code: "CERT_TRUNCATED",
      detail: `the month closes with ${size} entries, the certificate with ${ends}`,
    });
  const last = certs.at(-1);
  if (last?.[0] !== certificate.cert || last[1] !== textHash(open))
    findings.push({ code: "CERT_SUPERSEDED", detail: `${last?.[0] ?? "none"} stands` });
  return findings;
}

/** Unix ms of the cosignatures on the checkpoint that closes the month. */
const closingTimes = ({ close }: Certificate, { checkpoints }: Report): number[] =>
  checkpoints
    .filter(({ size }) => size === close[0])
    .flatMap(({ cosigned }) => cosigned.map(({ time }) => time * 1000));

function checkContent(
  certificate: Certificate,
  { proofs }: Pick<ExportFiles, "proofs">,
): { take(entry: StoredEntry): void; finish(times: readonly number[]): Finding[] } {
  const { month, span, params, closed } = certificate;
  const stating = makeStatement({ month, from: Date.parse(span[0]), to: Date.parse(span[1]), wanted: params });
  const named = outside(certificate);
  const proven = new Map(entriesIn(proofs).map((entry) => [entry.seq, entry]));
  const given = (seqs: readonly number[]): StoredEntry[] => seqs.flatMap((seq) => proven.get(seq) ?? []);
  for (const entry of given(named.before)) stating.take(entry);
  return {
    take: stating.take,
    finish: (times) => {
      const findings: Finding[] = [];
      if (times.length === 0 || Math.min(...times) !== Date.parse(closed))
        findings.push({ code: "CERT_VALUE", detail: `closed is ${closed}, and no earliest cosignature says so` });
      for (const seq of [...named.before, ...named.behind])
        if (!proven.has(seq)) findings.push({ code: "LEAVES_MISSING", detail: `no proof of entry ${seq}` });
      for (const entry of given(named.behind)) stating.later(entry);
      const { statement } = stating.finish(Date.parse(closed));
      return [...findings, ...checkStatement(certificate, statement)];
    },
  };
}

/** Entries that proofs carry; whether they are proven is in the report already. */
function entriesIn(proofs: readonly NamedFile[]): StoredEntry[] {
  return proofs.flatMap(({ bytes }) => {
    const proof = parseProof(bytes);
    const read = proof.ok && proof.value.extra ? readEntry(proof.value.extra) : undefined;
    return read?.ok ? [read.value] : [];
  });
}
