import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type OpenCertificate, openCertificate } from "../../feed/cert/form.ts";
import { writeWhole } from "../../feed/files/whole-file.ts";
import { readEntry } from "../../feed/format/entry.ts";
import { Fault } from "../../feed/format/faults.ts";
import type { Vkey } from "../../feed/format/note.ts";
import { onDisk } from "../keep/files.ts";
import type { JournalReader } from "../keep/open-journal.ts";

/** The notes of the certificates that were issued, in the folder `certificates` of the state; the journal names each. */
export interface Certificates {
  /** The newest of a month, with its note as it stands, and the number of its entry; undefined where there is none. */
  newest(month: string): (OpenCertificate & { readonly note: Buffer; readonly seq: number }) | undefined;
  /** How many the journal names of a month. */
  count(month: string): number;
  keep(cert: string, note: Buffer): void;
}

export function certificatesIn(state: string, journal: JournalReader, control: readonly Vkey[]): Certificates {
  const folder = join(state, "certificates");
  const logged = (month: string): { cert: string; seq: number }[] =>
    [...journal.ofType("cert", 0)].flatMap(({ bytes }) => {
      const read = readEntry(bytes);
      if (!read.ok || read.value.type !== "cert") return [];
      const { cert, seq } = read.value;
      return cert.includes(`-${month}-`) ? [{ cert, seq }] : [];
    });
  return {
    count: (month) => logged(month).length,
    newest: (month) => {
      const last = logged(month).at(-1);
      if (last === undefined) return undefined;
      const path = join(folder, `${last.cert}.note`);
      if (!existsSync(path)) throw new Fault("E_CERT_LOST", `${path} is not there`);
      const note = onDisk(path, () => readFileSync(path));
      const open = openCertificate(note, journal.keys, control);
      if (!open.ok) throw new Fault("E_CERT_LOST", `${path}: ${open.problem.code} ${open.problem.detail}`);
      return { ...open.value, note, seq: last.seq };
    },
    keep: (cert, note) => {
      onDisk(folder, () => {
        mkdirSync(folder, { recursive: true, mode: 0o700 });
        writeWhole(join(folder, `${cert}.note`), note, 0o600);
      });
    },
  };
}
