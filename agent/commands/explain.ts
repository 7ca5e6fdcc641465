import type { Site } from "../../config/site.ts";
import { command, flag, option } from "../../feed/command.ts";
import { Fault } from "../../feed/format/faults.ts";
import { journalPath } from "../agent.ts";
import { periodForms, readPeriod } from "../derive/period-text.ts";
import { type Trace, traceOf } from "../derive/trace.ts";
import { traceText } from "../derive/trace-text.ts";
import { readJournal } from "../keep/reader.ts";
import { ends } from "./ends.ts";
import { readSite } from "./site.ts";

export const explain = command({
  name: "explain",
  about:
    "Why a derived value is what it is: its formula with the values put in, and what these were made of, down to the bytes the devices sent.",
  takes: {
    channel: option("CHANNEL", "a derived channel of the site"),
    period: option("PERIOD", `in the site's own time: ${periodForms}`),
    config: option("--config FILE", "the site's configuration"),
    json: flag("--json", "the same as one JSON object"),
  },
  examples: [
    "explain so2.dry 2026-10-01T08 --config site.yaml",
    "explain co2.mass 2026-10-01 --config site.yaml --json",
  ],
  ends: ends.explain,
  run: async ({ channel, period, config, json }) => {
    const site = readSite(config);
    const trace = explainValue(site, journalPath(site), channel, period);
    process.stdout.write(`${json ? JSON.stringify(trace) : traceText(trace)}\n`);
    return 0;
  },
});

/** Why one derived value is what it is. E_DERIVED_UNKNOWN where there is no such channel, period or entry. */
export function explainValue(site: Site, journalDir: string, channel: string, period: string): Trace {
  const { derived } = site;
  const ids = derived?.channels.map(({ id }) => id) ?? [];
  if (derived === undefined || !ids.includes(channel))
    throw new Fault(
      "E_DERIVED_UNKNOWN",
      `${channel} is not derived here${ids.length === 0 ? "" : `; there are ${ids.join(", ")}`}`,
    );
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
