import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Site } from "../config/site.ts";
import { Fault } from "../feed/format/faults.ts";
import type { Signer } from "../feed/format/note.ts";
import { twinOrigin } from "../feed/format/sm/tree.ts";
import { createKey, loadSigner, loadTwinSigner } from "./keep/keys.ts";
import type { OpenJournal } from "./keep/open-journal.ts";
import { signerOf } from "./keep/rotating.ts";
import { expectKeyOf, seal } from "./keep/seal.ts";
import { createTokenKey, removeTokenKey, tokenSigner } from "./keep/token-signer.ts";
import { expectTwinKeyOf, sealTwin } from "./keep/twin.ts";

/** Where a site keeps its log key: another store, such as a TPM, is one more branch here that gives a `Signer`. */

export const keyPath = (site: Site): string => join(site.state, "log.key");
export const twinKeyPath = (site: Site): string => join(site.state, "twin.key");

/** E_KEY_EXISTS, and what the store throws. */
export function createLogKey(site: Site): void {
  if (site.key === undefined) createKey(keyPath(site));
  else createTokenKey(site.key.pkcs11);
}

export const loadLogKey = (site: Site): Signer =>
  site.key === undefined ? loadSigner(keyPath(site), site.origin) : tokenSigner(site.key.pkcs11, site.origin);

export const loadTwinKey = (site: Site): Signer => loadTwinSigner(twinKeyPath(site), twinOrigin(site.origin));

/** Who names another log in the settings believes that it is written: one journal is never another one's history. */
export function expectOrigin(site: Pick<Site, "file" | "origin">, { origin }: Pick<OpenJournal, "origin">): void {
  if (site.origin === origin) return;
  throw new Fault(
    "E_JOURNAL_ORIGIN",
    `${site.file} names ${site.origin}, the journal in its state folder is ${origin}`,
  );
}

/**
 * The signer of a journal that is held: of a key in a file also where its rotation was cut short. A key in a token is not rotated.
 * E_JOURNAL_ORIGIN.
 */
export function signerIn(site: Site, journal: OpenJournal): Signer {
  expectOrigin(site, journal);
  return site.key === undefined ? signerOf(keyPath(site), journal) : loadLogKey(site);
}

/**
 * What signs a journal that is held: its log, and then its twin, whose checkpoint is of a tree that the log has signed. The keys
 * are looked at now, before anything is written: an entry that can never be signed helps nobody. E_JOURNAL_ORIGIN, E_KEY_*.
 */
export function sealerIn(site: Site, journal: OpenJournal): () => void {
  const signer = signerIn(site, journal);
  expectKeyOf(journal, signer);
  const twin = journal.twins && loadTwinKey(site);
  if (twin !== undefined) expectTwinKeyOf(journal, twin);
  return () => {
    seal(journal, signer);
    if (twin !== undefined) sealTwin(journal, twin);
  };
}

/** Only for a key that no journal names. */
export function removeLogKey(site: Site): void {
  if (site.key === undefined) rmSync(keyPath(site), { force: true });
  else removeTokenKey(site.key.pkcs11);
}
