import { parseCheckpoint } from "../../feed/format/checkpoint.ts";
import { bad, good, type Result } from "../../feed/format/faults.ts";
import { type Cosignature, openNote, parseNote, type Vkey } from "../../feed/format/note.ts";
import { isMirror, type Policy } from "../../feed/format/policy.ts";
import type { CosignatureLine } from "../keep/state.ts";
import type { Shelf } from "./shelf.ts";

/** A receipt that counts: which of our trees was signed, and what the signatures say of it. */
export interface Ack {
  readonly size: number;
  readonly lines: readonly CosignatureLine[];
  readonly witnessed: boolean;
  readonly mirrored: boolean;
}

/**
 * Whether an acknowledgement is one: the text is byte for byte that of our own note of that size (ACK_TEXT), a line is of
 * a witness in the policy (ACK_UNKNOWN), every such line verifies (ACK_SIG) and none is older than the last one of its
 * name, which `newest` (Unix seconds by name) tells (ACK_STALE).
 */
export function readAck(
  payload: Buffer,
  policy: Policy,
  shelf: Pick<Shelf, "checkpointAt" | "origin" | "keys">,
  newest: ReadonlyMap<string, number>,
): Result<Ack> {
  const note = parseNote(payload);
  if (!note.ok) return note;
  const checkpoint = parseCheckpoint(note.value.text);
  if (!checkpoint.ok) return checkpoint;
  const { origin, size } = checkpoint.value;
  const own = shelf.checkpointAt(size);
  const ownText = own && parseNote(own.note);
  if (origin !== shelf.origin || !ownText?.ok || ownText.value.text !== note.value.text)
    return bad("ACK_TEXT", `no checkpoint of ours: ${origin} of ${size}`);
  const cosignatures = cosignaturesOf(payload, policy, shelf.keys);
  if (!cosignatures.ok) return cosignatures;
  const stale = cosignatures.value.find(({ vkey, time }) => time < (newest.get(vkey.name) ?? 0));
  if (stale) return bad("ACK_STALE", `${stale.vkey.name} signed at ${stale.time}, and later before`);
  const signers = new Set(cosignatures.value.map(({ vkey }) => vkey.name));
  const roles = policy.witnesses.filter(({ vkey }) => signers.has(vkey.name)).map(({ label }) => roleOf(label));
  return good({
    size,
    lines: cosignatures.value.map(({ vkey, time, line }) => ({ name: vkey.name, time, line })),
    // A mirror's cosignature states all that a witness's does, and that it holds the entries (C2SP tlog-mirror).
    witnessed: roles.length > 0,
    mirrored: roles.includes("mirror"),
  });
}

/** The lines of a note that are of the policy's witnesses: ACK_UNKNOWN if there is none, ACK_SIG if one does not verify. */
export function cosignaturesOf(
  payload: Buffer,
  policy: Policy,
  logKeys: readonly Vkey[],
): Result<readonly Cosignature[]> {
  const known = new Set(policy.witnesses.map(({ vkey }) => `${vkey.name}+${vkey.id.toString("hex")}`));
  const parsed = parseNote(payload);
  if (!parsed.ok) return parsed;
  if (!parsed.value.lines.some(({ name, id }) => known.has(`${name}+${id.toString("hex")}`)))
    return bad("ACK_UNKNOWN", "no line is of a witness in the policy");
  const open = openNote(payload, [...logKeys, ...policy.witnesses.map(({ vkey }) => vkey)]);
  if (open.ok) return good(open.value.cosignatures);
  return open.problem.code === "COSIG_BAD" ? bad("ACK_SIG", open.problem.detail) : open;
}

const roleOf = (label: string): "mirror" | "witness" => (isMirror(label) ? "mirror" : "witness");
