import type { Site } from "../../config/site.ts";
import { Fault } from "../../feed/format/faults.ts";
import { periodForms, readPeriod } from "../derive/period-text.ts";
import { type Trace, traceOf } from "../derive/trace.ts";
import { readJournal } from "../keep/reader.ts";

/** Why one derived value is what it is. E_DERIVED_UNKNOWN where there is no such channel, period or entry. */
export function explainValue(site: Site, journalDir: string, channel: string, period: string): Trace {
  const { derived } = site;
  const ids = derived?.channels.map(({ id }) => id) ?? [];
  if (derived === undefined || !ids.includes(channel))
    throw new Fault("E_DERIVED_UNKNOWN", `${channel} is not derived here${ids.length === 0 ? "" : `; there are ${ids.join(", ")}`}`);
  const named = readPeriod(period, derived.offset / 60_000);
  if (named === undefined) throw new Fault("E_DERIVED_UNKNOWN", `${period} is no period; write ${periodForms}`);
  const journal = readJournal(journalDir);
  try {
    const trace = traceOf(journal, channel, named);
    if (trace) return trace;
    throw new Fault("E_DERIVED_UNKNOWN", `the journal holds no ${named.period} ${period} of ${channel}`);
  } finally {
    journal.close();
  }
}
