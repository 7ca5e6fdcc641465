/** Entries kept a second (chained, durable, a signed tree head each 64) against raw durable commits of the same bytes. */
import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { seal } from "../../agent/keep/seal.ts";
import { makeEntry, noPrev } from "../../feed/format/entry.ts";
import { frames } from "./frames.ts";
import { newJournal } from "./journals.ts";
import type { Bench } from "./result.ts";
import { withFolder } from "./tools.ts";

const bodies = frames(6400, 24);
const bytes = bodies.map((body, i) => makeEntry(body, i, noPrev, Buffer.alloc(12)).bytes);

/** Calls `keep` with the next so many numbers until the time is over; returns how many went through a second. */
function rate(seconds: number, each: number, keep: (from: number, to: number) => void): number {
  const start = performance.now();
  const end = start + seconds * 1000;
  let count = 0;
  while (performance.now() < end) {
    const from = count % bodies.length;
    keep(from, from + each);
    count += each;
  }
  return (count / (performance.now() - start)) * 1000;
}

/** A short run before the measured one: the compiler of Node, and the first pages of the files. */
const warmed = (seconds: number, each: number, keep: (from: number, to: number) => void): number => {
  rate(0.3, each, keep);
  return rate(seconds, each, keep);
};

function kept(folder: string, seconds: number, each: number): number {
  const { journal, signer } = newJournal(folder);
  let unsealed = 0;
  try {
    return warmed(seconds, each, (from, to) => {
      unsealed += journal.append(...bodies.slice(from, to)).length;
      if (unsealed < 64) return;
      seal(journal, signer);
      unsealed = 0;
    });
  } finally {
    journal.close();
  }
}

function committed(folder: string, seconds: number, each: number): number {
  const db = new Sqlite(join(mkdtempSync(join(folder, "raw-")), "raw.db"));
  db.pragma("journal_mode = WAL");
  db.pragma("synchronous = FULL");
  db.exec("CREATE TABLE row(i INTEGER PRIMARY KEY, bytes BLOB NOT NULL)");
  const insert = db.prepare("INSERT INTO row(bytes) VALUES(?)");
  const insertAll = db.transaction((from: number, to: number) => {
    for (let i = from; i < to; i++) insert.run(bytes[i]);
  });
  try {
    return warmed(seconds, each, insertAll);
  } finally {
    db.close();
  }
}

export const entries: Bench = ({ seconds }, measure) =>
  withFolder(async (folder) => {
    for (const { each, bar } of [
      { each: 1, bar: 0.6 },
      { each: 50, bar: 0.4 },
    ]) {
      await measure({
        case: `${each} a commit`,
        unit: "entries/s",
        bar,
        ours: async () => kept(folder, seconds, each),
        other: async () => committed(folder, seconds, each),
      });
    }
  });
