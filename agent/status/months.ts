import { endOf, startOf } from "../../feed/derive/average/calendar.ts";
import { isoTime } from "../../feed/format/entry.ts";
import { Fault } from "../../feed/format/faults.ts";
import type { Vkey } from "../../feed/format/note.ts";
import { millis } from "../../feed/format/vocabulary.ts";
import { certificatesIn } from "../certify/certificates.ts";
import type { JournalReader } from "../keep/open-journal.ts";

/** A month of the site's own time, Unix ms. */
export interface MonthFact {
  readonly month: string;
  readonly to: number;
  /** The newest certificate that the log names; null: none. `lost`: its note is not here any more. */
  readonly certificate: {
    readonly cert: string | null;
    readonly countersigned: boolean;
    readonly lost: boolean;
  } | null;
  /** Whether somebody could countersign: the site sends to a service that certifies. */
  readonly countersigns: boolean;
}

const day = 86_400_000;

/** Every month from the one in which `begun` lies up to that of `now`, and whether it is certified. */
export function monthsSince(
  begun: number,
  now: number,
  offset: number,
  kept: { readonly state: string; readonly journal: JournalReader; readonly control: readonly Vkey[] },
): MonthFact[] {
  const certificates = certificatesIn(kept.state, kept.journal, kept.control);
  const months: MonthFact[] = [];
  for (let from = startOf("month", begun, offset / 60_000); from <= now; from = endOf("month", from, offset / 60_000)) {
    const month = isoTime(millis(from + offset)).slice(0, 7);
    const to = endOf("month", from, offset / 60_000);
    months.push({ month, to, countersigns: kept.control.length > 0, certificate: newestOf(month) });
  }
  return months;

  function newestOf(month: string): MonthFact["certificate"] {
    try {
      const newest = certificates.newest(month);
      if (newest === undefined) return null;
      const countersigned = newest.signedBy.some((key) => kept.control.includes(key));
      return { cert: newest.certificate.cert, countersigned, lost: false };
    } catch (error) {
      if (error instanceof Fault && error.code === "E_CERT_LOST")
        return { cert: null, countersigned: false, lost: true };
      throw error;
    }
  }
}

/** How a month stands on a day: the certification of it is due until the end of the last of so many days after it. */
export type Countdown =
  | { readonly is: "running" }
  | { readonly is: "done" }
  | { readonly is: "lost" | "missing" | "unsigned"; readonly until: number; readonly daysLeft: number };

/** `until`: the moment at which the last day is over. `daysLeft`: 0 on the last day, -1 on the first day too late. */
export function countdownOf({ to, certificate, countersigns }: MonthFact, now: number, days: number): Countdown {
  if (to > now) return { is: "running" };
  const isDone = certificate !== null && !certificate.lost && (certificate.countersigned || !countersigns);
  if (isDone) return { is: "done" };
  const until = to + days * day;
  const daysLeft = Math.ceil((until - now) / day) - 1;
  if (certificate === null) return { is: "missing", until, daysLeft };
  return { is: certificate.lost ? "lost" : "unsigned", until, daysLeft };
}
