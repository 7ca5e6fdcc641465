import { createPublicKey, hash, type KeyObject, verify } from "node:crypto";
import { fromBase64 } from "./base64.ts";
import { bad, Fault, good, type Result } from "./faults.ts";
import { pointOf, sm2Verify } from "./sm/sm2.ts";

/**
 * Signature types of C2SP signed-note: 1 = Ed25519 over the text, 4 = Ed25519 cosignature/v1 with a time, 255 = a type
 * that names itself, of which SM2 with SM3 over the text is known here.
 */
export type SignatureType = 1 | 4 | 255;

interface KeyText {
  readonly name: string;
  readonly id: Buffer;
  readonly text: string;
}

interface Ed25519Vkey extends KeyText {
  readonly type: 1 | 4;
  /** 32 bytes (RFC 8032). */
  readonly key: Buffer;
  /** The same key as node:crypto wants it. */
  readonly publicKey: KeyObject;
}

interface Sm2Vkey extends KeyText {
  readonly type: 255;
  /** 65 bytes: 4, x, y (GB/T 32918.1, 4.2.9). */
  readonly key: Buffer;
}

/** A verifier key (C2SP signed-note): `text` is NAME+ID+BASE64, `id` 4 bytes. */
export type Vkey = Ed25519Vkey | Sm2Vkey;

export const KEY_NAME = /^[^\p{White_Space}\p{Cc}+]{1,255}$/u;
const SPKI = Buffer.from("302a300506032b6570032100", "hex");

/** What stands between the type and the key: nothing, or the name of a type that names itself. */
const SM2_NAME = Buffer.from("cn-gmt-sm2-sm3\n");
const prefixOf = (type: SignatureType): Buffer =>
  type === 255 ? Buffer.concat([Buffer.from([type]), SM2_NAME]) : Buffer.from([type]);

/** Makes a verifier key. Throws Fault KEY_UNKNOWN for a name or a key that `parseVkey` would refuse. */
export function makeVkey(name: string, type: SignatureType, publicKey: Buffer): Vkey {
  if (!KEY_NAME.test(name)) throw new Fault("KEY_UNKNOWN", `"${name}" cannot be the name of a key`);
  const why = type === 255 ? noSm2Point(publicKey) : weakness(publicKey);
  if (why !== undefined) throw new Fault("KEY_UNKNOWN", `the key of ${name} ${why}`);
  const typed = Buffer.concat([prefixOf(type), publicKey]);
  const id = hash("sha256", Buffer.concat([Buffer.from(`${name}\n`), typed]), "buffer").subarray(0, 4);
  const text = `${name}+${id.toString("hex")}+${typed.toString("base64")}`;
  if (type === 255) return { name, id, type, key: publicKey, text };
  const key = createPublicKey({ key: Buffer.concat([SPKI, publicKey]), format: "der", type: "spki" });
  return { name, id, type, key: publicKey, text, publicKey: key };
}

/** Reads NAME+ID+BASE64. KEY_UNKNOWN where the form, the id, the type or the key is not one that can be used. */
export function parseVkey(text: string): Result<Vkey> {
  const [, name, id, encoded] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/u.exec(text) ?? [];
  const typed = fromBase64(encoded ?? "");
  if (name === undefined || typed === undefined) return bad("KEY_UNKNOWN", `"${text}" is not NAME+ID+KEY`);
  const type = typed[0];
  const known = type === 1 || type === 4 || type === 255;
  if (!known || !typed.subarray(0, prefixOf(type).length).equals(prefixOf(type))) {
    return bad("KEY_UNKNOWN", `"${text}": signature type ${type} is not known here`);
  }
  try {
    const vkey = makeVkey(name, type, typed.subarray(prefixOf(type).length));
    return vkey.id.toString("hex") === id ? good(vkey) : bad("KEY_UNKNOWN", `"${text}": the id is not of this key`);
  } catch (error) {
    if (error instanceof Fault) return bad("KEY_UNKNOWN", error.message);
    throw error;
  }
}

/** Whether `signature` (64 bytes) over `message` is of this key. */
export function signedWith(vkey: Vkey, message: Buffer, signature: Buffer): boolean {
  if (vkey.type === 255) return sm2Verify(message, vkey.key, signature);
  return signature.length === 64 && verify(null, message, vkey.publicKey, signature);
}

const noSm2Point = (key: Buffer): string | undefined =>
  pointOf(key) === undefined ? "is not a point of the SM2 curve" : undefined;

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
