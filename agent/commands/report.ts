import type { Site } from "../../config/site.ts";
import { command, flag, only, option, or } from "../../feed/command.ts";
import { endOf } from "../../feed/derive/average/calendar.ts";
import { type SubstitutionRules, substitutionRules } from "../../feed/derive/substitute/fill.ts";
import { Fault } from "../../feed/format/faults.ts";
import { journalPath } from "../agent.ts";
import { readPeriod } from "../derive/period-text.ts";
import { type Report, reportOf } from "../derive/report.ts";
import { headline, reportText } from "../derive/report-text.ts";
import { readJournal } from "../keep/reader.ts";
import { ends } from "./ends.ts";
import { readSite } from "./site.ts";

const isRules = (text: string): text is SubstitutionRules => (substitutionRules as readonly string[]).includes(text);

export const report = command({
  name: "report",
  about:
    "The hours of a month, of each derived channel, as they stand in the journal. What rules would put in missing hours stands apart, and is kept nowhere.",
  takes: {
    config: option("--config FILE", "the site's configuration"),
    month: option("--month MONTH", "in the site's own time, such as 2026-10"),
    substitute: or(
      only(
        option("--substitute RULES", `fill missing hours, in columns of their own, by ${substitutionRules.join(", ")}`),
        isRules,
        `One of ${substitutionRules.join(", ")}`,
      ),
      undefined,
    ),
    json: flag("--json", "the same as one JSON object"),
  },
  examples: [
    "report --config site.yaml --month 2026-10",
    "report --config site.yaml --month 2026-10 --substitute hj75 --json",
  ],
  ends: ends.report,
  run: async ({ config, month, substitute, json }) => {
    const site = readSite(config);
    const rules = substitute !== undefined && isRules(substitute) ? substitute : null;
    const made = reportMonth(site, journalPath(site), month, rules);
    process.stdout.write(json ? `${JSON.stringify({ headline: headline(made), ...made })}\n` : reportText(made));
    return 0;
  },
});

/** E_DERIVED_UNKNOWN where nothing is derived, or the journal holds no hour of such a month. */
export function reportMonth(site: Site, journalDir: string, month: string, rules: SubstitutionRules | null): Report {
  const { derived } = site;
  if (derived === undefined) throw new Fault("E_DERIVED_UNKNOWN", "nothing is derived here");
  const east = derived.offset / 60_000;
  const named = readPeriod(month, east);
  if (named?.period !== "month") throw new Fault("E_DERIVED_UNKNOWN", `${month} is no month; write 2026-10`);
  const journal = readJournal(journalDir);
  try {
    const span = { from: named.start, to: endOf("month", named.start, east) };
    const made = reportOf(journal, derived, span, rules);
    if (made.channels.length > 0) return made;
    throw new Fault("E_DERIVED_UNKNOWN", `the journal holds no hour of ${month}`);
  } finally {
    journal.close();
  }
}
