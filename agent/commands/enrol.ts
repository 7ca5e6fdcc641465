import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Site } from "../../config/site.ts";
import { systemClock } from "../../drivers/clock.ts";
import { type EnrolmentFacts, readEnrolment, signEnrolment } from "../../feed/format/enrol.ts";
import { isoTime } from "../../feed/format/entry.ts";
import { Fault } from "../../feed/format/faults.ts";
import type { Vkey } from "../../feed/format/note.ts";
import { sha256 } from "../../feed/format/tree.ts";
import { journalPath } from "../agent.ts";
import type { JournalReader } from "../keep/open-journal.ts";
import { readJournal } from "../keep/reader.ts";
import { rotateKey } from "../keep/rotating.ts";
import { expectKeyOf } from "../keep/seal.ts";
import { expectOrigin, keyPath, loadLogKey, loadTwinKey } from "../log-key.ts";

/** The request of the last rotation: only the old key could sign it again, and that is gone. */
const rotationPath = (site: Site): string => join(site.state, "rotation.note");

/**
 * Writes the request to register the log, or its new key where it was rotated, and returns what to tell. The agent may be
 * running. E_REQUEST; E_KEY_*; and as `readJournal`.
 */
export function enrolSite(site: Site, out: string): string[] {
  expectFree(out);
  const journal = readJournal(journalPath(site));
  try {
    expectOrigin(site, journal);
    const signer = loadLogKey(site);
    expectKeyOf(journal, signer);
    const twin = journal.twins ? [loadTwinKey(site)] : [];
    const rotated = journal.lastOfType("rotate") !== undefined;
    const request = rotated
      ? lastRotation(site, journal)
      : signEnrolment(factsOf(site, journal, null), [signer, ...twin]);
    write(out, request, { flag: "wx" });
    return told(out, signer.vkey);
  } finally {
    journal.close();
  }
}

/** Gives the log a new key and writes the request to register it. E_ROTATE_TOKEN, E_REQUEST, and as `rotateKey`. */
export function rotateSite(site: Site, out: string): string[] {
  expectFree(out);
  if (site.key !== undefined) throw new Fault("E_ROTATE_TOKEN", `the key of ${site.origin} is in a token`);
  const { next, from } = rotateKey({
    journal: journalPath(site),
    key: keyPath(site),
    options: { quotaBytes: site.quota },
    wall: systemClock.now().wall,
    prepared: (rotation, journal) => {
      expectOrigin(site, journal);
      const facts = factsOf(site, journal, rotation.from);
      write(rotationPath(site), signEnrolment(facts, [rotation.next], [rotation.old]));
    },
  });
  write(out, readFileSync(rotationPath(site)), { flag: "wx" });
  return [
    `From the tree of ${from} on the new key signs. Until it is registered the service refuses it.`,
    ...told(out, next.vkey),
  ];
}

function factsOf(site: Site, journal: Pick<JournalReader, "read">, from: number | null): EnrolmentFacts {
  const entry = journal.read(0, 1)[0]?.bytes ?? Buffer.alloc(0);
  return { gateway: site.gateway, entry, from, t: isoTime(systemClock.now().wall) };
}

function lastRotation(site: Site, journal: JournalReader): Buffer {
  const path = rotationPath(site);
  const raw = existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
  const read = readEnrolment(raw);
  const current = read.ok && read.value.keys.every(({ text }) => journal.inForce.some((key) => key.text === text));
  if (!current) throw new Fault("E_REQUEST", `${path} is not the request of the last rotation`);
  return raw;
}

function expectFree(path: string): void {
  if (existsSync(path)) throw new Fault("E_REQUEST", `${path} is there already`);
}

function write(path: string, bytes: Buffer, options: { readonly flag?: string } = {}): void {
  try {
    writeFileSync(path, bytes, { ...options, flush: true });
  } catch (cause) {
    throw new Fault("E_REQUEST", `cannot write ${path}`, { cause });
  }
}

/** The fingerprint as the registry shows it (feed/README.md, 5.10), for the seal on the box. */
function told(out: string, { text }: Vkey): string[] {
  const fingerprint = (sha256(Buffer.from(text)).toString("hex").slice(0, 32).match(/.{4}/g) ?? []).join(" ");
  return [`${out}: give it to the registry.`, text, `Fingerprint, for the seal on the box: ${fingerprint}`];
}
