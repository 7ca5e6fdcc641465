import { z } from "zod";
import { canonical, parseCanonical } from "./canonical.ts";
import { bad, good, type Result } from "./faults.ts";
import { parseNote, type Signer, signNote } from "./note.ts";
import type { Succession } from "./registry.ts";
import { hash } from "./schema.ts";
import { sha256 } from "./tree.ts";

/** The registry's word that a log may be continued by another: from which tree on, and under which origin. */
export interface Authorisation {
  readonly next: string;
  readonly after: Omit<Succession, "auth">;
  readonly t: string;
}

const HEAD = "cems-authorise/v1";

const schema = z.strictObject({
  after: z.strictObject({ origin: z.string().min(1).max(255), size: z.int().min(0), root: hash }),
  next: z.string().min(1).max(255),
  t: z.iso.datetime(),
});

export const signAuthorisation = ({ after, next, t }: Authorisation, signer: Signer): Buffer =>
  Buffer.from(signNote(`${HEAD}\n${canonical({ after: { ...after }, next, t })}\n`, signer));

/** By which a genesis names the authorisation that it rests on. */
export const authOf = (note: Buffer): string => sha256(note).toString("base64");

/**
 * What the genesis of the new log says of the old one. The signature is not looked at: a plant need not know the registry's
 * key, and the register names only what it signed. CP_SYNTAX.
 */
export function readAuthorisation(raw: Buffer): Result<Authorisation & { readonly after: Succession }> {
  const note = parseNote(raw);
  if (!note.ok) return note;
  const [head, line, end, ...more] = note.value.text.split("\n");
  const value = parseCanonical(Buffer.from(line ?? ""));
  const read = schema.safeParse(value.ok ? value.value : undefined);
  if (head !== HEAD || end !== "" || more.length > 0 || !read.success) {
    return bad("CP_SYNTAX", `not a note of ${HEAD}`);
  }
  return good({ ...read.data, after: { ...read.data.after, auth: authOf(raw) } });
}
