import { existsSync, mkdirSync } from "node:fs";
import type { Site } from "../../config/site.ts";
import { shippedProfiles } from "../../drivers/catalogue.ts";
import { systemClock } from "../../drivers/clock.ts";
import { isoTime } from "../../feed/format/entry.ts";
import { Fault } from "../../feed/format/faults.ts";
import type { Vkey } from "../../feed/format/note.ts";
import { journalPath, keyPath } from "../agent.ts";
import { createKey, loadSigner } from "../keep/keys.ts";
import { createJournal } from "../keep/open.ts";
import { seal } from "../keep/seal.ts";
import { readRelease } from "../release.ts";

/**
 * Makes the log key and begins the journal of a site with its genesis, sealed. Overwrites neither: E_KEY_EXISTS,
 * E_JOURNAL_EXISTS. Returns the verifier key that the receiver registers.
 */
export function initSite(site: Site): Vkey {
  for (const [path, code] of [
    [journalPath(site), "E_JOURNAL_EXISTS"],
    [keyPath(site), "E_KEY_EXISTS"],
  ] as const)
    if (existsSync(path)) throw new Fault(code, `${path} is there already`);
  mkdirSync(site.state, { recursive: true, mode: 0o700 });
  createKey(keyPath(site));
  const signer = loadSigner(keyPath(site), site.origin);
  const { origin, plant, stack, device, quota } = site;
  const journal = createJournal(journalPath(site), {
    quotaBytes: quota,
    genesis: {
      type: "genesis",
      t: isoTime(systemClock.now().wall),
      origin,
      gen: generationOf(origin),
      hash: "sha256",
      twin: null,
      keys: [signer.vkey.text],
      plant,
      stack,
      dev: { ...device, tpm: "none" },
      sw: readRelease(shippedProfiles().replace(/\/drivers\/profiles$/, "")),
      after: null,
    },
  });
  try {
    seal(journal, signer);
  } finally {
    journal.close();
  }
  return signer.vkey;
}

/** The origin ends with the generation: `.../1` for the first history of a gateway. */
const generationOf = (origin: string): number => Number(/\/(\d+)$/.exec(origin)?.[1] ?? 1);
