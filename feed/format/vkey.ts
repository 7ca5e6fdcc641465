import { createPublicKey, hash, type KeyObject } from "node:crypto";
import { fromBase64 } from "./base64.ts";
import { bad, Fault, good, type Result } from "./faults.ts";

/** Signature types of C2SP signed-note: 1 = Ed25519 over the text, 4 = Ed25519 cosignature/v1 with a time. */
export type SignatureType = 1 | 4;

/** A verifier key (C2SP signed-note): `text` is NAME+ID+BASE64, `id` 4 bytes, `key` the 32 bytes of RFC 8032. */
export interface Vkey {
  readonly name: string;
  readonly id: Buffer;
  readonly type: SignatureType;
  readonly key: Buffer;
  readonly text: string;
  /** The same key as node:crypto wants it. */
  readonly publicKey: KeyObject;
}

export const KEY_NAME = /^[^\p{White_Space}\p{Cc}+]{1,255}$/u;
const SPKI = Buffer.from("302a300506032b6570032100", "hex");

/** Makes a verifier key. Throws Fault KEY_UNKNOWN for a name or a key that `parseVkey` would refuse. */
export function makeVkey(name: string, type: SignatureType, publicKey: Buffer): Vkey {
  if (!KEY_NAME.test(name)) throw new Fault("KEY_UNKNOWN", `"${name}" cannot be the name of a key`);
  const why = weakness(publicKey);
  if (why !== undefined) throw new Fault("KEY_UNKNOWN", `the key of ${name} ${why}`);
  const typed = Buffer.concat([Buffer.from([type]), publicKey]);
  const id = hash("sha256", Buffer.concat([Buffer.from(`${name}\n`), typed]), "buffer").subarray(0, 4);
  const key = createPublicKey({ key: Buffer.concat([SPKI, publicKey]), format: "der", type: "spki" });
  const text = `${name}+${id.toString("hex")}+${typed.toString("base64")}`;
  return { name, id, type, key: publicKey, text, publicKey: key };
}

/** Reads NAME+ID+BASE64. KEY_UNKNOWN where the form, the id, the type or the key is not one that can be used. */
export function parseVkey(text: string): Result<Vkey> {
  const [, name, id, encoded] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/u.exec(text) ?? [];
  const typed = fromBase64(encoded ?? "", 33);
  if (name === undefined || typed === undefined) return bad("KEY_UNKNOWN", `"${text}" is not NAME+ID+KEY`);
  const type = typed[0];
  if (type !== 1 && type !== 4) return bad("KEY_UNKNOWN", `"${text}": signature type ${type} is not known here`);
  try {
    const vkey = makeVkey(name, type, typed.subarray(1));
    return vkey.id.toString("hex") === id ? good(vkey) : bad("KEY_UNKNOWN", `"${text}": the id is not of this key`);
  } catch (error) {
    if (error instanceof Fault) return bad("KEY_UNKNOWN", error.message);
    throw error;
  }
}

const PRIME = 2n ** 255n - 19n;
/** y of the points whose order divides 8; with either sign of x. Under such a key a signature of anybody verifies. */
const SMALL_ORDER = new Set([
  0n,
  1n,
  PRIME - 1n,
  2707385501144840649318225287225658788936804267575313519463743609750303402022n,
  55188659117513257062467267217118295137698188065244968500265048394206261417927n,
]);

/** Why nobody may be identified by these bytes as an Ed25519 key; undefined where nothing speaks against them. */
export function weakness(key: Buffer): string | undefined {
  if (key.length !== 32) return `has ${key.length} bytes, not 32`;
  const y = BigInt(`0x${Buffer.from(key).reverse().toString("hex")}`) % 2n ** 255n;
  if (y >= PRIME) return "is not in canonical form";
  return SMALL_ORDER.has(y) ? "is a point of small order" : undefined;
}
