import { isoTime, type StoredEntry } from "../format/entry.ts";
import { millis } from "../format/vocabulary.ts";
import { type Account, makeAccount } from "./account.ts";
import type { Certificate, CertifiedParam } from "./form.ts";
import { makeHourly } from "./hourly.ts";
import { makeParams, type WantedParam } from "./params.ts";

/** Everything of a certificate that entries decide: made once by the plant, made again by whoever verifies. */
export interface Statement extends Account, Pick<Certificate, "params" | "manual" | "docs"> {
  readonly params: CertifiedParam[];
}

export interface Stating {
  /** Entries in the order of their numbers: configuration from before the range, then the range. */
  take(entry: StoredEntry): void;
  /** Entries behind the range: what was entered for the month, and amendments of its values. */
  later(entry: StoredEntry): void;
  /** Once, after the last. `closed`: Unix ms of the earliest cosignature over the whole range. */
  finish(closed: number | undefined): { readonly statement: Statement; readonly hourly: string };
}

export interface StatementOf {
  readonly month: string;
  readonly from: number;
  readonly to: number;
  readonly wanted: readonly WantedParam[];
}

export function makeStatement({ month, from, to, wanted }: StatementOf): Stating {
  const account = makeAccount({ from, to });
  const params = makeParams(wanted, { start: isoTime(millis(from)), month });
  const hourly = makeHourly({ from, to });
  return {
    take: (entry) => {
      account.take(entry);
      params.take(entry);
      hourly.take(entry);
    },
    later: params.take,
    finish: (closed) => ({
      statement: { ...account.finish(closed), ...params.entered(), params: params.params() },
      hourly: hourly.csv(),
    }),
  };
}
