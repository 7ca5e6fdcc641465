import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { type Certificate, type OpenCertificate, openCertificate, signCertificate } from "../../feed/cert/form.ts";
import { certificatePage } from "../../feed/cert/page.ts";
import { isoTime } from "../../feed/format/entry.ts";
import { Fault } from "../../feed/format/faults.ts";
import type { Signer, Vkey } from "../../feed/format/note.ts";
import type { Millis } from "../../feed/format/vocabulary.ts";
import { startSecondCore } from "../../feed/second/core.ts";
import { expectNotPruned } from "../keep/export.ts";
import { openJournal } from "../keep/open.ts";
import { readJournal } from "../keep/reader.ts";
import { seal } from "../keep/seal.ts";
import type { Release } from "../release.ts";
import { writeMonth, writeProof } from "./bundle.ts";
import { type Certificates, certificatesIn } from "./certificates.ts";
import { certBody, certificateOf, differences, manifestOf, type Plant, stateMonth } from "./issue.ts";
import { monthOf, rangeOf } from "./range.ts";

export interface CertifyOptions {
  readonly journalDir: string;
  readonly state: string;
  readonly quotaBytes: number;
  readonly plant: Plant;
  /** Where days and months begin, ahead of UTC. */
  readonly offset: Millis;
  readonly month: string;
  readonly out: string;
  /** Why a certificate that stands is replaced. */
  readonly why?: string | undefined;
  readonly policy?: string | undefined;
  readonly control: readonly Vkey[];
  readonly release: Release;
  /** Chinese names of the parameters, by code, for the page. */
  readonly zh: ReadonlyMap<string, string>;
  signer(): Signer;
  now(): Millis;
}

export interface Certified {
  readonly certificate: Certificate;
  /** Whether it was issued now; otherwise it stood already. */
  readonly issued: boolean;
  readonly countersigned: boolean;
  /** Whether the bundle holds the proof that the log names it. */
  readonly proven: boolean;
}

/**
 * Certifies a month from the journal alone and writes its bundle into a new folder. A certificate that stands is written
 * again, byte for byte with the receipt it has got; one that would say something else is only issued with `why`. Throws
 * Fault E_CERT_*, E_EXPORT_*, E_LOG_ENDED and what the journal throws; then no bundle is left behind.
 */
export async function certifyMonth(options: CertifyOptions): Promise<Certified> {
  const { journalDir, out, policy, plant } = options;
  const journal = readJournal(journalDir);
  const second = startSecondCore();
  try {
    const month = monthOf(options.month, options.offset, options.now());
    const range = rangeOf(
      journal,
      month,
      plant.params.some(({ method }) => method.startsWith("month-of")),
    );
    expectNotPruned(journal, range.from, range.to);
    const stating = stateMonth(month, range, plant);
    const kept = certificatesIn(options.state, journal, options.control);
    const standing = kept.newest(month.month);
    const { statement } = writeMonth(journalDir, out, { range, stating, policy, written: second?.hash });
    try {
      const files = ["leaves.jsonl", "hourly.csv", ...(range.from > 0 ? ["open.frontier"] : [])];
      const manifest = manifestOf(out, files, { "leaves.jsonl": second?.hashes() });
      const parts = { month, range, plant, journal, statement, manifest, release: options.release };
      const draft = certificateOf(parts, kept.count(month.month) + 1, superseded(standing, options.why));
      const differ = standing && differences(standing.certificate, draft);
      if (standing && options.why === undefined && differ?.length === 0)
        return await handOver(options, standing.note, standing.certificate.cert, false);
      if (journal.lastOfType("end")) throw new Fault("E_LOG_ENDED", `${journal.origin} was closed`);
      if (standing && options.why === undefined)
        throw new Fault("E_CERT_STANDS", `${standing.certificate.cert} says something else of ${differ?.join(", ")}`);
      const note = signCertificate(draft, options.signer());
      kept.keep(draft.cert, note);
      logNow(options, draft, note);
      return await handOver(options, note, draft.cert, true);
    } catch (error) {
      rmSync(out, { recursive: true, force: true });
      throw error;
    }
  } finally {
    second?.stop();
    journal.close();
  }
}

function superseded(standing: ReturnType<Certificates["newest"]>, why: string | undefined): Certificate["supersedes"] {
  if (standing === undefined || why === undefined) return null;
  const { certificate, text } = standing;
  return { cert: certificate.cert, sha256: certBody(certificate.cert, Buffer.from(text), "").sha256, why };
}

/** The agent that runs logs what lies in the folder by itself; otherwise it is done here. */
function logNow({ journalDir, quotaBytes, now, signer }: CertifyOptions, { cert }: Certificate, note: Buffer): void {
  const key = signer();
  const open = openCertificate(note, [key.vkey]);
  if (!open.ok) throw new Fault("REC_SCHEMA", open.problem.detail);
  try {
    const journal = openJournal(journalDir, { quotaBytes });
    try {
      journal.append(certBody(cert, Buffer.from(open.value.text), isoTime(now())));
      seal(journal, key);
    } finally {
      journal.close();
    }
  } catch (error) {
    if (!(error instanceof Fault && error.code === "E_JOURNAL_HELD")) throw error;
  }
}

/** How long the running agent may take to log a certificate, and its checkpoint to be cosigned. */
const patience = 30_000;

async function handOver(options: CertifyOptions, note: Buffer, cert: string, issued: boolean): Promise<Certified> {
  const { out, journalDir, control, state } = options;
  const until = options.now() + patience;
  for (;;) {
    const journal = readJournal(journalDir);
    try {
      const newest = certificatesIn(state, journal, control).newest(monthIn(note, journal.keys, control));
      if (newest?.certificate.cert === cert) {
        const countersigned = newest.signedBy.some((key) => control.includes(key));
        const cosigned = journal.witnessed() > newest.seq;
        if (options.now() >= until || control.length === 0 || (cosigned && countersigned) || !issued) {
          writeFileSync(join(out, "cert.note"), newest.note);
          writePage(options, newest);
          const proven = writeProof(journal, newest.seq, join(out, "cert.tlog-proof"));
          return { certificate: newest.certificate, issued, countersigned, proven };
        }
      } else if (options.now() >= until) {
        writeFileSync(join(out, "cert.note"), note);
        const open = openCertificate(note, journal.keys, control);
        if (!open.ok) throw new Fault("REC_SCHEMA", open.problem.detail);
        writePage(options, open.value);
        return { certificate: open.value.certificate, issued, countersigned: false, proven: false };
      }
    } finally {
      journal.close();
    }
    await wait(250);
  }
}

function writePage({ out, control, zh }: CertifyOptions, open: OpenCertificate): void {
  const countersigned = open.signedBy.some((key) => control.includes(key));
  writeFileSync(join(out, "certificate.html"), certificatePage(open, { countersigned, zh }));
}

function monthIn(note: Buffer, keys: readonly Vkey[], control: readonly Vkey[]): string {
  const open = openCertificate(note, keys, control);
  return open.ok ? open.value.certificate.month : "";
}
