import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Certificate } from "../../feed/cert/form.ts";
import type { WantedParam } from "../../feed/cert/params.ts";
import { makeStatement, type Statement, type Stating } from "../../feed/cert/statement.ts";
import { fileHashes } from "../../feed/files/file-hashes.ts";
import type { CertBody } from "../../feed/format/body.ts";
import { canonical, type Json } from "../../feed/format/canonical.ts";
import { type Entry, isoTime, readEntry, type StoredEntry } from "../../feed/format/entry.ts";
import { Fault } from "../../feed/format/faults.ts";
import { makeScanner } from "../../feed/format/scan/scan.ts";
import { millis } from "../../feed/format/vocabulary.ts";
import type { JournalReader } from "../keep/open-journal.ts";
import type { Release } from "../release.ts";
import type { Month, Range } from "./range.ts";

/** Whose certificate it is. */
export interface Plant {
  readonly plant: string;
  readonly stack: string;
  readonly sector: string;
  readonly params: readonly WantedParam[];
}

/** What the journal says of a month, and the hourly table: made while its entries are written. */
export interface MonthStating {
  /** Each entry of the range, in order. E_JOURNAL_CORRUPT. */
  take(entry: Entry): void;
  /** Once, after the last. */
  finish(): ReturnType<Stating["finish"]>;
}

export function stateMonth({ from, to, month }: Month, range: Range, { params }: Plant): MonthStating {
  const stating = makeStatement({ month, from, to, wanted: params });
  const scan = makeScanner();
  for (const entry of range.before) stating.take(entry);
  return {
    take: ({ seq, bytes }) => {
      const scanned = scan(bytes);
      if (scanned !== undefined) return stating.take(scanned as StoredEntry);
      const read = readEntry(bytes);
      if (!read.ok) throw new Fault("E_JOURNAL_CORRUPT", `entry ${seq}: ${read.problem.detail}`);
      stating.take(read.value);
    },
    finish: () => {
      for (const entry of range.behind) stating.later(entry);
      return stating.finish(range.closed);
    },
  };
}

/** The files of a bundle that the certificate names by their hashes; all others prove themselves by signatures. `known`: what is hashed already, by name. */
export function manifestOf(
  folder: string,
  files: readonly string[],
  known: { readonly [name: string]: readonly [string, string] | undefined },
): Certificate["manifest"] {
  const manifest: Certificate["manifest"] = {};
  for (const name of files) manifest[name] = [...(known[name] ?? fileHashes(join(folder, name)))];
  return manifest;
}

export interface Parts {
  readonly month: Month;
  readonly range: Range;
  readonly plant: Plant;
  readonly journal: JournalReader;
  readonly statement: Statement;
  readonly manifest: Certificate["manifest"];
  readonly release: Release;
}

/** The certificate number `number` of its month; what it supersedes where it is not the first. */
export function certificateOf(
  { month, range, plant, journal, statement, manifest, release }: Parts,
  number: number,
  supersedes: Certificate["supersedes"],
): Certificate {
  const head = (size: number): [number, string] => [size, journal.rootAt(size).toString("base64")];
  return {
    v: 1,
    cert: `${plant.plant}-${plant.stack}-${month.month}-${number}`,
    month: month.month,
    origin: journal.origin,
    span: [isoTime(millis(month.from)), isoTime(millis(month.to))],
    east: month.east,
    range: [range.from, range.to],
    open: head(range.from),
    close: head(range.to),
    closed: isoTime(millis(range.closed)),
    sector: plant.sector,
    ...statement,
    sw: { name: release.name, ver: release.ver, sha256: release.sha256 },
    limits: "cems-limits/1",
    manifest,
    supersedes,
  };
}

/** Members that differ, but for those that every certificate has of its own. */
export function differences(a: Certificate, b: Certificate): string[] {
  const own = ["cert", "supersedes", "sw"];
  const names = Object.keys(a) as (keyof Certificate)[];
  const spelt = (value: unknown): string => canonical(value as Json);
  return names.filter((name) => !own.includes(name) && spelt(a[name]) !== spelt(b[name]));
}

/** The entry that logs a certificate: length and hashes are of its text, which receipts leave as it is. */
export function certBody(cert: string, text: Buffer, t: string): CertBody {
  const digest = (name: string): string => createHash(name).update(text).digest("base64");
  return { type: "cert", t, cert, bytes: text.length, sha256: digest("sha256"), sm3: digest("sm3") };
}
