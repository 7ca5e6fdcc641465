import { existsSync, readFileSync, rmSync } from "node:fs";
import type { Site } from "../../config/site.ts";
import { shippedProfiles } from "../../drivers/catalogue.ts";
import { systemClock } from "../../drivers/clock.ts";
import { makeFolders, removeEmpty } from "../../feed/files/folders.ts";
import { readAuthorisation } from "../../feed/format/authorise.ts";
import type { GenesisBody } from "../../feed/format/body.ts";
import { isoTime } from "../../feed/format/entry.ts";
import { Fault } from "../../feed/format/faults.ts";
import type { Signer, Vkey } from "../../feed/format/note.ts";
import { sm2Pem } from "../../feed/format/sm/signer.ts";
import { newSm2Secret } from "../../feed/format/sm/sm2.ts";
import { journalPath } from "../agent.ts";
import { onDisk } from "../keep/files.ts";
import { createKey } from "../keep/keys.ts";
import { createJournal } from "../keep/open.ts";
import { seal } from "../keep/seal.ts";
import { sealTwin } from "../keep/twin.ts";
import { createLogKey, keyPath, loadLogKey, loadTwinKey, removeLogKey, twinKeyPath } from "../log-key.ts";
import { readRelease } from "../release.ts";

/**
 * Makes the log key and begins the journal of a site with its genesis, sealed. Overwrites neither: E_KEY_EXISTS,
 * E_JOURNAL_EXISTS. Where it fails before there is a journal (E_JOURNAL_FULL, E_JOURNAL_IO), what it made is taken away
 * again, so that it can be repeated. `afterFile`: the registry's authorisation to continue another log; E_AFTER where it is
 * none, or one for another origin. Returns the verifier key that the receiver registers.
 */
export function initSite(site: Site, afterFile?: string): Vkey {
  const after = afterFile === undefined ? null : readAfter(afterFile, site);
  for (const [path, code] of [
    [journalPath(site), "E_JOURNAL_EXISTS"],
    [keyPath(site), "E_KEY_EXISTS"],
    [twinKeyPath(site), "E_KEY_EXISTS"],
  ] as const)
    if (existsSync(path)) throw new Fault(code, `${path} is there already`);
  return inFolder(site.state, () => {
    createLogKey(site);
    let vkey: Vkey | undefined;
    try {
      const signer = loadLogKey(site);
      vkey = signer.vkey;
      begin(site, signer, after, site.suite === "sha256+sm3" ? newTwin(site) : undefined);
      return vkey;
    } catch (error) {
      // A journal names its key for ever: from its first moment on the key stays.
      if (!existsSync(journalPath(site))) {
        removeLogKey(site);
        rmSync(twinKeyPath(site), { force: true });
      } else if (error instanceof Fault && vkey !== undefined) throw begunAllTheSame(error, vkey);
      throw error;
    }
  });
}

function readAfter(file: string, { origin }: Site): GenesisBody["after"] {
  let raw: Buffer;
  try {
    raw = readFileSync(file);
  } catch (cause) {
    throw new Fault("E_AFTER", `cannot read ${file}`, { cause });
  }
  const read = readAuthorisation(raw);
  if (!read.ok) throw new Fault("E_AFTER", `${file}: ${read.problem.detail}`);
  if (read.value.next !== origin) throw new Fault("E_AFTER", `${file} is for ${read.value.next}, not for ${origin}`);
  return read.value.after;
}

const begunAllTheSame = (fault: Fault, { text }: Vkey): Fault =>
  new Fault(fault.code, `${fault.message}; the journal is begun all the same, its verifier key is ${text}`, {
    cause: fault,
  });

/** Works in a folder that is made where it is not there; of a failure none of the folders made for it remains. */
function inFolder<T>(path: string, work: () => T): T {
  const made = onDisk(path, () => makeFolders(path, 0o700));
  try {
    return work();
  } catch (error) {
    removeEmpty(made);
    throw error;
  }
}

function newTwin(site: Site): Signer {
  createKey(twinKeyPath(site), sm2Pem(newSm2Secret()));
  return loadTwinKey(site);
}

function begin(site: Site, signer: Signer, after: GenesisBody["after"], twin: Signer | undefined): void {
  const genesis = { ...genesisOf(site, signer, twin), after };
  const journal = createJournal(journalPath(site), { quotaBytes: site.quota, genesis });
  try {
    seal(journal, signer);
    if (twin !== undefined) sealTwin(journal, twin);
  } finally {
    journal.close();
  }
}

const genesisOf = ({ origin, plant, stack, device }: Site, signer: Signer, twin?: Signer): GenesisBody => ({
  type: "genesis",
  t: isoTime(systemClock.now().wall),
  origin,
  gen: generationOf(origin),
  hash: "sha256",
  twin: twin === undefined ? null : "sm3",
  keys: [signer, ...(twin === undefined ? [] : [twin])].map(({ vkey }) => vkey.text),
  plant,
  stack,
  dev: { ...device, tpm: "none" },
  sw: readRelease(shippedProfiles().replace(/\/drivers\/profiles$/, "")),
  after: null,
});

/** The origin ends with the generation: `.../1` for the first history of a gateway. */
const generationOf = (origin: string): number => Number(/\/(\d+)$/.exec(origin)?.[1] ?? 1);
