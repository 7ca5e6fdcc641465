import { daysAhead, type Site } from "../../config/site.ts";
import { systemClock } from "../../drivers/clock.ts";
import { command, only, option } from "../../feed/command.ts";
import { startOf } from "../../feed/derive/average/calendar.ts";
import { isoTime } from "../../feed/format/entry.ts";
import { Fault } from "../../feed/format/faults.ts";
import { millis } from "../../feed/format/vocabulary.ts";
import { journalPath } from "../agent.ts";
import { certificatesIn } from "../certify/certificates.ts";
import { type Pruned, pruneMonth } from "../keep/prune.ts";
import { expectKeyOf } from "../keep/seal.ts";
import { signerIn } from "../log-key.ts";
import { readPolicy } from "../policy.ts";
import { ends } from "./ends.ts";
import { readSite } from "./site.ts";

export const prune = command({
  name: "prune",
  about:
    "Remove the polls of an old month to free the disk. Their hashes stay, and every entry of another type; the service has all of it. The agent must be stopped.",
  takes: {
    config: option("--config FILE", "the site's configuration"),
    month: only(
      option("--month MONTH", "of UTC, such as 2025-10"),
      (text) => /^\d{4}-\d{2}$/.test(text),
      "A month such as 2025-10",
    ),
  },
  examples: ["prune --config site.yaml --month 2025-10"],
  ends: ends.prune,
  run: ({ config, month }) => {
    const { from, to, freedBytes } = pruneSite(readSite(config), month, systemClock.now().wall);
    process.stdout.write(
      `${month}: the polls among the entries ${from} to ${to - 1} are removed, ${(freedBytes / 1e6).toFixed(1)} MB are free.\n`,
    );
    return 0;
  },
});

/** `now`: Unix ms. E_PRUNE_MONTH, E_PRUNE_EARLY; and as `pruneMonth`. */
export function pruneSite(site: Site, month: string, now: number): Pruned {
  const control = site.feed && readPolicy(site.feed.policy).policy.control;
  return pruneMonth({
    journal: journalPath(site),
    month,
    options: { quotaBytes: site.quota },
    wall: millis(now),
    signer: (journal) => {
      const signer = signerIn(site, journal);
      expectKeyOf(journal, signer);
      return signer;
    },
    expectFree: (journal, { first, last }) => {
      const early = (why: string) => new Fault("E_PRUNE_EARLY", why);
      if (site.retain === undefined) throw early(`${site.file} has no \`retain\``);
      const until = new Date(last);
      until.setUTCMonth(until.getUTCMonth() + site.retain);
      if (now < until.getTime())
        throw early(`polls of ${month} are retained until ${isoTime(millis(until.getTime()))}`);
      if (site.certificate === undefined) return;
      const certificates = certificatesIn(site.state, journal, control ? [control] : []);
      for (const one of monthsOf(first, last, daysAhead(site))) {
        const newest = certificates.newest(one);
        if (control === undefined || !newest?.signedBy.includes(control))
          throw early(`no countersigned certificate of ${one}`);
      }
    },
  });
}

/** Months of the site's own time that reach into [first, last], as certificates name them. */
function monthsOf(first: number, last: number, offset: number): readonly string[] {
  const east = offset / 60_000;
  const starts = [startOf("month", first, east), startOf("month", last, east)];
  return [...new Set(starts.map((start) => isoTime(millis(start + offset)).slice(0, 7)))];
}
