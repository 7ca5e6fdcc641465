import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Site } from "../config/site.ts";
import type { Signer } from "../feed/format/note.ts";
import { createKey, loadSigner } from "./keep/keys.ts";
import type { OpenJournal } from "./keep/open-journal.ts";
import { signerOf } from "./keep/rotating.ts";
import { createTokenKey, removeTokenKey, tokenSigner } from "./keep/token-signer.ts";

/** Where a site keeps its log key: another store, such as a TPM, is one more branch here that gives a `Signer`. */

export const keyPath = (site: Site): string => join(site.state, "log.key");

/** E_KEY_EXISTS, and what the store throws. */
export function createLogKey(site: Site): void {
  if (site.key === undefined) createKey(keyPath(site));
  else createTokenKey(site.key.pkcs11);
}

export const loadLogKey = (site: Site): Signer =>
  site.key === undefined ? loadSigner(keyPath(site), site.origin) : tokenSigner(site.key.pkcs11, site.origin);

/**
 * The signer of a journal that is held: of a key in a file also where its rotation was cut short. A key in a token is not rotated.
 */
export const signerIn = (site: Site, journal: OpenJournal): Signer =>
  site.key === undefined ? signerOf(keyPath(site), journal) : loadLogKey(site);

/** Only for a key that no journal names. */
export function removeLogKey(site: Site): void {
  if (site.key === undefined) rmSync(keyPath(site), { force: true });
  else removeTokenKey(site.key.pkcs11);
}
