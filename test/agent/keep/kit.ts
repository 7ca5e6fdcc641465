import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { createJournal, type JournalOptions, openJournal } from "../../../agent/keep/open.ts";
import type { OpenJournal } from "../../../agent/keep/open-journal.ts";
import { toTheEnd } from "../../../agent/keep/recheck.ts";
import type { EntryBody, GenesisBody } from "../../../feed/format/body.ts";
import { isoTime } from "../../../feed/format/entry.ts";
import { Fault } from "../../../feed/format/faults.ts";
import { newKeyPem, type Signer, signerFromPem } from "../../../feed/format/note.ts";
import { millis } from "../../../feed/format/vocabulary.ts";
import { type Cleanup, tempDir } from "../../support/temporary.ts";

export const origin = "test.example/log/1";
export const start = Date.UTC(2026, 9, 1);

export const newSigner = (name = origin): Signer => signerFromPem(name, 1, newKeyPem());

export const genesis = (signer: Signer, t = isoTime(millis(start))): GenesisBody => ({
  type: "genesis",
  t,
  origin,
  gen: 1,
  hash: "sha256",
  twin: null,
  keys: [signer.vkey.text],
  plant: "plant",
  stack: "s1",
  dev: { sn: "1", model: "test", tpm: "none" },
  sw: { name: "cems-agent", ver: "0", sha256: Buffer.alloc(32).toString("base64") },
  after: null,
});

/** An event entry; `n` tells it apart and sets its time, in seconds after `start`. */
export const event = (n: number, detail = "", dev?: string): EntryBody => ({
  type: "event",
  t: isoTime(millis(start + n * 1000)),
  code: "TEST",
  detail: detail === "" ? `number ${n}` : detail,
  ...(dev === undefined ? {} : { dev }),
});
export const events = (count: number, from = 0): EntryBody[] =>
  Array.from({ length: count }, (_, i) => event(from + i));

export interface TestJournal {
  readonly dir: string;
  readonly signer: Signer;
  readonly journal: OpenJournal;
}

export function makeJournal(options: JournalOptions = {}, cleanup?: Cleanup, within?: string): TestJournal {
  const signer = newSigner();
  const dir = join(tempDir(cleanup, within), "journal");
  return { dir, signer, journal: createJournal(dir, { ...options, genesis: genesis(signer) }) };
}

/** Opens a journal and hashes all of it again, which the agent does portion by portion once a day. */
export function openWhole(dir: string, options: JournalOptions = {}): OpenJournal {
  const journal = openJournal(dir, options);
  try {
    toTheEnd(journal.recheck(1000));
    return journal;
  } catch (error) {
    journal.close();
    throw error;
  }
}

/** The code of the Fault that `work` throws; fails if it throws another error, undefined if it throws none. */
export function faultOf(work: () => unknown): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (error instanceof Fault) return error.code;
    throw error;
  }
}

/** Changes a file behind the journal's back, as somebody with the rights to do so would. */
export function tamper(path: string, sql: string): void {
  const db = new Sqlite(path);
  try {
    const triggers = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").pluck().all() as string[];
    for (const name of triggers) db.exec(`DROP TRIGGER ${name}`);
    db.exec(sql);
  } finally {
    db.close();
  }
}

export const october = "leaf-2026-10.db";
