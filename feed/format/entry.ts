import type { EntryBody, FrameBody } from "./body.ts";
import { canonicalBytes, type Json, parseCanonical } from "./canonical.ts";
import { bad, Fault, good, type Result } from "./faults.ts";
import { isPlainDerived, isPlainFrame } from "./frame.ts";
import { entrySchema } from "./schema.ts";
import { sha256 } from "./tree.ts";
import type { Millis } from "./vocabulary.ts";

export type { EntryBody } from "./body.ts";

/** One leaf of the log. `bytes` are its truth: hashed, stored and sent as they are. `hash` is its RFC 6962 leaf hash. */
export interface Entry {
  readonly seq: number;
  readonly bytes: Buffer;
  readonly hash: Buffer;
}

/** What every stored entry carries: its format, its number, the leaf hash before it and 12 random bytes, in base64. */
export type StoredEntry = EntryBody & {
  readonly v: 1;
  readonly seq: number;
  readonly prev: string;
  readonly salt: string;
};

/** `prev` of entry 0. */
export const noPrev: Buffer = Buffer.alloc(32);

/**
 * Numbers and chains a body. `prev` is the 32-byte leaf hash of entry `seq - 1`, `salt` 12 random bytes.
 * Throws Fault REC_NONCANON where the body has no canonical form or exceeds 16,384 bytes, REC_SCHEMA where it does not fit
 * its type: an entry that a reader must refuse would make every tree over it worthless.
 */
export function makeEntry(body: EntryBody, seq: number, prev: Buffer, salt: Buffer): Entry {
  const chain = { v: 1, seq, prev: prev.toString("base64"), salt: salt.toString("base64") };
  const value: Json = body.type === "frame" ? inOrder(body, chain) : { ...body, ...chain };
  const leaf = canonicalBytes(value, 1); // RFC 6962, 2.1: the hash of a leaf begins with a zero byte
  const fits = checkEntry(value);
  if (!fits.ok) throw new Fault("REC_SCHEMA", fits.problem.detail);
  return { seq, bytes: leaf.subarray(1), hash: sha256(leaf) };
}

/** A frame's members by name: frames are nearly all entries, and sorted already they take half the time. */
function inOrder(body: FrameBody, chain: { v: number; seq: number; prev: string; salt: string }): Json {
  const { at, boot, cfg, clk, data, dev, hist, mono, own, raw, t, type } = body;
  const { prev, salt, seq, v } = chain;
  return { at, boot, cfg, clk, data, dev, hist, mono, own, prev, raw, salt, seq, t, type, v };
}

/** Reads the bytes of an entry: canonical first (REC_NONCANON), then the schema of its type (REC_SCHEMA). */
export function readEntry(bytes: Buffer): Result<StoredEntry> {
  const value = parseCanonical(bytes);
  return value.ok ? checkEntry(value.value) : value;
}

/** Whether a canonical value is an entry: REC_SCHEMA where it is not. */
export function checkEntry(value: Json): Result<StoredEntry> {
  if (isPlainFrame(value) || isPlainDerived(value)) return good(value as unknown as StoredEntry);
  const read = entrySchema.safeParse(value);
  if (read.success) return good(value as unknown as StoredEntry);
  const [issue] = read.error.issues;
  return bad("REC_SCHEMA", `${issue?.path.join(".") || "entry"}: ${issue?.message ?? "does not fit"}`);
}

/** UTC to the millisecond, as every `t` is written. */
export function isoTime(wall: Millis): string {
  return new Date(wall).toISOString();
}
