import { z } from "zod";
import { canonical, parseCanonical } from "./canonical.ts";
import { bad, good, type Result } from "./faults.ts";
import { openNote, parseNote, type Signer, signNote, type Vkey } from "./note.ts";

/** The service's signed request to send again: a note of two lines, `cems-ctl/v1` and canonical JSON. */
export interface Nack {
  /** The check that failed. */
  readonly code: string;
  /** Origin of the log it is about. */
  readonly for: string;
  /** How many entries, from 0 on without gap, the mirror holds. */
  readonly have: number;
  /** Ranges [from, to) it asks for. */
  readonly want: readonly (readonly [number, number])[];
  /** Correlation data of the message it answers, hex; "" for none. */
  readonly nonce: string;
  readonly t: string;
}

const HEAD = "cems-ctl/v1";

const nackSchema = z.strictObject({
  code: z.string().regex(/^[A-Z0-9_]{1,40}$/),
  for: z.string().min(1).max(255),
  have: z.int().min(0),
  want: z.array(z.tuple([z.int().min(0), z.int().min(0)])).max(256),
  nonce: z.string().max(64),
  t: z.iso.datetime(),
});

export function encodeNack(nack: Nack, signer: Signer): Buffer {
  return Buffer.from(signNote(`${HEAD}\n${canonical({ ...nack })}\n`, signer));
}

/** Reads a nack of the control key. ACK_SIG: not signed by it. CP_SYNTAX, ENV_SYNTAX: not a note, not a nack. */
export function openNack(payload: Buffer, control: Vkey): Result<Nack> {
  const note = parseNote(payload);
  if (!note.ok) return note;
  const open = openNote(payload, [control]);
  if (!open.ok) return bad("ACK_SIG", `not signed by ${control.name}`);
  const [head, line, end, ...more] = open.value.text.split("\n");
  if (head !== HEAD || end !== "" || more.length > 0) return bad("ENV_SYNTAX", `not a note of ${HEAD}`);
  const value = parseCanonical(Buffer.from(line ?? ""));
  const nack = nackSchema.safeParse(value.ok ? value.value : undefined);
  return nack.success ? good(nack.data) : bad("ENV_SYNTAX", "not a nack");
}
