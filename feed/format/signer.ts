import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from "node:crypto";
import { Fault } from "./faults.ts";
import { makeVkey, type Vkey } from "./vkey.ts";

/** Whoever can sign under `vkey`: a key file here, a token or a TPM elsewhere. `sign` gives the bare 64 bytes of Ed25519 or SM2. */
export interface Signer {
  readonly vkey: Vkey;
  sign(message: Buffer): Buffer;
}

/** Makes a signer of a PKCS #8 PEM. Throws Fault KEY_UNKNOWN where it does not hold a usable Ed25519 private key. */
export function signerFromPem(name: string, type: 1 | 4, pem: string): Signer {
  const key = readPem(pem);
  const spki = createPublicKey(key).export({ format: "der", type: "spki" });
  const vkey = makeVkey(name, type, spki.subarray(-32));
  return { vkey, sign: (message) => sign(null, message, key) };
}

/** A fresh Ed25519 private key as PKCS #8 PEM. */
export function newKeyPem(): string {
  return generateKeyPairSync("ed25519").privateKey.export({ format: "pem", type: "pkcs8" }).toString();
}

function readPem(pem: string) {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === "ed25519") return key;
  } catch (cause) {
    throw new Fault("KEY_UNKNOWN", "the PEM holds no private key", { cause });
  }
  throw new Fault("KEY_UNKNOWN", "the private key is not of Ed25519");
}
