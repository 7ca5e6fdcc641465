import { encodeNack } from "../format/control.ts";
import { isoTime } from "../format/entry.ts";
import type { CheckCode } from "../format/faults.ts";
import { appendLines, cosignatureLine, parseNote, type Signer } from "../format/note.ts";
import type { Millis } from "../format/vocabulary.ts";
import type { Holding, Tree } from "./ledger.ts";

/** The three keys of the service: two cosigners of their own names, and one for what it says to gateways. */
export interface ServiceKeys {
  readonly witness: Signer;
  readonly mirror: Signer;
  readonly control: Signer;
}

type Held = Pick<Holding, "witnessed" | "mirrored">;

/**
 * The receipts for a holding, one note a tree. W1 over the witnessed tree: "the largest consistent tree I have seen"; M1
 * over the mirrored one: "and all of it is here". One note carries both where they are the same tree. Call it only for
 * what is durably kept.
 */
export function receipts({ witnessed, mirrored }: Held, keys: ServiceKeys, now: Millis): readonly Buffer[] {
  const byBoth = witnessed !== undefined && witnessed.size === mirrored?.size;
  if (byBoth) return [cosigned(witnessed, [keys.witness, keys.mirror], now)];
  return [
    ...(witnessed ? [cosigned(witnessed, [keys.witness], now)] : []),
    ...(mirrored ? [cosigned(mirrored, [keys.mirror], now)] : []),
  ];
}

function cosigned({ note }: Tree, signers: readonly Signer[], now: Millis): Buffer {
  const parsed = parseNote(note);
  // It was parsed when it came in; whatever else a ledger holds must not be signed.
  if (!parsed.ok) throw new Error(`a note of the ledger cannot be read: ${parsed.problem.detail}`);
  const lines = signers.map((signer) => cosignatureLine(parsed.value.text, signer, Math.floor(now / 1000)));
  return Buffer.from(appendLines(note.toString("utf8"), lines));
}

/** What the service says besides receipts. HEAD answers a question; the others are codes of failed checks. */
export interface Statement {
  readonly code: CheckCode | "HEAD";
  readonly origin: string;
  /** What it answers: the first 16 bytes of SHA-256 over the message, or the question's own nonce. */
  readonly nonce: string;
  /** Missing ranges; left out: from the mirrored size to the witnessed one. */
  readonly want?: readonly (readonly [number, number])[];
}

export function signStatement(
  { code, origin, nonce, want }: Statement,
  { witnessed, mirrored }: Held,
  { control }: ServiceKeys,
  now: Millis,
): Buffer {
  const have = mirrored?.size ?? 0;
  const seen = witnessed?.size ?? 0;
  const missing = seen > have ? [[have, seen] as const] : [];
  return encodeNack({ code, for: origin, have, want: want ?? missing, nonce, t: isoTime(now) }, control);
}
