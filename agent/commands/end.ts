import { ORIGIN } from "../../config/forms.ts";
import type { Site } from "../../config/site.ts";
import { systemClock } from "../../drivers/clock.ts";
import { command, only, option, or } from "../../feed/command.ts";
import { isoTime } from "../../feed/format/entry.ts";
import { journalPath } from "../agent.ts";
import { openJournal } from "../keep/open.ts";
import { sealerIn } from "../log-key.ts";
import { ends } from "./ends.ts";
import { readSite } from "./site.ts";

export const end = command({
  name: "end",
  about:
    "Close the log for ever, where the gateway is taken out of use or replaced. The agent must be stopped, and the last month certified: nothing is added to the log any more.",
  takes: {
    config: option("--config FILE", "the site's configuration"),
    why: only(
      option("--why TEXT", "the reason, at most 1000 characters"),
      (text) => text.length <= 1000,
      "A shorter text",
    ),
    next: or(
      only(
        option("--next ORIGIN", "the name of the log that continues it, where that is known"),
        (text) => ORIGIN.test(text),
        "A name of letters, digits and . _ / -",
      ),
      undefined,
    ),
  },
  examples: [
    'end --config site.yaml --why "stack s1 is taken out of use"',
    'end --config site.yaml --why "new gateway" --next dqs.example.cn/log/320102-p0001-s1-g1/2',
  ],
  ends: ends.end,
  run: ({ config, why, next }) => {
    const site = readSite(config);
    const size = endLog(site, { why, next: next ?? null });
    process.stdout.write(
      `${site.origin} is closed with ${size} entries. cems-agent run sends what the service lacks, and ends.\n`,
    );
    return 0;
  },
});

/** Returns the size of the closed log. E_LOG_ENDED, E_JOURNAL_HELD, E_KEY_*; and as `openJournal`. */
export function endLog(site: Site, said: { readonly why: string; readonly next: string | null }): number {
  const journal = openJournal(journalPath(site), { quotaBytes: site.quota });
  try {
    const sign = sealerIn(site, journal);
    journal.append({ type: "end", t: isoTime(systemClock.now().wall), ...said });
    sign();
    return journal.head().size;
  } finally {
    journal.close();
  }
}
