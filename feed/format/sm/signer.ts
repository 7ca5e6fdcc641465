import { Fault } from "../faults.ts";
import type { Signer } from "../signer.ts";
import { makeVkey } from "../vkey.ts";
import { sm2PublicKey, sm2Sign } from "./sm2.ts";

/**
 * PKCS #8 of an SM2 key as openssl 3 writes it (RFC 5208, RFC 5915): both its lengths are fixed, so that it is read by
 * comparison. Not through node:crypto: Node 20 aborts the process over some forms of an SM2 key.
 */
const HEAD = Buffer.from("308187020100301306072a8648ce3d020106082a811ccf5501822d046d306b0201010420", "hex");
const MIDDLE = Buffer.from("a144034200", "hex");
const PEM = /^-----BEGIN PRIVATE KEY-----\n([A-Za-z0-9+/=\n]{150,250})-----END PRIVATE KEY-----\n$/;

/** The PKCS #8 PEM of a private key of 32 bytes. Throws RangeError where it is none. */
export function sm2Pem(secret: Buffer): string {
  const publicKey = sm2PublicKey(secret);
  if (publicKey === undefined) throw new RangeError("not an SM2 private key");
  const text = Buffer.concat([HEAD, secret, MIDDLE, publicKey]).toString("base64");
  return `-----BEGIN PRIVATE KEY-----\n${text.replaceAll(/.{64}/g, "$&\n")}\n-----END PRIVATE KEY-----\n`;
}

/** Makes a signer of type 255 of a PKCS #8 PEM. Throws Fault KEY_UNKNOWN where it does not hold a usable SM2 private key. */
export function sm2SignerFromPem(name: string, pem: string): Signer {
  const [, text] = PEM.exec(pem) ?? [];
  const secret = Buffer.from(text ?? "", "base64").subarray(HEAD.length, HEAD.length + 32);
  const publicKey = sm2PublicKey(secret);
  if (publicKey === undefined || sm2Pem(secret) !== pem) {
    throw new Fault("KEY_UNKNOWN", "the PEM holds no private key of SM2");
  }
  return { vkey: makeVkey(name, 255, publicKey), sign: (message) => sm2Sign(message, secret) };
}
