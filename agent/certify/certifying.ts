import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Clock } from "../../drivers/clock.ts";
import { openCertificate } from "../../feed/cert/form.ts";
import { writeWhole } from "../../feed/files/whole-file.ts";
import type { EntryBody } from "../../feed/format/body.ts";
import { isoTime, readEntry } from "../../feed/format/entry.ts";
import { bad, type Finding, good, type Result } from "../../feed/format/faults.ts";
import { noteLimits, type Vkey } from "../../feed/format/note.ts";
import { topics } from "../../feed/format/topics.ts";
import { type Millis, millis, seconds } from "../../feed/format/vocabulary.ts";
import type { Link } from "../../feed/link.ts";
import { onDisk } from "../keep/files.ts";
import type { JournalReader } from "../keep/open-journal.ts";
import { certBody } from "./issue.ts";

const look = seconds(1);
/** A certificate that the service does not answer is offered again after this. */
const again = seconds(60);
const name = /^[A-Za-z0-9._-]{1,255}\.note$/;
const most = 256;

export interface CertifyingParts {
  /** Where certificates lie; `cems-agent certify` puts them there. */
  readonly folder: string;
  readonly journal: Pick<JournalReader, "keys" | "ofType" | "mirrored">;
  readonly keeper: { keep(body: EntryBody): unknown; sealNow(): void };
  readonly clock: Clock;
  /** Absent: nothing is sent. */
  readonly service?: { readonly link: Link; readonly gateway: string; readonly control: Vkey } | undefined;
  readonly told: {
    logged(cert: string): void;
    receipted(cert: string): void;
    refused(file: string, finding: Finding): void;
  };
}

/**
 * Logs each certificate that lies in the folder and is not in the journal yet, offers it to the service once the mirror holds
 * its entry, and keeps the countersigned note that comes back. Until `signal` aborts; rejects with a Fault of the journal.
 */
export async function keepCertificates(parts: CertifyingParts, signal: AbortSignal): Promise<void> {
  const { folder, journal, clock, service } = parts;
  const control = service ? [service.control] : [];
  const settled = new Map<string, number>();
  const offered = new Map<string, Millis>();
  const unlisten = service?.link.listen({
    topics: [topics(service.gateway).receipt],
    onMessage: (_topic, payload) => take(parts, payload, control),
  });
  try {
    while (!signal.aborted) {
      for (const { path, changed } of notesIn(folder)) {
        if (settled.get(path) === changed) continue;
        const note = readFileSync(path);
        const open = openCertificate(note, journal.keys, control);
        if (!open.ok) {
          parts.told.refused(path, open.problem);
          settled.set(path, changed);
          continue;
        }
        const { cert } = open.value.certificate;
        const seq = loggedAs(journal, cert) ?? log(parts, cert, open.value.text);
        if (service === undefined || open.value.signedBy.some((key) => control.includes(key)))
          settled.set(path, changed);
        else if (seq < journal.mirrored() && due(offered, cert, clock.now().mono)) {
          await service.link.send(topics(service.gateway).cert, note, { text: true }, signal);
        }
      }
      await clock.sleepUntil(millis(clock.now().mono + look), signal);
    }
  } finally {
    unlisten?.();
  }
}

function log({ keeper, clock, told }: CertifyingParts, cert: string, text: string): number {
  keeper.keep(certBody(cert, Buffer.from(text), isoTime(clock.now().wall)));
  keeper.sealNow();
  told.logged(cert);
  return Number.POSITIVE_INFINITY; // its number is known when it is looked at again
}

function due(offered: Map<string, Millis>, cert: string, now: Millis): boolean {
  const last = offered.get(cert);
  if (last !== undefined && now - last < again) return false;
  offered.set(cert, now);
  return true;
}

/** A receipt counts only below the text that lies here. */
function take({ folder, journal, told }: CertifyingParts, payload: Buffer, control: readonly Vkey[]): void {
  const read = receiptIn(folder, payload, journal.keys, control);
  if (!read.ok) told.refused("a receipt", read.problem);
  else if (read.value !== undefined) {
    const { path, cert } = read.value;
    onDisk(path, () => writeWhole(path, payload, 0o600));
    told.receipted(cert);
  }
}

/** Undefined where the receipt is here already. */
function receiptIn(
  folder: string,
  payload: Buffer,
  keys: readonly Vkey[],
  control: readonly Vkey[],
): Result<{ readonly path: string; readonly cert: string } | undefined> {
  const open = openCertificate(payload, keys, control);
  if (!open.ok) return open;
  const { certificate, text, signedBy } = open.value;
  const { cert } = certificate;
  const path = join(folder, `${cert}.note`);
  const own = openCertificate(readIfThere(path), keys, control);
  if (!own.ok || own.value.text !== text) return bad("ACK_TEXT", `${cert} is another one here`);
  const counts = (key: Vkey): boolean => control.includes(key);
  if (!signedBy.some(counts)) return bad("ACK_SIG", `${cert} came without the service's signature`);
  return good(own.value.signedBy.some(counts) ? undefined : { path, cert });
}

function loggedAs(journal: CertifyingParts["journal"], cert: string): number | undefined {
  for (const { seq, bytes } of journal.ofType("cert", 0)) {
    const read = readEntry(bytes);
    if (read.ok && read.value.type === "cert" && read.value.cert === cert) return seq;
  }
  return undefined;
}

function notesIn(folder: string): { readonly path: string; readonly changed: number }[] {
  try {
    return readdirSync(folder)
      .filter((one) => name.test(one))
      .sort()
      .slice(-most)
      .map((one) => join(folder, one))
      .map((path) => ({ path, stat: statSync(path) }))
      .filter(({ stat }) => stat.isFile() && stat.size <= noteLimits.bytes)
      .map(({ path, stat }) => ({ path, changed: stat.mtimeMs }));
  } catch {
    return []; // no month was certified yet
  }
}

function readIfThere(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    return Buffer.alloc(0);
  }
}
