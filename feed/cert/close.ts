import { z } from "zod";
import { canonical, parseCanonical } from "../format/canonical.ts";
import { bad, good, type Result } from "../format/faults.ts";
import { openNote, parseNote, type Signer, signNote, type Vkey } from "../format/note.ts";
import { hash } from "../format/schema.ts";

/**
 * The service's word that a month is closed: which tree closes it, how much the mirror holds, and every certificate that was
 * countersigned, the last of which stands. With it a cut log or an old certificate shows, also without the service.
 */

const HEAD = "cems-close/v1";
const name = z.string().min(1).max(255);

const closeSchema = z.strictObject({
  origin: name,
  month: z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/),
  size: z.int().min(0),
  root: hash,
  mirrored: z.int().min(0),
  /** Id and SHA-256 of the text of each, in order. */
  certs: z.array(z.tuple([name, hash])).max(64),
  t: z.iso.datetime(),
});

export type Close = z.infer<typeof closeSchema>;

export const signClose = (close: Close, control: Signer): Buffer =>
  Buffer.from(signNote(`${HEAD}\n${canonical({ ...close })}\n`, control));

/** CERT_SYNTAX: no note of a close. CERT_SIG: not signed by the control key. */
export function openClose(note: Buffer, control: readonly Vkey[]): Result<Close> {
  const parsed = parseNote(note);
  if (!parsed.ok) return bad("CERT_SYNTAX", parsed.problem.detail);
  const [first, line, end, ...more] = parsed.value.text.split("\n");
  const value = parseCanonical(Buffer.from(line ?? ""));
  const close = closeSchema.safeParse(value.ok ? value.value : undefined);
  if (first !== HEAD || end !== "" || more.length > 0 || !close.success)
    return bad("CERT_SYNTAX", `not a note of ${HEAD}`);
  const open = openNote(note, control);
  return open.ok ? good(close.data) : bad("CERT_SIG", `the close is not signed by the service: ${open.problem.detail}`);
}
