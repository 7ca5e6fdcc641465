import { parseCheckpoint } from "../../feed/format/checkpoint.ts";
import { good, type Result } from "../../feed/format/faults.ts";
import { parseNote } from "../../feed/format/note.ts";
import type { Policy } from "../../feed/format/policy.ts";
import { cosignaturesOf } from "./acks.ts";
import type { Shelf } from "./shelf.ts";

/** How a tree that the service has cosigned stands to ours: part of it, larger, or another history. */
export interface Standing {
  readonly is: "part" | "ahead" | "contradiction";
  readonly size: number;
}

/** Only a note that we ourselves signed and a witness of the policy cosigned says anything; all others are a finding. */
export function standingOf(
  payload: Buffer,
  policy: Policy,
  shelf: Pick<Shelf, "origin" | "keys" | "head" | "rootAt">,
): Result<Standing> {
  const cosigned = cosignaturesOf(payload, policy, shelf.keys);
  if (!cosigned.ok) return cosigned;
  const note = parseNote(payload);
  const checkpoint = note.ok ? parseCheckpoint(note.value.text) : note;
  if (!checkpoint.ok) return checkpoint;
  const { origin, size, root } = checkpoint.value;
  if (origin !== shelf.origin)
    return { ok: false, problem: { code: "ACK_TEXT", detail: `a tree of ${origin}, not of ${shelf.origin}` } };
  if (size > shelf.head().size) return good({ is: "ahead", size });
  return good({ is: shelf.rootAt(size).equals(root) ? "part" : "contradiction", size });
}
