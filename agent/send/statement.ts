import { openNack } from "../../feed/format/control.ts";
import { bad, good, type Result } from "../../feed/format/faults.ts";
import type { Policy } from "../../feed/format/policy.ts";
import type { Stated } from "./outbox.ts";

/** What the service said of our log in answer to a message of ours. */
export interface Statement extends Stated {
  /** HEAD in answer to a question, otherwise the check that failed. */
  readonly code: string;
  /** The question's nonce, or the first 16 bytes of SHA-256 over the refused message, as hex. */
  readonly nonce: string;
}

/**
 * Reads a signed statement. ACK_UNKNOWN: the policy has no control key; ACK_SIG: it did not sign; ACK_TEXT: it is about
 * another log. Whether it answers something that was sent is for the caller to know: an old one may be played again.
 */
export function readStatement(payload: Buffer, policy: Policy, origin: string): Result<Statement> {
  if (policy.control === undefined) return bad("ACK_UNKNOWN", "the policy has no control key");
  const nack = openNack(payload, policy.control);
  if (!nack.ok) return nack;
  const { code, nonce, have, want, for: about } = nack.value;
  if (about !== origin) return bad("ACK_TEXT", `a statement about ${about}`);
  // Where a statement asks for ranges of its own choice, it says nothing of what was witnessed.
  const witnessed = code === "SEQ_GAP" ? Number.POSITIVE_INFINITY : Math.max(have, ...want.map(([, to]) => to));
  return good({ code, nonce, have, want, witnessed });
}
