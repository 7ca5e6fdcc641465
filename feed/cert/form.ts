import { z } from "zod";
import { canonical, type Json, parseCanonical } from "../format/canonical.ts";
import { bad, good, type Result } from "../format/faults.ts";
import { openNote, parseNote, type Signer, signNote, type Vkey } from "../format/note.ts";
import { hash, readingSchema } from "../format/schema.ts";

/**
 * The monthly certificate: a signed note of two lines, `cems-cert/v1` and one canonical JSON object. Everything in it can
 * be made again from the entries it names; only `sw` is what the plant says of itself.
 */

const HEAD = "cems-cert/v1";
/** How many gaps and late intervals are listed; the totals count all of them, and the entries hold all of them. */
export const listed = 24;

const count = z.int().min(0);
const name = z.string().min(1).max(255);
const time = z.iso.datetime({ precision: 3 }).length(24);
const head = z.tuple([count, hash]);
/** A certificate lies in a file of its name: nothing that leads out of a folder. */
const id = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/);

const paramSchema = z.strictObject({
  code: z.string().regex(/^[A-Za-z0-9._-]{1,64}$/),
  name,
  unit: z.string().max(32),
  /** How the value is made of entries: see feed/cert/README.md. */
  method: z.string().regex(/^(month-of|entered)\/1 [A-Za-z0-9._-]{1,64}$/),
  value: readingSchema,
  /** Valid and possible parts of the month, in days; of an entered value how many entries say it, and 1. */
  n: count,
  expected: count,
  /** The entry the value stands in, and the newest that amended it. */
  entries: z.array(count).max(2),
});

export const certificateSchema = z.strictObject({
  v: z.literal(1),
  cert: id,
  month: z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/),
  origin: name,
  /** Begin and end of the month in UTC, and minutes that the site's days begin before those of UTC. */
  span: z.tuple([time, time]),
  east: z.int().min(-720).max(840),
  range: z.tuple([count, count]),
  open: head,
  close: head,
  /** Time of the earliest cosignature over the whole range. */
  closed: time,
  sector: name.nullable(),
  params: z.array(paramSchema).max(64),
  manual: z.array(count).max(256),
  docs: z.array(count).max(256),
  gaps: z.strictObject({
    count,
    seconds: count,
    list: z.array(z.tuple([time, time])).max(listed),
  }),
  late: z.strictObject({
    count,
    seconds: count,
    list: z.array(z.tuple([time, time, time])).max(listed),
  }),
  /** Of all frames: the largest bound of the clock's error (-1: none known), steps, frames without a known bound. */
  clock: z.strictObject({ maxErrMs: z.int().min(-1), steps: count, unsync: count }),
  cfg: z.array(count).max(512),
  events: z.record(z.string(), count),
  /** The tamper window: anchors, and seconds from a frame to the first cosignature over it (half, 99 of 100, all). */
  anchor: z.strictObject({ count, p50: z.int().min(-1), p99: z.int().min(-1), max: z.int().min(-1) }),
  frames: count,
  sw: z.strictObject({ name, ver: name, sha256: hash }),
  limits: z.literal("cems-limits/1"),
  /** SHA-256 and SM3 of each file of the bundle. */
  manifest: z.record(z.string().regex(/^[A-Za-z0-9._/-]{1,200}$/), z.tuple([hash, hash])),
  supersedes: z.strictObject({ cert: id, sha256: hash, why: name }).nullable(),
});

export type Certificate = z.infer<typeof certificateSchema>;
export type CertifiedParam = Certificate["params"][number];

/** Throws Fault REC_NONCANON where the certificate does not fit 16,384 bytes. */
export function signCertificate(certificate: Certificate, signer: Signer): Buffer {
  return Buffer.from(signNote(`${HEAD}\n${canonical(certificate as Json)}\n`, signer));
}

export interface OpenCertificate {
  readonly certificate: Certificate;
  /** What every signature is over. */
  readonly text: string;
  /** Keys whose signature stands below it and verifies. */
  readonly signedBy: readonly Vkey[];
}

/**
 * Reads a certificate. CERT_SYNTAX: no note of the two lines; CERT_NONCANON: another spelling of the object; CERT_SIG: a
 * signature of a known key does not verify, or none of the log stands there.
 */
export function openCertificate(
  note: Buffer,
  logKeys: readonly Vkey[],
  others: readonly Vkey[] = [],
): Result<OpenCertificate> {
  const parsed = parseNote(note);
  if (!parsed.ok) return bad("CERT_SYNTAX", parsed.problem.detail);
  const [first, line, end, ...more] = parsed.value.text.split("\n");
  if (first !== HEAD || end !== "" || more.length > 0) return bad("CERT_SYNTAX", `not a note of ${HEAD}`);
  const value = parseCanonical(Buffer.from(line ?? ""));
  if (!value.ok) return bad("CERT_NONCANON", value.problem.detail);
  const read = certificateSchema.safeParse(value.value);
  if (!read.success) {
    const [issue] = read.error.issues;
    return bad("CERT_SYNTAX", `${issue?.path.join(".")}: ${issue?.message}`);
  }
  const opened = openNote(note, [...logKeys, ...others]);
  if (!opened.ok) return bad("CERT_SIG", opened.problem.detail);
  const { text, signedBy } = opened.value;
  if (!signedBy.some((key) => logKeys.includes(key))) return bad("CERT_SIG", "no key of the log signed it");
  return good({ certificate: read.data, text, signedBy });
}
