import { Fault } from "../../feed/format/faults.ts";

/** The files of a journal's folder. */
export const STATE = "state.db";
export const LOCK = "lock.db";
export const MONTH = /^leaf-\d{4}-\d{2}\.db$/;

/** `t` is an entry's time; the month is that of UTC. */
export const monthName = (t: string): string => `leaf-${t.slice(0, 7)}.db`;

/** Runs file-system work; its errors become E_JOURNAL_FULL or E_JOURNAL_IO. */
export function onDisk<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (typeof code !== "string" || error instanceof Fault) throw error;
    if (code === "ENOSPC" || code === "EDQUOT") throw new Fault("E_JOURNAL_FULL", `${path}: ${code}`, { cause: error });
    throw new Fault("E_JOURNAL_IO", `${path}: ${code}`, { cause: error });
  }
}
