import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { readSnapshot, type Snapshot, writeSnapshot } from "./snapshot.ts";

/**
 * Where the averages stood at the hours of the last day and the days of the last month. What comes late is then put right from
 * the hours around it, not from the whole month. Worth no more than the time it saves: the journal alone says what is true.
 */
export interface Remembered {
  /** Once in an hour, by what is closed. All readings before that are in, as far as they have come. */
  keep(snapshot: Snapshot): void;
  /** The newest in which no reading of `t` (Unix ms) or later is. */
  before(t: number, cfg: number, size: number): Snapshot | undefined;
  /** Readings of `t` and later are not what they were. */
  forget(t: number): void;
}

const hour = 3_600_000;
const day = 24 * hour;
/** So far ahead of what is closed a reading may lie and count. */
const ahead = 2 * hour;
const name = /^(\d{1,16})\.json$/;

export function makeRemembered(dir: string): Remembered {
  let kept = namesIn(dir).sort((a, b) => a - b);
  const file = (until: number): string => join(dir, `${until}.json`);
  const drop = (isDropped: (until: number) => boolean): void => {
    for (const until of kept.filter(isDropped)) rmSync(file(until), { force: true });
    kept = kept.filter((until) => !isDropped(until));
  };
  return {
    keep: (snapshot) => {
      const { until } = snapshot.state;
      if (Math.floor(until / hour) <= Math.floor((kept.at(-1) ?? 0) / hour)) return;
      if (!made(dir)) return;
      writeSnapshot(file(until), snapshot);
      kept.push(until);
      drop((one) => until - one > (one % day < hour ? 31 * day : day));
    },
    before: (t, cfg, size) => {
      for (const until of kept.filter((one) => one + ahead <= t).reverse()) {
        const snapshot = readSnapshot(file(until), cfg, size);
        if (snapshot !== undefined) return snapshot;
      }
      return undefined;
    },
    forget: (t) => drop((until) => until + ahead > t),
  };
}

function namesIn(dir: string): number[] {
  try {
    return readdirSync(dir).flatMap((one) => Number(name.exec(one)?.[1] ?? Number.NaN) || []);
  } catch {
    return [];
  }
}

function made(dir: string): boolean {
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    return true;
  } catch {
    return false;
  }
}
