import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { createKey, loadSigner } from "../../agent/keep/keys.ts";
import { createJournal } from "../../agent/keep/open.ts";
import type { OpenJournal } from "../../agent/keep/open-journal.ts";
import type { Signer } from "../../feed/format/signer.ts";

const origin = "bench.example/log/1";

export interface Keeping {
  readonly path: string;
  readonly journal: OpenJournal;
  readonly signer: Signer;
}

/** A journal in a new folder, with the key that signs it. */
export function newJournal(folder: string): Keeping {
  const parent = mkdtempSync(join(folder, "journal-"));
  const path = join(parent, "journal");
  createKey(join(parent, "log.pem"));
  const signer = loadSigner(join(parent, "log.pem"), origin);
  const journal = createJournal(path, {
    genesis: {
      type: "genesis",
      t: "2026-10-01T00:00:00.000Z",
      origin,
      gen: 1,
      hash: "sha256",
      twin: null,
      keys: [signer.vkey.text],
      plant: "bench",
      stack: "1",
      dev: { sn: "0", model: "bench", tpm: "none" },
      sw: { name: "cems-agent", ver: "0", sha256: Buffer.alloc(32).toString("base64") },
      after: null,
    },
  });
  return { path, journal, signer };
}
