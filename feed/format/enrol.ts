import { z } from "zod";
import { fromBase64 } from "./base64.ts";
import type { GenesisBody } from "./body.ts";
import { canonical, parseCanonical } from "./canonical.ts";
import { readEntry } from "./entry.ts";
import { bad, good, type Result } from "./faults.ts";
import { appendLines, openNote, parseNote, parseVkey, type Signer, signatureLine, type Vkey } from "./note.ts";
import { hash as hashText } from "./schema.ts";
import { twinOrigin } from "./sm/tree.ts";
import { GATEWAY } from "./topics.ts";
import { leafHash } from "./tree.ts";
import { weakness } from "./vkey.ts";

/**
 * What a plant asks the registry for: to register its log and key, or a new key for it. The request carries entry 0, so that
 * the facts of plant and device are those that the log itself begins with.
 */
export interface Enrolment {
  readonly gateway: string;
  readonly keys: readonly Vkey[];
  readonly genesis: GenesisBody;
  /** Leaf hash of entry 0. */
  readonly hash: Buffer;
  /** The size of the tree from which on the keys sign in the place of those before; null for a new log. */
  readonly from: number | null;
  readonly t: string;
}

const HEAD = "cems-enrol/v1";

const schema = z.strictObject({
  from: z.int().min(1).nullable(),
  gateway: z.string().regex(GATEWAY),
  genesis: hashText,
  keys: z.array(z.string().max(512)).min(1).max(16),
  t: z.iso.datetime(),
});

export interface EnrolmentFacts {
  readonly gateway: string;
  /** The exact bytes of entry 0. */
  readonly entry: Buffer;
  readonly from: number | null;
  readonly t: string;
}

/** The request, signed by each of the new keys; for a rotation also by those that they replace. */
export function signEnrolment(
  { gateway, entry, from, t }: EnrolmentFacts,
  signers: readonly Signer[],
  replaced: readonly Signer[] = [],
): Buffer {
  const keys = signers.map(({ vkey }) => vkey.text);
  const genesis = leafHash(entry).toString("base64");
  const text = `${HEAD}\n${canonical({ from, gateway, genesis, keys, t })}\n${entry.toString()}\n`;
  const lines = [...signers, ...replaced].map((signer) => signatureLine(text, signer));
  return Buffer.from(appendLines(`${text}\n`, lines));
}

/**
 * Reads a request whose keys are usable and proved. CP_SYNTAX: no request; GENESIS_BAD: its entry 0 is another one, or names
 * other keys; KEY_WEAK, KEY_UNKNOWN: a key that cannot be used; KEY_POP: one of them did not sign the request.
 */
export function readEnrolment(raw: Buffer): Result<Enrolment> {
  const note = parseNote(raw);
  if (!note.ok) return note;
  const [head, line, entry, end, ...more] = note.value.text.split("\n");
  const value = parseCanonical(Buffer.from(line ?? ""));
  const read = schema.safeParse(value.ok ? value.value : undefined);
  if (head !== HEAD || end !== "" || more.length > 0 || !read.success) return bad("CP_SYNTAX", `not a note of ${HEAD}`);
  const { keys: texts, from, gateway, t } = read.data;
  const bytes = Buffer.from(entry ?? "");
  const hash = leafHash(bytes);
  const first = readEntry(bytes);
  if (!first.ok || first.value.type !== "genesis" || first.value.seq !== 0) {
    return bad("GENESIS_BAD", "what it carries is no entry 0");
  }
  if (hash.toString("base64") !== read.data.genesis) return bad("GENESIS_BAD", "the hash is not that of its entry 0");
  if (from === null && texts.join() !== first.value.keys.join()) {
    return bad("GENESIS_BAD", "entry 0 names other keys than the request");
  }
  const keys: Vkey[] = [];
  for (const text of texts) {
    const key = usableKey(text, first.value.origin);
    if (!key.ok) return key;
    keys.push(key.value);
  }
  const open = openNote(raw, keys);
  const unproved = keys.find(({ text }) => !open.ok || open.value.signedBy.every((by) => by.text !== text));
  if (unproved !== undefined) return bad("KEY_POP", `${unproved.text} did not sign the request`);
  return good({ gateway, keys, genesis: first.value, hash, from, t });
}

function usableKey(text: string, origin: string): Result<Vkey> {
  const typed = fromBase64(/^[^+]+\+[0-9a-f]{8}\+(.+)$/u.exec(text)?.[1] ?? "", 33);
  const weak = typed?.[0] === 1 ? weakness(typed.subarray(1)) : undefined;
  if (weak !== undefined) return bad("KEY_WEAK", `the key ${text} ${weak}`);
  const vkey = parseVkey(text);
  if (!vkey.ok) return vkey;
  if (vkey.value.type === 4) return bad("KEY_UNKNOWN", `${text} is the key of a witness, not of a log`);
  const owner = vkey.value.type === 255 ? twinOrigin(origin) : origin;
  return vkey.value.name === owner ? vkey : bad("KEY_UNKNOWN", `${text} is not named after the log ${origin}`);
}
