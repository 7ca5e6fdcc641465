import { readFileSync, statSync } from "node:fs";
import { Fault } from "../../feed/format/faults.ts";
import type { Signer } from "../../feed/format/note.ts";
import { makeVkey } from "../../feed/format/vkey.ts";
import { onDisk } from "./files.ts";
import { openToken, type Token } from "./pkcs11.ts";

/** Where a token keeps the log key; `pinFile` holds its user PIN in the first line, for its owner alone. */
export interface TokenSettings {
  readonly module: string;
  readonly token: string;
  readonly label: string;
  readonly pinFile: string;
}

/** Makes the key in the token. E_KEY_EXISTS where it has one of this label, and what `tokenSigner` throws. */
export function createTokenKey(settings: TokenSettings): void {
  const token = open(settings);
  if (token.publicKey() !== undefined) throw new Fault("E_KEY_EXISTS", `${placeOf(settings)} is there already`);
  token.generate();
}

export function removeTokenKey(settings: TokenSettings): void {
  open(settings).remove();
}

/**
 * The signer of the log `name`, whose private key never leaves the token. E_KEY_MISSING without PIN file, library, token or
 * key; E_KEY_MODE where others may read the PIN; E_KEY_BAD where the token refuses the PIN or holds no key of Ed25519.
 */
export function tokenSigner(settings: TokenSettings, name: string): Signer {
  const token = open(settings);
  const key = token.publicKey();
  if (key === undefined) throw new Fault("E_KEY_MISSING", `${placeOf(settings)} is not there`);
  try {
    return { vkey: makeVkey(name, 1, key), sign: token.sign };
  } catch (cause) {
    throw new Fault("E_KEY_BAD", `${placeOf(settings)} is no usable key of Ed25519`, { cause });
  }
}

const placeOf = ({ token, label }: TokenSettings): string => `key "${label}" of token "${token}"`;

function open({ module, token, label, pinFile }: TokenSettings): Token {
  const mode = onDisk(pinFile, () => statSync(pinFile, { throwIfNoEntry: false }))?.mode;
  if (mode === undefined) throw new Fault("E_KEY_MISSING", `${pinFile}, the PIN of the token, is not there`);
  if ((mode & 0o077) !== 0) throw new Fault("E_KEY_MODE", `${pinFile} is open to others`);
  const [pin = ""] = onDisk(pinFile, () => readFileSync(pinFile, "utf8")).split("\n");
  return openToken({ module, token, label, pin });
}
