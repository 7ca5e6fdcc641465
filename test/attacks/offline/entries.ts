import { cpSync, readdirSync } from "node:fs";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { control } from "../../agent/certify/october.ts";
import { faultOf, openWhole, tamper } from "../../agent/keep/kit.ts";
import { tempDir } from "../../support/temporary.ts";
import type { Performs } from "../attack.ts";
import type { Month } from "../month.ts";
import { Stolen } from "../stolen.ts";

/** Entries of a journal as anyone who can open SQLite reads them, whatever the agent would say of it. */
function readRows(dir: string): Map<number, string> {
  const rows = readdirSync(dir)
    .filter((name) => /^leaf-.*\.db$/.test(name))
    .flatMap((name) => {
      const db = new Sqlite(join(dir, name), { readonly: true });
      const found = db.prepare<[], { i: number; rec: Buffer }>("SELECT i, rec FROM leaf ORDER BY i").all();
      db.close();
      return found;
    });
  return new Map(rows.map(({ i, rec }) => [i, rec.toString()]));
}

/** A change in SQLite itself, and the bundle with the entries as the journal holds them after it. */
function changedOnDisk(month: Month, sql: string): { stolen: Stolen; fault: string | undefined } {
  const dir = join(tempDir(), "journal");
  cpSync(month.journal, dir, { recursive: true });
  for (const name of readdirSync(dir).filter((file) => /^leaf-.*\.db$/.test(file))) tamper(join(dir, name), sql);
  const stolen = new Stolen(month);
  const [from, to] = [stolen.opening.size, stolen.opening.size + stolen.lines.length];
  const rows = [...readRows(dir)].filter(([i]) => i >= from && i < to);
  stolen.relined(() => rows.sort(([a], [b]) => a - b).map(([, line]) => line));
  return { stolen, fault: faultOf(() => openWhole(dir).close()) };
}

const at = 20;
const changeAt =
  (change: (line: string) => string, place = at) =>
  (lines: string[]) =>
    lines.map((line, index) => (index === place ? change(line) : line));
/** 1.6 in value and bytes, as if the meter had said so. */
const plausible = changeAt((line) => line.replace('"1.5"', '"1.6"').replace("AQMCAA8=", "AQMCABA="), 0);

export const entryAttacks: Performs = {
  T01: (month) => {
    const digit = `UPDATE leaf SET rec = CAST(replace(CAST(rec AS TEXT), '"1.5"', '"0.5"') AS BLOB) WHERE i = 20`;
    const { stolen, fault } = changedOnDisk(month, digit);
    return [...stolen.codes(), fault ?? "none"];
  },
  T02: (month) =>
    new Stolen(month)
      .relined(plausible)
      .recertified((certificate) => certificate)
      .codes(),
  T03: (month) => new Stolen(month).relined(plausible).rechained().resigned(true).codes(),
  T04: (month) => new Stolen(month).relined(plausible).rechained().resigned(false).codes(),
  T05: (month) => changedOnDisk(month, "DELETE FROM leaf WHERE i = 20").stolen.codes(),
  T06: (month) =>
    new Stolen(month)
      .relined((lines) => lines.toSpliced(at, 1))
      .rechained()
      .codes(),
  T07: (month) =>
    new Stolen(month).relined((lines) => lines.toSpliced(at, 2, lines[at + 1] ?? "", lines[at] ?? "")).codes(),
  T08: (month) => new Stolen(month).relined((lines) => lines.toSpliced(at, 1, lines[3] ?? "")).codes(),
  T09: (month) => {
    const stolen = new Stolen(month).relined((lines) => lines.slice(0, -50));
    const size = stolen.opening.size + stolen.lines.length;
    for (const name of stolen.notes) if (Number(stolen.text(name).split("\n")[1]) > size) stolen.drop(name);
    const root = stolen.rootAt(size).toString("base64");
    const cut = (certificate: Stolen["certificate"]): Stolen["certificate"] => {
      return { ...certificate, range: [certificate.range[0], size], close: [size, root] };
    };
    return stolen.recertified(cut).codes();
  },
  T10: (month) => new Stolen(month).relined((lines) => lines.slice(0, -30)).codes(),
  T12: (month) => {
    const other = (line: string): string => line.replace(/"salt":"..../, '"salt":"AAAA').replace("power", "kiln1");
    return new Stolen(month).relined(changeAt(other)).codes();
  },
  T18: (month) => {
    const spaced = new Stolen(month).relined(changeAt((line) => line.replace(",", ", ")));
    const reordered = new Stolen(month).relined(
      changeAt((line) => JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(line)).reverse()))),
    );
    const [one, other] = [spaced.codes(), reordered.codes()];
    return one.filter((code) => other.includes(code));
  },
  T30: (month) => new Stolen(month).drop("cert.tlog-proof").codes(),
  T19: (month) =>
    new Stolen(month)
      .recertified((certificate) => {
        const params = certificate.params.map((one) => ({ ...one, value: ["9.00", "N"] as [string, "N"] }));
        return { ...certificate, params };
      }, control)
      .codes(),
  T20: (month) =>
    new Stolen(month).recertified((certificate) => ({ ...certificate, month: "2026-09" }), control).codes(),
};
