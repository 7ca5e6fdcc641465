import { existsSync } from "node:fs";
import type { Period } from "../format/body.ts";
import type { StoredEntry } from "../format/entry.ts";
import { Fault } from "../format/faults.ts";
import type { ReadingTuple } from "../format/reading.ts";
import { openDatabase } from "./database.ts";
import { asVerified, type Kept } from "./kept.ts";
import type { Summary } from "./ledger.ts";
import { summarise } from "./sqlite-ledger.ts";

/** One reading, or one value of a closed period, as it was verified. `proof` is provisional while entries before it are missing. */
export interface VerifiedReading {
  readonly gateway: string;
  readonly seq: number;
  readonly t: string;
  readonly channel: string;
  readonly value: string | null;
  /** From the configuration entry it was read under; null where that is not here yet. */
  readonly unit: string | null;
  readonly flag: string;
  readonly reason: string | null;
  readonly proof: "provisional" | "mirrored";
  /** Only of a derived value: its period, and when that began. */
  readonly period?: Period;
  readonly start?: string;
}

export interface Sizes {
  readonly gateway: string;
  readonly witnessed: number;
  readonly mirrored: number;
}

/** Looks into the ledger beside the running receiver; it never waits for it and never holds it up. */
export interface LedgerReader {
  /** The place behind the newest entry but `last`; entries are taken in the order they came. */
  placeBefore(last: number): number;
  /** Readings of at most 500 entries after a place, and the place after them. */
  after(place: number): { readonly readings: readonly VerifiedReading[]; readonly place: number };
  sizes(): readonly Sizes[];
  /** Changes whenever the receiver commits. */
  version(): number;
  summary(): Summary;
  close(): void;
}

interface Row extends Kept {
  readonly id: number;
  readonly origin: number;
  readonly name: string;
  readonly mirrored: number;
}

/** `gatewayOf` names the gateway of an origin. Throws Fault E_LEDGER_MISSING, E_LEDGER_*. */
export function openReader(path: string, gatewayOf: (origin: string) => string): LedgerReader {
  if (!existsSync(path)) throw new Fault("E_LEDGER_MISSING", `${path} is not there`);
  const db = openDatabase(path, { write: false });
  const before = db.prepare<{ id: number }>("SELECT id FROM leaf ORDER BY id DESC LIMIT 1 OFFSET ?");
  const next = db.prepare<Row>(
    `SELECT leaf.id, leaf.origin, origin.name, leaf.seq, origin.mirrored, leaf.bytes, leaf.hash
     FROM leaf JOIN origin ON origin.id = leaf.origin WHERE leaf.id > ? ORDER BY leaf.id LIMIT 500`,
  );
  const entryAt = db.prepare<Kept>("SELECT seq, bytes, hash FROM leaf WHERE origin = ? AND seq = ?");
  const origins = db.prepare<{ name: string; witnessed: number; mirrored: number }>(
    "SELECT name, witnessed, mirrored FROM origin ORDER BY name",
  );
  const units = new Map<string, ReadonlyMap<string, string>>();
  const unitsOf = (origin: number, cfg: number): ReadonlyMap<string, string> => {
    const known = units.get(`${origin}/${cfg}`);
    if (known) return known;
    const row = entryAt.get(origin, cfg);
    if (row === undefined) return new Map();
    const found = unitsIn(entryOf(row));
    units.set(`${origin}/${cfg}`, found);
    return found;
  };
  const readingsOf = (row: Row): VerifiedReading[] => {
    const { origin, name, seq, mirrored } = row;
    const entry = entryOf(row);
    if (entry.type !== "frame" && entry.type !== "derived") return [];
    const unit = unitsOf(origin, entry.cfg);
    return Object.entries(entry.data).map(([channel, [value, flag, reason]]: [string, ReadingTuple]) => ({
      gateway: gatewayOf(name),
      seq,
      t: entry.t,
      channel,
      value,
      unit: unit.get(channel) ?? null,
      flag,
      reason: reason ?? null,
      proof: seq < mirrored ? "mirrored" : "provisional",
      ...(entry.type === "derived" && { period: entry.period, start: entry.start }),
    }));
  };
  return {
    placeBefore: (last) => before.get(last)?.id ?? 0,
    after: (place) => {
      const rows = next.all(place);
      return { readings: rows.flatMap(readingsOf), place: rows.at(-1)?.id ?? place };
    },
    sizes: () =>
      origins.all().map(({ name, witnessed, mirrored }) => ({ gateway: gatewayOf(name), witnessed, mirrored })),
    version: () => db.version(),
    summary: () => summarise(db),
    close: () => db.close(),
  };
}

const entryOf = (row: Kept): StoredEntry => JSON.parse(asVerified(row).bytes.toString("utf8")) as StoredEntry;

const unitsIn = (entry: StoredEntry): ReadonlyMap<string, string> =>
  new Map(entry.type === "config" ? Object.entries(entry.points).map(([channel, [unit]]) => [channel, unit]) : []);
